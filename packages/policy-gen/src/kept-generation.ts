import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildIdentity, type FileReader, type Policy } from "@moat/core/model";
import type { Evidence, Finding } from "./grant-collector.ts";
import { isUnchanged, type DiskRecord } from "./recorded-disk.ts";
import { writeCacheFile } from "./write-cache-file.ts";

/** What an analysis came to; all of it plain data. */
export interface Generation {
  readonly policy: Policy;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Finding[];
  /** Package names that code imports without declaring them, by location: what the graph is built with. */
  readonly phantom: readonly (readonly [location: string, names: readonly string[]])[];
  /** Real absolute paths of the files that entries reach. */
  readonly files: readonly string[];
}

/** What not every command looks at. */
type Reasons = Pick<Generation, "evidence" | "phantom" | "files">;

export interface KeptGeneration {
  /** What was kept, if the disk still is as it was. */
  readonly find: () => Generation | undefined;
  /** Writes it down; failing to is no error. */
  readonly keep: (generation: Generation, record: DiskRecord) => void;
}

/** Sets of entries that a project keeps; the least recently written ones go. */
const MOST_FILES = 4;
const NAME = /^generation-[0-9a-f]{24}\.jsonl$/;

/**
 * The last analysis of a project, one JSON line each for: the disk as it was looked at,
 * policy and findings, evidence and names. It holds as long as nothing that was looked
 * at has changed, which the state of each file and folder says without reading them.
 * HAZARD: as with facts, whoever can write the folder decides what the policy will be.
 *
 * @param question whatever the analysis depends on besides the disk
 */
export function openKeptGeneration(folder: string, question: readonly unknown[], reader: FileReader): KeptGeneration {
  const key = JSON.stringify([analyserIdentity(), PARSER, process.platform, question]);
  const path = join(folder, `generation-${createHash("sha256").update(key).digest("hex").slice(0, 24)}.jsonl`);
  return {
    find() {
      const lines = linesOf(path);
      if (lines === undefined || !isUnchanged(JSON.parse(lines.next()) as DiskRecord, reader)) return undefined;
      const { policy, findings } = JSON.parse(lines.next()) as Pick<Generation, "policy" | "findings">;
      let rest: Reasons | undefined;
      const readRest = () => (rest ??= JSON.parse(lines.next()) as Reasons);
      return {
        policy,
        findings,
        get evidence() {
          return readRest().evidence;
        },
        get phantom() {
          return readRest().phantom;
        },
        get files() {
          return readRest().files;
        },
      };
    },
    keep({ policy, findings, evidence, phantom, files }, record) {
      const lines = [record, { policy, findings }, { evidence, phantom, files }].map((part) => JSON.stringify(part));
      if (writeCacheFile(path, `${lines.join("\n")}\n`)) removeOldest(folder);
    },
  };
}

/** The lines of a file that was written to its end, as text when they are asked for; undefined where there is none. */
function linesOf(path: string): { readonly next: () => string } | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  let at = 0;
  const ends = [1, 2, 3].map(() => (at = bytes.indexOf(10, at) + 1));
  if (ends.includes(0) || at !== bytes.length) return undefined;
  let line = 0;
  return { next: () => bytes.toString("utf8", line === 0 ? 0 : ends[line - 1], ends[line++]!) };
}

/** What texts are read with, besides moat's own code: Node's own look-up, which the bundle's `require` has not. */
export const PARSER = createRequire(fileURLToPath(import.meta.url)).resolve("acorn");

/** Which analyser this is: the build says, where there was one. */
function analyserIdentity(): readonly string[] {
  const identity = buildIdentity();
  return identity[0] === "source" ? [hashOfSources(), ...identity] : identity;
}

function hashOfSources(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).toSorted()) {
    if (name.endsWith(".ts")) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("base64url");
}

function removeOldest(folder: string): void {
  try {
    const files = readdirSync(folder)
      .filter((name) => NAME.test(name))
      .map((name) => ({ path: join(folder, name), written: statSync(join(folder, name)).mtimeMs }));
    for (const { path } of files.toSorted((a, b) => b.written - a.written).slice(MOST_FILES))
      rmSync(path, { force: true });
  } catch {
    // Another process was quicker.
  }
}
