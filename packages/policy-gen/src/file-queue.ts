import { isTypeScript, stripTypes, type FileReader, type Resolution, type Resolver } from "@moat/core/model";
import type { AnalysisPool } from "./analysis-pool.ts";
import type { FactsCache } from "./facts-cache.ts";
import { builtinImportsIn } from "./builtin-imports.ts";
import type { FileFacts, SourceInfo } from "./facts.ts";

/** A file whose turn it is. */
export interface QueuedFile {
  readonly found: Resolution;
  /** Undefined where it can't be read. */
  readonly source: string | undefined;
  readonly facts: FileFacts;
}

export interface FileQueue {
  readonly add: (found: Resolution) => void;
  /** Files in the order in which they were added; undefined where there are none at present. */
  readonly next: () => QueuedFile | undefined;
}

/** How many characters of files are read before their turn, so that they can be analysed meanwhile. */
const READ_AHEAD = 32_000_000;
const UNREADABLE: FileFacts["uses"] = [
  { capability: "unanalyzed", target: "unreadable file", line: 1, column: 1, snippet: "" },
];

interface Begun {
  readonly source: string | undefined;
  readonly facts: () => FileFacts;
}

/** TypeScript that Node would not run is not read either: what it says is that it does not parse. */
function javaScriptOf(text: string | undefined, path: string): string | undefined {
  if (text === undefined || !isTypeScript(path)) return text;
  try {
    return stripTypes(text, path);
  } catch {
    return text;
  }
}

/** Reads files and has them analysed ahead of their turn; what comes of it does not depend on that. */
export function makeFileQueue(disk: FileReader, resolver: Resolver, cache: FactsCache, pool: AnalysisPool): FileQueue {
  const queue: Resolution[] = [];
  const begun: (Begun | undefined)[] = [];
  let turn = 0;
  let ahead = 0;
  const analyses = new Map<string, () => FileFacts>();

  const begin = (found: Resolution): Begun => {
    const { path, format, ambiguous } = found;
    if (format !== "commonjs" && format !== "module") throw new TypeError(`no module: ${path}`);
    const source = javaScriptOf(disk.readText(path), path);
    if (source === undefined) return { source, facts: () => ({ format, uses: UNREADABLE }) };
    ahead += source.length;
    const builtinImports = builtinImportsIn(source, found, resolver);
    const info = { format, path, ...(ambiguous && { ambiguous }), ...(builtinImports && { builtinImports }) };
    return { source, facts: factsOf(source, info) };
  };

  const factsOf = (source: string, info: SourceInfo): (() => FileFacts) => {
    const key = cache.keyOf(source, info);
    const known = cache.find(key);
    if (known !== undefined) return () => known;
    let facts = analyses.get(key);
    if (facts === undefined) {
      const analysis = pool.submit(source, info);
      facts = () => {
        // Texts and syntax trees are not needed any longer than until then.
        analyses.delete(key);
        return cache.find(key) ?? cache.add(key, analysis.facts());
      };
      analyses.set(key, facts);
    }
    return facts;
  };

  return {
    add: (found) => void queue.push(found),
    next() {
      while (begun.length < queue.length && (ahead < READ_AHEAD || begun.length <= turn))
        begun.push(begin(queue[begun.length]!));
      const found = queue[turn];
      if (found === undefined) return undefined;
      const { source, facts } = begun[turn]!;
      begun[turn] = undefined;
      turn += 1;
      ahead -= source?.length ?? 0;
      return { found, source, facts: facts() };
    },
  };
}
