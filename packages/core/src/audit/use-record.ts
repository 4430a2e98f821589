/** Where learning runs keep what they saw, one JSON line for each use and run. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StoreLocation } from "../prepared/store-location.ts";
import type { CanonicalName } from "../policy/types.ts";
import type { Use } from "./use.ts";

/** One run of a program with `--learn`. */
export interface LearningRun {
  /** ISO 8601. */
  readonly at: string;
  /** As the policy names it: `./index.js`, `bin:eslint`. */
  readonly entry: string;
}

/** What all learning runs saw together. */
export interface LearnedUses {
  readonly runs: readonly LearningRun[];
  readonly uses: readonly Use[];
}

/** What a learning run tells uses to. */
export interface UseRecord {
  add(use: Use): void;
}

/** A package can make up targets without end: what others use, and are left for it, must not go unseen for that. */
const MOST_USES_EACH = 20_000;

/** Absolute path of the file; undefined where nothing can be kept for this user. */
export function learnedFile(location: StoreLocation | undefined): string | undefined {
  return location === undefined ? undefined : join(location.folder, "learned.jsonl");
}

/** Notes that a run begins. @throws as `node:fs` does where the file can't be written. */
export function beginLearningRun(file: string, run: LearningRun): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, "a", 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify({ version: 1, run })}\n`);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes each use that is not in the file yet, as it happens: a program that is
 * killed has learned what it did until then, and workers and children add to
 * the same file.
 *
 * HAZARD: what is in the file decides nothing by itself. Proposals are scopes of
 * the present policy or lie within them, whatever the file says.
 */
export function openUseRecord(file: string): UseRecord {
  const known = new Set<string>();
  const usesOf = new Map<CanonicalName, number>();
  const note = (use: Use): boolean => {
    const key = keyOf(use);
    const count = usesOf.get(use.principal) ?? 0;
    if (known.has(key) || count >= MOST_USES_EACH) return false;
    known.add(key);
    usesOf.set(use.principal, count + 1);
    return true;
  };
  for (const use of readLearned(file).uses) note(use);
  const descriptor = openSync(file, "a", 0o600);
  return Object.freeze({
    add(use: Use) {
      if (!note(use)) return;
      try {
        writeSync(descriptor, `${JSON.stringify({ version: 1, use })}\n`);
      } catch {
        // A full disk must not become an error of the program.
      }
    },
  });
}

/** Everything that was seen; lines that are no such thing (cut by a crash) are left out. */
export function readLearned(file: string): LearnedUses {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return { runs: [], uses: [] };
  }
  const runs: LearningRun[] = [];
  const uses = new Map<string, Use>();
  for (const line of text.split("\n")) {
    const entry = parseLine(line);
    if (isRun(entry?.run)) runs.push(entry.run);
    if (isUse(entry?.use)) uses.set(keyOf(entry.use), entry.use);
  }
  return { runs, uses: [...uses.values()] };
}

/** Removes what runs have noted. */
export function forgetLearned(file: string): void {
  rmSync(file, { force: true });
}

function parseLine(line: string): { readonly run?: unknown; readonly use?: unknown } | undefined {
  try {
    const entry = JSON.parse(line) as { version?: unknown; run?: unknown; use?: unknown } | null;
    return entry?.version === 1 ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isRun(value: unknown): value is LearningRun {
  const run = value as Partial<LearningRun> | null | undefined;
  return typeof run?.at === "string" && typeof run.entry === "string";
}

function isUse(value: unknown): value is Use {
  const use = value as Partial<Use> | null | undefined;
  return (
    typeof use?.principal === "string" &&
    typeof use.capability === "string" &&
    typeof use.target === "string" &&
    (use.member === undefined || typeof use.member === "string")
  );
}

function keyOf({ principal, capability, target, member }: Use): string {
  return `${principal}\0${capability}\0${target}\0${member ?? ""}`;
}
