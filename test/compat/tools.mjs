#!/usr/bin/env node
/**
 * Command-line tools on small projects, under node and under moat: what they
 * print, their exit codes and the files that they make must be the same, with
 * the policy that `moat policy --write` makes and nothing edited.
 *
 *   npm run compat:tools                 # all; the packages are installed on first use
 *   npm run compat:tools -- eslint jest  # those whose name contains a word
 *   npm run compat:tools -- --verbose    # with what differs
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MOAT, verbose, words } from "./command-line.mjs";
import { COMPAT_FOLDER, filesOf, installPackages, programEnvironment, restoreSources } from "./installed-project.mjs";
import { runCommand } from "./run-command.mjs";

const SOURCES = fileURLToPath(new URL("tools/", import.meta.url));

const names = readdirSync(SOURCES).filter((name) => words.length === 0 || words.some((word) => name.includes(word)));

const env = programEnvironment();
let failures = 0;
console.log(`| tool | command | same | denials | node | moat |\n| --- | --- | --- | --- | --- | --- |`);
for (const name of names) {
  const rows = await compareTool(name);
  for (const { command, differences, denials, ms } of rows) {
    if (differences.length > 0) failures += 1;
    console.log(
      `| ${name} | ${command} | ${differences.length === 0 ? "yes" : "no"} | ${denials.length} | ${ms.node} ms | ${ms.moat} ms |`,
    );
    if (verbose) for (const text of [...differences, ...denials]) console.log(text.replace(/^/gm, "      "));
  }
}
console.log(failures === 0 ? "\nNothing differs." : `\n${failures} differ.`);
process.exitCode = failures === 0 ? 0 : 1;

async function compareTool(name) {
  const sources = path.join(SOURCES, name);
  const folder = path.join(COMPAT_FOLDER, "tools", name);
  /** `folders`: empty ones that no source file can bring, such as a repository's. */
  const { commands, volatile = [], folders = [] } = JSON.parse(readFileSync(path.join(sources, "case.json"), "utf8"));
  const restore = () => {
    restoreSources(folder, sources);
    for (const one of folders) mkdirSync(path.join(folder, one));
  };
  await installPackages(folder, JSON.parse(readFileSync(path.join(sources, "package.json"), "utf8")));

  restore();
  const plain = [];
  for (const [bin, ...args] of commands) {
    plain.push(await runCommand(process.execPath, [commandFile(folder, bin), ...args], { cwd: folder, env }));
    plain.at(-1).files = filesOf(folder);
  }

  restore();
  const bins = [...new Set(commands.map(([bin]) => `bin:${bin}`))];
  const written = await runCommand(process.execPath, [MOAT, "policy", "--write", ...bins], { cwd: folder, env });
  const rows = [];
  for (const [index, [bin, ...args]] of commands.entries()) {
    const confined = await runCommand(process.execPath, [MOAT, "exec", bin, ...args], { cwd: folder, env });
    const lines = confined.stderr.split("\n");
    const denials = lines.filter((line) => line.startsWith("moat: "));
    confined.stderr = lines.filter((line) => !line.startsWith("moat: ")).join("\n");
    confined.files = filesOf(folder);
    const differences =
      written.code === 0 ? differencesOf(plain[index], confined, volatile) : [`moat policy --write: ${written.stderr}`];
    rows.push({
      command: [bin, ...args].join(" "),
      differences,
      denials,
      ms: { node: plain[index].ms, moat: confined.ms },
    });
  }
  return rows;
}

/** The script behind a command, as npm has linked it. */
function commandFile(folder, bin) {
  return path.join(folder, "node_modules", ".bin", bin);
}

function differencesOf(plain, confined, volatile) {
  const steady = (text) => volatile.reduce((all, pattern) => all.replace(new RegExp(pattern, "g"), "…"), text);
  const differences = [];
  for (const part of ["code", "stdout", "stderr"]) {
    const [wanted, got] = [steady(String(plain[part])), steady(String(confined[part]))];
    if (wanted !== got) differences.push(`${part}: ${firstDifference(wanted, got)}`);
  }
  const ours = (file) => file.startsWith("moat.");
  for (const file of new Set([...plain.files.keys(), ...confined.files.keys()])) {
    if (ours(file)) continue;
    const [wanted, got] = [plain.files.get(file), confined.files.get(file)].map((text) =>
      text === undefined ? undefined : steady(text),
    );
    if (wanted !== got)
      differences.push(
        `file ${file}: ${wanted === undefined ? "only under moat" : got === undefined ? "missing under moat" : "other content"}`,
      );
  }
  return differences;
}

/** The lines from the first that differs on. */
function firstDifference(wanted, got) {
  const [plain, confined] = [wanted, got].map((text) => text.split("\n"));
  const at = plain.findIndex((line, index) => line !== confined[index]);
  const from = at === -1 ? plain.length : at;
  const show = (lines) =>
    lines
      .slice(from, from + 14)
      .map((line) => `  ${line.slice(0, 300)}\n`)
      .join("");
  return `from line ${from + 1} on, node:\n${show(plain)}moat:\n${show(confined)}`;
}
