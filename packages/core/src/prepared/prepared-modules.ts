/**
 * Prepared modules of the running program: found in the store, or prepared and
 * kept for the next run.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import type { Script } from "node:vm";
import type { CodeCache } from "../loader/functor.ts";
import { isPlainFolder, macKeyIn, type StoreLocation } from "./store-location.ts";
import { openPreparedStore, type PreparedStore, type StoredModule } from "./prepared-store.ts";

export interface FoundModule {
  readonly facts: unknown;
  readonly text: string;
  readonly code: CodeCache;
}

export interface PreparedModules {
  find(key: string): FoundModule | undefined;
  /** Keeps what was prepared just now; `facts` must be JSON. */
  keep(key: string, facts: unknown, text: string): CodeCache;
  /** Writes what this run added. Does nothing where nothing was added. */
  save(): void;
}

/** In keys of texts that the program evaluated: only so many are kept. */
export const EVALUATED = "evaluated:";

interface Used {
  readonly facts: unknown;
  readonly text: string;
  readonly code: Buffer | undefined;
  script: Script | undefined;
}

/**
 * @param identity whatever changes what preparing comes to, besides the sources.
 * @returns undefined where nothing can be kept: a read-only or foreign cache.
 */
export function openPreparedModules(location: StoreLocation, entry: string, identity: string): PreparedModules | undefined {
  const macKey = macKeyIn(location.keyFolder);
  if (macKey === undefined || !isPlainFolder(location.folder)) return undefined;
  const versions = [process.versions.node, process.versions.v8, process.arch, ...process.execArgv];
  const name = createHash("sha256").update(JSON.stringify([identity, entry, versions])).digest("hex").slice(0, 24);
  return fromStore(openPreparedStore(join(location.folder, `${name}.bin`), macKey));
}

function fromStore(store: PreparedStore): PreparedModules {
  const used = new Map<string, Used>();
  let evaluated = 0;
  let changed = false;

  const codeOf = (module: Used): CodeCache => ({
    data: module.code,
    compiled(script) {
      // Without data, or with data that this V8 does not take: made anew when saving.
      if (module.code !== undefined && script.cachedDataRejected !== true) return;
      module.script = script;
      changed = true;
    },
  });

  return {
    find(key) {
      const known = used.get(key);
      if (known !== undefined) return { facts: known.facts, text: known.text, code: codeOf(known) };
      const stored = store.find(key);
      if (stored === undefined) return undefined;
      const module: Used = {
        facts: stored.facts,
        text: stored.text,
        code: stored.code.length > 0 ? stored.code : undefined,
        script: undefined,
      };
      used.set(key, module);
      return { facts: module.facts, text: module.text, code: codeOf(module) };
    },
    keep(key, facts, text) {
      if (isEvaluated(key) && ++evaluated > MOST_EVALUATED) return { data: undefined, compiled: () => {} };
      const module: Used = { facts, text, code: undefined, script: undefined };
      used.set(key, module);
      changed = true;
      return codeOf(module);
    },
    save() {
      if (!changed) return;
      changed = false;
      const modules = new Map<string, StoredModule>();
      for (const [key, module] of used) {
        const code = module.script?.createCachedData() ?? module.code ?? Buffer.alloc(0);
        modules.set(key, { facts: module.facts, text: module.text, code });
      }
      let texts = [...used.keys()].filter(isEvaluated).length;
      // Other runs of the program may have taken other ways.
      for (const key of store.keys) {
        if (modules.has(key) || modules.size >= MOST_MODULES) continue;
        if (isEvaluated(key) && ++texts > MOST_EVALUATED) continue;
        modules.set(key, store.find(key)!);
      }
      store.replace(modules);
    },
  };
}

/** Sources change; what no run uses any more must not pile up. */
const MOST_MODULES = 6_000;

/** Programs may evaluate another text in each run. */
const MOST_EVALUATED = 64;

const isEvaluated = (key: string): boolean => key.includes(`:${EVALUATED}`);
