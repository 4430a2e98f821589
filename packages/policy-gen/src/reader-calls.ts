import type { Capability, Use } from "./facts.ts";
import type { Reached } from "./reach.ts";

/** A call of a package's own function that reads what it is called with. */
export interface ReaderCall {
  readonly location: string;
  readonly path: string;
  /** What it is called with. */
  readonly argument: string;
  readonly use: Use;
}

/**
 * Calls in a package's files of functions that any of its files has.
 * @param reader the facts that name such a function
 * @param call the facts of calls: `function argument`
 */
export function* callsOfReaders({ files }: Reached, reader: Capability, call: Capability): Generator<ReaderCall> {
  const readers = new Map<string, Set<string>>();
  for (const { location, facts } of files) {
    for (const { capability, target } of facts.uses) {
      if (capability !== reader) continue;
      const names = readers.get(location);
      if (names === undefined) readers.set(location, new Set([target]));
      else names.add(target);
    }
  }
  for (const { path, location, facts } of files) {
    const names = readers.get(location);
    if (names === undefined) continue;
    for (const use of facts.uses) {
      if (use.capability !== call) continue;
      const [called, argument] = use.target.split(" ") as [string, string];
      if (names.has(called)) yield { location, path, argument, use };
    }
  }
}
