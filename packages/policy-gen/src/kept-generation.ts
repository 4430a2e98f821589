import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { version as acornVersion } from "acorn";
import { buildIdentity, type FileReader, type Policy } from "@moat/core/model";
import type { Evidence, Finding } from "./grant-collector.ts";
import { isUnchanged, type DiskRecord } from "./recorded-disk.ts";

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
  const key = JSON.stringify([analyserIdentity(), buildIdentity(), acornVersion, process.platform, question]);
  const path = join(folder, `generation-${createHash("sha256").update(key).digest("hex").slice(0, 24)}.jsonl`);
  return {
    find() {
      const [disk, result, reasons] = linesOf(path);
      if (disk === undefined || result === undefined || reasons === undefined) return undefined;
      if (!isUnchanged(JSON.parse(disk) as DiskRecord, reader)) return undefined;
      const { policy, findings } = JSON.parse(result) as Pick<Generation, "policy" | "findings">;
      let rest: Reasons | undefined;
      const readRest = () => (rest ??= JSON.parse(reasons) as Reasons);
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
      const temporary = `${path}.${process.pid}.tmp`;
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(temporary, `${lines.join("\n")}\n`);
        renameSync(temporary, path);
        removeOldest(folder);
      } catch {
        rmSync(temporary, { force: true });
      }
    },
  };
}

/** The lines of a file that was written to its end; none of one that is not there. */
function linesOf(path: string): string[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.length === 4 ? lines : [];
  } catch {
    return [];
  }
}

/** A hash of the analyser's own compiled files. */
function analyserIdentity(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).toSorted()) {
    if (/\.(?:cjs|ts)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("base64url");
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .map((name) => ({ path: join(folder, name), written: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of files.toSorted((a, b) => b.written - a.written).slice(MOST_FILES)) rmSync(path, { force: true });
}
