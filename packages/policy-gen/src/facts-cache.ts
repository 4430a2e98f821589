import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ANALYSER_VERSION } from "./analyze-file.ts";
import type { FileFacts, SourceInfo, Use } from "./facts.ts";
import { writeCacheFile } from "./write-cache-file.ts";

export interface FactsCacheOptions {
  /** Of the project; nothing is kept without one. */
  readonly folder: string | undefined;
  /** The folder with those of other projects. */
  readonly others?: string | undefined;
}

export interface FactsCache {
  /** One for each text and way of reading it. */
  readonly keyOf: (source: string, info: SourceInfo) => string;
  readonly find: (key: string) => FileFacts | undefined;
  /** Keeps facts that are given as JSON, and returns them. */
  readonly add: (key: string, facts: string) => FileFacts;
  /** Writes what was used in this run; failing to is no error. */
  readonly save: () => void;
}

/** Beyond this many bytes the file is not written: a cache is no archive. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The facts of files by a hash of text, format, what its `imports` lead to and the analyser's version, one
 * JSON line each. Holds what the last run used, so it is as large as the tree.
 * HAZARD: whoever can write the folder decides what the policy will be; it
 * belongs where no package of the project may write.
 */
export function openFactsCache({ folder, others }: FactsCacheOptions): FactsCache {
  const name = `facts-${ANALYSER_VERSION}.jsonl`;
  const path = folder === undefined ? undefined : join(folder, name);
  const own = path === undefined ? undefined : readLines(path);
  const known = path === undefined ? new Map<string, string>() : (own ?? linesOfOthers(others, name));
  const used = new Map<string, string>();
  let isChanged = own === undefined;
  return {
    keyOf: (source, { format, ambiguous, builtinImports }) =>
      createHash("sha256")
        .update(`${ANALYSER_VERSION} ${format} ${ambiguous === true}${JSON.stringify(builtinImports) ?? ""}\0`)
        .update(source)
        .digest("hex"),
    find(key) {
      const line = used.get(key) ?? known.get(key);
      const facts = line === undefined ? undefined : readFacts(line);
      if (facts !== undefined) used.set(key, line!);
      return facts;
    },
    add(key, facts) {
      used.set(key, facts);
      isChanged = true;
      return JSON.parse(facts) as FileFacts;
    },
    save() {
      if (path === undefined || (!isChanged && used.size === known.size)) return;
      const text = [...used].map(([key, line]) => `${key} ${line}\n`).join("");
      if (text.length > MOST_BYTES) return;
      writeCacheFile(path, text);
    },
  };
}

/** How many other projects, and bytes of each, a project that has no facts yet looks for them in. */
const MOST_OTHERS = 3;
const MOST_BYTES_OF_OTHERS = 16 * 1024 * 1024;

/** Projects share packages: what is known of those that were analysed last. */
function linesOfOthers(folder: string | undefined, file: string): Map<string, string> {
  const files: { path: string; written: number }[] = [];
  for (const name of folder === undefined ? [] : foldersIn(folder)) {
    const path = join(folder!, name, file);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && found.size <= MOST_BYTES_OF_OTHERS) files.push({ path, written: found.mtimeMs });
  }
  const latest = files.toSorted((a, b) => b.written - a.written).slice(0, MOST_OTHERS);
  return new Map(latest.flatMap(({ path }) => [...(readLines(path) ?? [])]));
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    // No project was analysed yet.
    return [];
  }
}

/** Facts by key; undefined where there is no such file. */
function readLines(path: string): Map<string, string> | undefined {
  const lines = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  for (const line of text.split("\n")) {
    if (/^[0-9a-f]{64} \{/.test(line)) lines.set(line.slice(0, 64), line.slice(65));
  }
  return lines;
}

/** Facts out of a line; undefined for a torn or foreign one. */
function readFacts(line: string): FileFacts | undefined {
  try {
    const facts = JSON.parse(line) as FileFacts;
    return (facts.format === "commonjs" || facts.format === "module") &&
      Array.isArray(facts.uses) &&
      facts.uses.every(isUse)
      ? facts
      : undefined;
  } catch {
    return undefined;
  }
}

function isUse(use: Use | null): boolean {
  return (
    typeof use === "object" &&
    use !== null &&
    typeof use.capability === "string" &&
    typeof use.target === "string" &&
    typeof use.line === "number" &&
    typeof use.column === "number" &&
    typeof use.snippet === "string"
  );
}
