/**
 * Code of the project's that no entry imports and somebody runs all the same: configurations of tools, and what scripts of
 * its manifest start by `node`. What these import is as little a package's to write as they are themselves.
 */
import { join } from "node:path";
import type { FileReader } from "../packages/file-reader.ts";
import { isReservedForWrite } from "../policy/scope-rules.ts";
import { isCode } from "./named-modules.ts";

/** `node --flag scripts/build.js`, up to what follows in the same line. */
const STARTED_BY_NODE = /(?:^|[\s;&|/])(?:node|nodemon|tsx|ts-node)(?:\s+-[^\s]*)*\s+["']?(?!-)([\w@./-]{1,200})/g;

/** @param folder of one of the project's own packages, absolute */
export function filesThatRun(folder: string, disk: FileReader): string[] {
  return [...configurationsIn(folder, disk), ...startedByScripts(folder, disk)];
}

/** What lies in the package's folder, in `config`, and in the folders of tools (`.storybook`). */
function configurationsIn(folder: string, disk: FileReader): string[] {
  const takesOrders = (segments: readonly string[]): boolean => isReservedForWrite(segments, true, false);
  return disk.list(folder).flatMap((name) => {
    const path = join(folder, name);
    if (isCode(name)) return takesOrders([name]) ? [path] : [];
    if ((name !== "config" && !name.startsWith(".")) || disk.stat(path) !== "dir") return [];
    return disk.list(path).flatMap((inner) => (isCode(inner) && takesOrders([name, inner]) ? [join(path, inner)] : []));
  });
}

function startedByScripts(folder: string, disk: FileReader): string[] {
  return scriptsOf(disk.readText(join(folder, "package.json")) ?? "").flatMap((line) =>
    [...line.matchAll(STARTED_BY_NODE)].flatMap(([, name]) => {
      const path = join(folder, name!);
      // As Node finds a script.
      return [path, `${path}.js`, join(path, "index.js")].filter((one) => isCode(one) && disk.stat(one) === "file");
    }),
  );
}

function scriptsOf(manifest: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(manifest);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Whoever needs the manifest says what is wrong with it.
    return [];
  }
  const { scripts } = (parsed ?? {}) as { scripts?: unknown };
  if (typeof scripts !== "object" || scripts === null) return [];
  return Object.values(scripts).filter((line) => typeof line === "string");
}
