/**
 * `StringDecoder`, whose state nobody else has while Node reads it.
 *
 * HAZARD: it lies in a buffer of seven bytes under a symbol, and one of them says how many others Node's C++ holds back:
 * who writes a 200 there is shown 200 bytes of what lies behind it. It can be another buffer, too, a shorter one or
 * one that another thread writes to. So Node gets one of moat's own, with what was there, looked through.
 */
import { types } from "node:util";
import { byteLengthOf } from "./bytes-of.ts";
import { named } from "./facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";
import { ownSymbol } from "./own-symbol.ts";

const { apply } = Reflect;
const { isUint8Array } = types;
const { set: copyInto } = Uint8Array.prototype;

/** How many bytes of a character are missing, how many are there, which encoding; before them, the bytes. */
const FIELDS = 7;
const [MISSING, HELD] = [4, 5];
const LONGEST = 4;

type Decoder = { [key: PropertyKey]: any; constructor: any };

/** @param prototype of Node's decoders, before it is hardened */
export function keepStateOfDecoders(prototype: Decoder): void {
  const sample = new prototype["constructor"]("utf8") as Decoder;
  const key = ownSymbol(sample, "kNativeDecoder");
  if (key === undefined || byteLengthOf(sample[key]) !== FIELDS)
    throw new TypeError("This version of Node does not show where a decoder keeps its state");
  const own = new Uint8Array(FIELDS);
  // In the place of the decoder. Neither method runs anybody's code meanwhile.
  const standIn = { __proto__: null, [key]: own };
  const { write, end } = prototype;

  const inOwnState = (decoder: Decoder, method: Function, args: readonly unknown[]): unknown => {
    const state: unknown = decoder[key];
    // Node says what is wrong with what has none.
    if (!isUint8Array(state) || byteLengthOf(state) !== FIELDS) return apply(method, { [key]: undefined }, args);
    apply(copyInto, own, [state]);
    if (own[MISSING]! + own[HELD]! > LONGEST) throw new RangeError("The state of this StringDecoder was changed");
    const text: unknown = apply(method, standIn, args);
    apply(copyInto, state, [own]);
    return text;
  };
  const methods: Record<string, (this: Decoder, bytes: unknown) => unknown> = {
    write(bytes) {
      return typeof bytes === "string" ? bytes : inOwnState(this, write, [bytes]);
    },
    end(bytes) {
      const text = bytes === undefined ? "" : (this["write"](bytes) as string);
      return text + (inOwnState(this, end, []) as string);
    },
  };
  for (const name of ["write", "end"]) {
    const descriptor = getOwnPropertyDescriptor(prototype, name)!;
    defineProperty(prototype, name, { ...descriptor, value: named(name, descriptor.value.length, methods[name]!) });
  }
}
