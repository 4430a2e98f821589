/** The positions of every file that was loaded, by the name that V8 knows it by: a path or a `file:` URL. */
import type { Functor } from "../loader/functor.ts";
import { makeSourcePositions, type SourcePositions } from "../loader/source-positions.ts";

const loaded = new Map<string, () => SourcePositions>();

/** For files alone: a name that evaluated text gives itself must not stand for another package's file. */
export function rememberSource(fileName: string, { text, positions }: Functor): void {
  let made: SourcePositions | undefined;
  loaded.set(fileName, () => (made ??= makeSourcePositions(text, positions)));
}

export function positionsIn(fileName: string): SourcePositions | undefined {
  return loaded.get(fileName)?.();
}
