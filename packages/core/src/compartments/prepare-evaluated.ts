/**
 * Texts that programs evaluate are kept from run to run, as modules are: validators compile schemas, tools keep whole
 * bundles as text. Small ones are prepared in a millisecond, once the parser is loaded, which nothing else in a second
 * run may need; and some programs evaluate the same one a hundred times.
 */
import { Buffer } from "node:buffer";
import type { Functor } from "../loader/functor.ts";
import type { NameSets } from "../loader/name-sets.ts";
import { EVALUATED, EVALUATED_SMALL, type PreparedModules } from "../prepared/prepared-modules.ts";
import { isLatin } from "../prepared/prepared-store.ts";
import { shortHash } from "../prepared/short-hash.ts";
import { namesKeyOf } from "./names-key.ts";

/** In UTF-16 units. */
const SMALL = 2_000;

/** @param how the way in which the text is prepared, and all that this depends on besides names. */
export function prepareEvaluated(
  source: string,
  how: string,
  names: NameSets,
  kept: PreparedModules | undefined,
  prepare: () => Functor,
): Functor {
  if (kept === undefined) return prepare();
  // HAZARD: not UTF-8, in which all lone surrogates are one character: two texts would have the same bytes.
  const encoding = isLatin(source) ? "latin1" : "utf16le";
  const bytes = Buffer.from(source, encoding);
  const name = `${source.length < SMALL ? EVALUATED_SMALL : EVALUATED}${how}:${namesKeyOf(names, kept)}:${encoding}:${source.length}:${shortHash(source)}`;
  const found = kept.find(name, bytes);
  if (found !== undefined) return { ...(found.facts as Functor), text: found.text, code: found.code };
  const functor = prepare();
  const { text, parameters, positions } = functor;
  const facts = { parameters, positions: { ...positions, shifts: Array.from(positions.shifts) } };
  return { ...functor, code: kept.keep(name, bytes, facts, text) };
}
