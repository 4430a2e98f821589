import { readFileSync } from "node:fs";
import path from "node:path";
import {
  findInstalledCommand,
  isTypeScript,
  isTypeScriptElsewhere,
  MoatError,
  preloadEntry,
  preloadOf,
  readNodeArguments,
} from "@moat/core/model";
import { findEntry } from "./entry.ts";
import { assertPreload } from "./preloads.ts";

/** A program that a project starts, as an entry of a policy. */
export interface FoundProgram {
  /** `./index.js`, `bin:mocha` */
  readonly name: string;
  /** The place of `package.json` that names it: `main`, `bin.app`, `scripts.start`. */
  readonly from: string;
}

export interface FoundPrograms {
  readonly entries: readonly FoundProgram[];
  /** What is named there and can't be an entry. */
  readonly left: readonly { readonly name: string; readonly from: string; readonly why: string }[];
}

/** Commands that only start another command: what comes after them is looked at. */
const STARTERS: ReadonlySet<string> = new Set(["npx", "cross-env", "dotenv", "env", "exec", "time", "nice"]);
/** Commands that start programs of their own choosing, or moat itself. */
const NOT_ENTRIES: ReadonlySet<string> = new Set([
  "npm",
  "yarn",
  "pnpm",
  "moat",
  "echo",
  "cd",
  "rm",
  "cp",
  "mkdir",
  "true",
  "exit",
  "node-gyp",
]);

/** The programs that `package.json` names: `main`, `bin`, and what its scripts start. */
export function findPrograms(project: string): FoundPrograms {
  const manifest = readManifest(project);
  const entries = new Map<string, FoundProgram>();
  const left: { name: string; from: string; why: string }[] = [];
  const add = (program: string, from: string): void => {
    try {
      const name = nameOf(program, project);
      if (!entries.has(name)) entries.set(name, { name, from });
    } catch (error) {
      if (!(error instanceof MoatError)) throw error;
      left.push({ name: program, from, why: error.message });
    }
  };
  const text = (value: unknown): value is string => typeof value === "string";
  if (text(manifest["main"])) add(asFile(manifest["main"]), "main");
  const { bin } = manifest;
  if (text(bin)) add(asFile(bin), "bin");
  for (const [name, file] of Object.entries(asObject(bin))) if (text(file)) add(asFile(file), `bin.${name}`);
  for (const [name, script] of Object.entries(asObject(manifest["scripts"])))
    if (text(script)) for (const program of programsIn(script)) add(program, `scripts.${name}`);
  if (entries.size === 0 && left.length === 0) add("./index.js", "the default of main");
  return { entries: [...entries.values()], left };
}

/** What a script of `package.json` starts: `node a.js && mocha` gives `./a.js` and `bin:mocha`. */
export function programsIn(script: string): string[] {
  return script.split(/&&|\|\||[;|&\n]/u).flatMap((command) => {
    const words = command
      .trim()
      .split(/\s+/u)
      .map((word) => word.replace(/^(["'])(.*)\1$/u, "$2"));
    while (
      words.length > 0 &&
      (STARTERS.has(words[0]!) || /^[A-Za-z_]\w*=/u.test(words[0]!) || words[0]!.startsWith("-"))
    )
      words.shift();
    const [first, ...rest] = words;
    if (first === undefined || first === "" || NOT_ENTRIES.has(first)) return [];
    if (first === "node") return programsOfNode(rest);
    if (first.startsWith("./") || first.startsWith("../")) return isModule(first) ? [first] : [];
    return /^[A-Za-z0-9_][A-Za-z0-9_.+@-]*$/u.test(first) ? [`bin:${first}`] : [];
  });
}

/** `-r dotenv/config --watch app.js`: what is loaded first, and the file. With a text (`-e`) or `--test` there is none. */
function programsOfNode(words: readonly string[]): string[] {
  const call = readNodeArguments(
    words.filter((word) => !/^--watch(?:-preserve-output)?$/u.test(word)),
    true,
  );
  if (call === undefined || !("file" in call.run)) return [];
  const preloads = call.preload.map((preload) =>
    isPath(preload.specifier) ? preload.specifier : preloadEntry(preload),
  );
  return [...preloads, asFile(call.run.file)];
}

const isModule = (file: string): boolean => /\.[cm]?js$/u.test(file) || isTypeScript(file);

function nameOf(program: string, project: string): string {
  if (preloadOf(program) !== undefined) {
    assertPreload(program, project);
    return program;
  }
  if (!program.startsWith("bin:")) {
    const { name, project: owner } = findEntry(program, project);
    if (owner === project && isModule(name)) return name;
    throw new MoatError(
      "MOAT_ENTRY_OUTSIDE",
      isTypeScriptElsewhere(name)
        ? "it is TypeScript, which Node runs from 22.18 on"
        : "it is no JavaScript of this project",
      { fields: { entry: program } },
    );
  }
  findInstalledCommand(program.slice("bin:".length), project);
  return program;
}

function asFile(file: string): string {
  return isPath(file) ? file : `./${file}`;
}

const isPath = (text: string): boolean => text.startsWith("./") || text.startsWith("../") || path.isAbsolute(text);

function readManifest(project: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(readFileSync(path.join(project, "package.json"), "utf8")));
  } catch (cause) {
    throw new MoatError("MOAT_NO_PROJECT", `package.json of ${project} can't be read`, {
      fields: { project },
      nextStep: "correct package.json",
      cause,
    });
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
