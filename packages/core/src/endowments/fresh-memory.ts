/**
 * HAZARD: `Buffer.allocUnsafe` gives memory as the last one left it: a file that another package has read, a key,
 * the environment. Node's own modules take theirs by it too, and show it behind what they have written
 * (`zlib.deflateSync("x").buffer`, `Buffer.from("zz", "hex").buffer`). So all of it is empty when it is given out,
 * as under `--zero-fill-buffers`, which nobody can set any more once Node runs.
 */
import type { Buffer } from "node:buffer";
import { types } from "node:util";
import { byteLengthOf, bytesOf } from "./bytes-of.ts";
import { named } from "./facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";

const { isArray } = Array;
const { isSafeInteger } = Number;
const { isUint8Array } = types;
const { apply } = Reflect;
const { setPrototypeOf } = Object;
const { fill, set } = Uint8Array.prototype;

type BufferClass = typeof Buffer &
  Record<"alloc" | "allocUnsafe" | "allocUnsafeSlow" | "concat", (...args: unknown[]) => Buffer>;

/** To be called once, before anybody has the class. */
export function giveFreshMemory(given: typeof Buffer): void {
  const constructor = given as BufferClass;
  const { alloc, allocUnsafe, allocUnsafeSlow, concat } = constructor;
  dropPool(constructor, allocUnsafe);

  // An alignment, which Node 26 takes, leaves room around the buffer.
  // Functions, and no arrows: msgpackr and cbor-x call them with `new`, as Node's can be.
  const emptied = (native: BufferClass["alloc"]) =>
    function (size: unknown, alignment: unknown) {
      return alignment === undefined ? alloc(size) : withoutRemains(native(size, alignment));
    };
  replace(constructor, "allocUnsafe", emptied(allocUnsafe));
  replace(constructor, "allocUnsafeSlow", emptied(allocUnsafeSlow));
  // HAZARD: Node leaves what it does not fill as it was, believes what the list's buffers say of their length, and asks for them more than once.
  replace(constructor, "concat", function (list: unknown, length: unknown) {
    const parts = isArray(list) ? elementsOf(list) : undefined;
    const isLength = length === undefined || (isSafeInteger(length) && (length as number) >= 0);
    // What is wrong Node says; an empty list is nobody's affair.
    if (!parts?.length || !isLength || !parts.every(isUint8Array)) return concat(parts ?? list, length);
    return joined(alloc, parts, length as number | undefined);
  });
}

function joined(alloc: BufferClass["alloc"], parts: readonly Uint8Array[], length: number | undefined): Buffer {
  let total = 0;
  for (let at = 0; at < parts.length; at += 1) total += byteLengthOf(parts[at]!);
  const all = alloc(length ?? total);
  let filled = 0;
  for (let at = 0; at < parts.length && filled < all.length; at += 1) {
    const size = byteLengthOf(parts[at]!);
    const room = all.length - filled;
    apply(set, all, [size <= room ? parts[at] : bytesOf(parts[at]!).subarray(0, room), filled]);
    filled += size;
  }
  return all;
}

/** `buffer.SlowBuffer`, which takes its memory past the class, and of which nothing is an instance; undefined where Node has none any more. */
export function freshSlowBuffer(
  native: Function | undefined,
  { alloc }: Pick<typeof Buffer, "alloc">,
): Function | undefined {
  if (native === undefined) return undefined;
  function SlowBuffer(size: unknown): Buffer {
    return alloc(size as number);
  }
  setPrototypeOf(SlowBuffer.prototype as object, Uint8Array.prototype);
  return setPrototypeOf(named("SlowBuffer", 1, SlowBuffer), Uint8Array) as Function;
}

/**
 * HAZARD: with a pool, `Buffer.from("mine").buffer` shows eight KiB of what everybody else put into theirs. Size 0
 * sends each allocation to memory of its own, and a locked `Buffer` keeps it so. The pool that Node began with would
 * still be there for a size that changes while Node 20 looks at it, so it is made anew, of no size.
 */
function dropPool(constructor: BufferClass, allocUnsafe: BufferClass["alloc"]): void {
  const size = constructor.poolSize;
  let isAsked = false;
  const once = () => {
    if (isAsked) return 0;
    isAsked = true;
    return size * 4;
  };
  defineProperty(constructor, "poolSize", { get: once, configurable: true, enumerable: true });
  try {
    allocUnsafe(size + 1);
  } catch (error) {
    // There is no room in it: as it should be.
    if (!(error instanceof RangeError)) throw error;
  } finally {
    defineProperty(constructor, "poolSize", { value: 0, writable: true, configurable: true, enumerable: true });
  }
}

function replace(constructor: BufferClass, key: "allocUnsafe" | "allocUnsafeSlow" | "concat", own: Function): void {
  const descriptor = getOwnPropertyDescriptor(constructor, key)!;
  const { name, length } = constructor[key];
  defineProperty(constructor, key, { ...descriptor, value: named(name, length, own) });
}

function withoutRemains(buffer: Buffer): Buffer {
  apply(fill, new Uint8Array(buffer.buffer), [0]);
  return buffer;
}

function elementsOf(list: readonly unknown[]): unknown[] {
  const { length } = list;
  const elements: unknown[] = [];
  for (let at = 0; at < length; at += 1) elements[at] = list[at];
  return elements;
}
