import { types } from "node:util";
import { bytesOf, copyBack } from "./bytes-of.ts";
import { named } from "./facade.ts";

const { apply } = Reflect;
const { isArrayBuffer, isArrayBufferView } = types;
const { subarray } = Uint8Array.prototype;

/** By the size of their elements, in which Node counts. */
const ARRAYS: Readonly<Record<number, new (length: number) => NodeJS.TypedArray>> = {
  1: Uint8Array,
  2: Uint16Array,
  4: Uint32Array,
  8: BigUint64Array,
};

/**
 * `randomFill`, which has another thread fill memory that nobody else has.
 *
 * HAZARD: Node keeps the address of what is to be filled, which its owner can give away meanwhile (`structuredClone`
 * with `transfer`): the thread would then write over what others have there.
 */
export function fillingOwnMemory(randomFill: Function): Function {
  return named(randomFill.name, randomFill.length, (...args: any[]): unknown => {
    const [given] = args;
    const last = args.length - 1;
    const callback: unknown = args[last];
    const isView = isArrayBufferView(given);
    // Shared memory can't be given away; what is neither is an error.
    if (typeof callback !== "function" || !(isView || isArrayBuffer(given))) return apply(randomFill, undefined, args);
    const target = isView ? bytesOf(given) : new Uint8Array(given);
    const size = (isView && (given as NodeJS.TypedArray).BYTES_PER_ELEMENT) || 1;
    const own = new ARRAYS[size]!(target.length / size);
    const [, offset = 0, length = own.length - offset] = args.slice(0, last);
    args[0] = own;
    args[last] = (error: unknown) => {
      if (error) return apply(callback, undefined, [error]) as unknown;
      const [from, to] = [offset * size, (offset + length) * size];
      copyBack(apply(subarray, bytesOf(own), [from, to]) as Uint8Array, target, from);
      return apply(callback, undefined, [null, given]) as unknown;
    };
    return apply(randomFill, undefined, args);
  });
}
