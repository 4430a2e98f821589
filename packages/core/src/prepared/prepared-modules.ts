/**
 * Prepared modules of the running program: found in the store, or prepared and
 * kept for the next run.
 */
import { Buffer } from "node:buffer";
import type { Script } from "node:vm";
import type { CodeCache } from "../loader/functor.ts";
import { makeAhead, openMadeAhead } from "./made-ahead.ts";
import { isOwnFolder, secretIn, type StoreLocation } from "./store-location.ts";
import { openPreparedStore, storeFile, type PreparedStore, type StoredModule } from "./prepared-store.ts";

export interface FoundModule {
  readonly facts: unknown;
  readonly text: string;
  readonly code: CodeCache;
}

export interface PreparedModules {
  /**
   * What was prepared from these very bytes.
   * @param name how they are prepared, and a file or another mark: only one source is kept for each.
   */
  find(name: string, source: Buffer): FoundModule | undefined;
  /** What this run has kept of the very same bytes, under any name that begins and ends so: trees have packages more than once. */
  findTwin(beginning: string, end: string, source: Buffer): Pick<FoundModule, "facts" | "text"> | undefined;
  /** Keeps what was prepared just now; `facts` must be JSON. */
  keep(name: string, source: Buffer, facts: unknown, text: string): CodeCache;
  /** Keeps other facts with what this run has found or kept of these very bytes. */
  amend(name: string, source: Buffer, facts: unknown): void;
  /** A number that stands for a text in names, in this run and later ones. */
  numberOf(text: string): number;
  /** Writes what this run added. Does nothing where nothing was added. */
  save(): void;
  /** @param listener called whenever there is something to save */
  whenAdded(listener: () => void): void;
}

/** In names of texts that the program evaluated: only so many of each are kept. */
export const EVALUATED = "evaluated:";
export const EVALUATED_SMALL = "evaluated small:";
const MOST_EVALUATED: Readonly<Record<string, number>> = { [EVALUATED]: 64, [EVALUATED_SMALL]: 256 };

interface Used extends Omit<StoredModule, "code" | "facts"> {
  facts: unknown;
  readonly code: Buffer | undefined;
  script: Script | undefined;
}

/**
 * What this user's runs have kept; where there is nothing, what was made ahead of time.
 * @param location undefined where the user has no cache.
 * @param identity whatever changes what preparing comes to, besides the sources; see `preparationIdentity`.
 * @returns undefined where nothing was made, nor can be kept: this user has not used moat yet, or the cache is read-only or foreign.
 */
export function openPreparedModules(
  location: StoreLocation | undefined,
  identity: string,
): PreparedModules | undefined {
  const secret = location && secretIn(location.userFolder);
  const isKept = secret !== undefined && isOwnFolder(location!.folder, true);
  const own = isKept ? openPreparedStore(storeFile(location!.folder, identity), secret, identity) : undefined;
  if (own !== undefined && own.names.length > 0) return fromStore(own);
  const ahead = openMadeAhead("programs", identity);
  if (ahead.names.length === 0) return own && fromStore(own);
  return fromStore(own === undefined ? ahead : { ...ahead, replace: own.replace });
}

/** For what is prepared ahead of time; `save` puts it where every user's runs find it. */
export function openPreparingAhead(identity: string): PreparedModules {
  return fromStore({
    texts: [],
    names: [],
    find: () => undefined,
    entries: () => [],
    replace: (modules, texts) => makeAhead("programs", identity, modules, texts),
  });
}

function fromStore(store: PreparedStore): PreparedModules {
  const used = new Map<string, Used>();
  /** Of what this run keeps, by the length of the source. */
  const namesByLength = new Map<number, string[]>();
  const texts = new Map(store.texts.map((text, number) => [text, number]));
  const evaluatedBefore = countEvaluated(store.names);
  const evaluated = countEvaluated([]);
  let changed = false;
  let tell = (): void => {};
  const change = (): void => {
    changed = true;
    tell();
  };

  const codeOf = (module: Used): CodeCache => ({
    data: module.code,
    compiled(script) {
      // Without data, or with data that this V8 does not take: made anew when saving.
      if (module.code !== undefined && script.cachedDataRejected !== true) return;
      module.script = script;
      change();
    },
  });

  return {
    find(name, source) {
      const known = used.get(name);
      if (known?.source.equals(source)) return { facts: known.facts, text: known.text, code: codeOf(known) };
      const stored = store.find(name, source);
      if (stored === undefined) return undefined;
      const { facts, text, code } = stored;
      const module: Used = {
        source: stored.source,
        facts,
        text,
        code: code.length > 0 ? code : undefined,
        script: undefined,
      };
      used.set(name, module);
      return { facts: module.facts, text: module.text, code: codeOf(module) };
    },
    findTwin(beginning, end, source) {
      const twin = namesByLength
        .get(source.length)
        ?.find((name) => name.startsWith(beginning) && name.endsWith(end) && used.get(name)!.source.equals(source));
      return twin === undefined ? undefined : used.get(twin);
    },
    keep(name, source, facts, text) {
      const kind = evaluatedKind(name);
      if (kind !== undefined && ++evaluated[kind]! > MOST_EVALUATED[kind]!) return NOT_KEPT;
      const module: Used = { source, facts, text, code: undefined, script: undefined };
      used.set(name, module);
      const sameLength = namesByLength.get(source.length);
      if (sameLength === undefined) namesByLength.set(source.length, [name]);
      else sameLength.push(name);
      // Programs may evaluate another text in each run: for these alone a full store is not written again.
      if (kind !== undefined && evaluatedBefore[kind]! + evaluated[kind]! > MOST_EVALUATED[kind]!)
        return { data: undefined, compiled: (script) => void (module.script = script) };
      change();
      return codeOf(module);
    },
    amend(name, source, facts) {
      const known = used.get(name);
      if (!known?.source.equals(source)) return;
      known.facts = facts;
      change();
    },
    numberOf(text) {
      let number = texts.get(text);
      if (number === undefined) texts.set(text, (number = texts.size));
      return number;
    },
    whenAdded(listener) {
      tell = listener;
    },
    save() {
      if (!changed) return;
      changed = false;
      const modules = new Map<string, StoredModule>();
      for (const [name, { source, facts, text, code, script }] of used) {
        modules.set(name, { source, facts, text, code: script?.createCachedData() ?? code ?? Buffer.alloc(0) });
      }
      const most = countEvaluated(used.keys());
      // Other runs of the program may have taken other ways.
      for (const [name, other] of store.entries()) {
        if (modules.has(name) || modules.size >= MOST_MODULES) continue;
        const kind = evaluatedKind(name);
        if (kind !== undefined && ++most[kind]! > MOST_EVALUATED[kind]!) continue;
        modules.set(name, other);
      }
      store.replace(modules, [...texts.keys()]);
    },
  };
}

/** Sources change; what no run uses any more must not pile up. */
const MOST_MODULES = 6_000;

const NOT_KEPT: CodeCache = { data: undefined, compiled: () => {} };

const KINDS = Object.keys(MOST_EVALUATED);
const evaluatedKind = (name: string): string | undefined => KINDS.find((kind) => name.startsWith(kind));

function countEvaluated(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  for (const name of names) {
    const kind = evaluatedKind(name);
    if (kind !== undefined) counts[kind]!++;
  }
  return counts;
}
