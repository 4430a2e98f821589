/**
 * Texts that a compartment has evaluated lately. V8 keeps those of plain code, so that `new Function` of the same text in a
 * loop compiles it once, and its functions get quick together; what moat compiles are scripts, and V8 keeps none of these.
 */
import type { Functor } from "../loader/functor.ts";

/** How many texts are kept, and how long they may be: a program that makes up texts must not fill the heap. */
const MOST_KEPT = 64;
const LONGEST_KEPT = 10_000;

export interface EvaluatedText {
  readonly functor: Functor;
  /** What V8 made of it, under which name of a script. */
  compiled: { readonly fileName: string; readonly outer: Function } | undefined;
}

/** @returns a function that gives the text as it was prepared before in this way, or is now */
export function makeRecentTexts(): (source: string, how: string, prepare: () => Functor) => EvaluatedText {
  const texts = new Map<string, EvaluatedText>();
  return (source, how, prepare) => {
    const key = `${how}\n${source}`;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const text: EvaluatedText = { functor: prepare(), compiled: undefined };
    if (source.length > LONGEST_KEPT) return text;
    if (texts.size === MOST_KEPT) texts.clear();
    texts.set(key, text);
    return text;
  };
}
