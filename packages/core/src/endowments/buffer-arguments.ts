/**
 * What buffers' methods are called with, before Node's C++ gets it.
 *
 * HAZARD: methods of buffers that Node has in C++ look where the memory is, and only then make numbers of what they
 * were given, by its `valueOf`. That may give the memory away (`structuredClone` with `transfer`, `ArrayBuffer.prototype
 * .transfer`) and wait until somebody else has it: `buffer.latin1Slice({ valueOf: giveAway }, 1000)` reads it,
 * `buffer.hexWrite("00…", { valueOf: giveAway })` writes to it. So these get numbers.
 * And `copy` copies by what buffers say of their length, of which Node 22 and 24 check nothing: one that says that it is
 * longer (`Object.defineProperty(buffer, "byteLength", …)`) shows what lies behind it, and is written to there.
 * `compare` tells of what lies there, on each of them.
 */
import type { Buffer } from "node:buffer";
import { types } from "node:util";
import { byteLengthOf, bytesOf } from "./bytes-of.ts";
import { named } from "./facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";

const { apply, ownKeys } = Reflect;
const { isArrayBufferView, isUint8Array } = types;
const { isSafeInteger } = Number;
const { floor, max, min } = Math;

/** `(start, end)`, and `(text, offset, length)`. */
const READING = /^[a-z0-9]+Slice$/;
const WRITING = /^[a-z0-9]+Write$/;

/** To be called once, before anybody has the class. */
export function keepBuffersHonest({ prototype }: typeof Buffer): void {
  for (const name of ownKeys(prototype)) {
    if (typeof name !== "string") continue;
    const descriptor = getOwnPropertyDescriptor(prototype, name)!;
    const native: unknown = descriptor.value;
    const own = typeof native === "function" ? checked(name, native) : undefined;
    if (own !== undefined)
      defineProperty(prototype, name, { ...descriptor, value: named(name, (native as Function).length, own) });
  }
}

function checked(name: string, native: Function): Function | undefined {
  if (READING.test(name))
    return function (this: unknown, start: unknown, end: unknown): unknown {
      return apply(native, this, [primitive(start), primitive(end)]);
    };
  if (WRITING.test(name))
    return function (this: unknown, text: unknown, offset: unknown, length: unknown): unknown {
      return apply(native, this, [text, primitive(offset), primitive(length)]);
    };
  if (name === "fill")
    return function (this: unknown, value: unknown, offset: unknown, end: unknown, encoding: unknown): unknown {
      return apply(native, this, [isArrayBufferView(value) ? value : primitive(value), offset, end, encoding]);
    };
  if (name === "copy")
    return function (this: unknown, target: unknown, at: unknown, start: unknown, end: unknown): unknown {
      const to = primitive(at);
      const from = primitive(start);
      return apply(native, this, [target, to, from, endThatIsThere(this, target, to, from, primitive(end))]);
    };
  if (name === "compare")
    return function (this: unknown, ...args: unknown[]): unknown {
      // With no other argument Node asks the engine.
      if (args.length > 1 && isUint8Array(args[0])) args[0] = bytesOf(args[0]);
      return apply(native, this, args);
    };
  return undefined;
}

/** Where `copy` is to end so that it takes and writes no more than there is. */
function endThatIsThere(source: unknown, target: unknown, at: unknown, start: unknown, end: unknown): unknown {
  // Node says what is wrong with them.
  if (!isArrayBufferView(source) || !isArrayBufferView(target)) return end;
  const length = byteLengthOf(source);
  const from = wholeNumber(start);
  const to = end === undefined ? length : wholeNumber(end);
  const room = byteLengthOf(target) - wholeNumber(at);
  return to < 0 ? end : min(to, length, from + max(room, 0));
}

/** As Node does. */
function wholeNumber(value: unknown): number {
  const number = +(value as number);
  return isSafeInteger(floor(number)) ? floor(number) : 0;
}

/** What it is made a number of without anybody's code being run. */
function primitive(value: unknown): unknown {
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? +(value as unknown as number)
    : value;
}
