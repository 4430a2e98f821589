/**
 * Buffers of short texts and lists of numbers. Node copies these into its pool, and there is none:
 * memory of its own for each costs more than all the rest. Up to 64 bytes V8
 * keeps beside the object itself, where Node's copying would take them out again;
 * so the bytes are written one by one, which compiled code does at once.
 */
import type { Buffer } from "node:buffer";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";

const { isArray } = Array;
const { valueOf } = Object.prototype;

const LONGEST = 64;
const PAST_ASCII = 0x80;

/** Puts a quick way before `Buffer.from`; to a class that is locked it has been done. */
export function makeShortTextsFast(constructor: typeof Buffer): void {
  const descriptor = getOwnPropertyDescriptor(constructor, "from");
  if (descriptor?.writable !== true) return;
  const { alloc, from: native } = constructor as unknown as Record<"alloc" | "from", (...args: unknown[]) => Buffer>;

  function bytesOf(text: string): Buffer | undefined {
    const { length } = text;
    const bytes = alloc(length);
    for (let at = 0; at < length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= PAST_ASCII) return undefined;
      bytes[at] = unit;
    }
    return bytes;
  }

  function bytesOfList(list: readonly number[]): Buffer {
    const { length } = list;
    const bytes = alloc(length);
    for (let at = 0; at < length; at += 1) bytes[at] = list[at]!;
    return bytes;
  }

  const { from } = {
    from(value: unknown, encodingOrOffset: unknown, length: unknown): Buffer {
      if (isArray(value) && value.length <= LONGEST && value.valueOf === valueOf) return bytesOfList(value);
      const isShort =
        typeof value === "string" &&
        value.length <= LONGEST &&
        (encodingOrOffset === undefined || encodingOrOffset === "utf8");
      return (isShort ? bytesOf(value) : undefined) ?? native(value, encodingOrOffset, length);
    },
  };
  defineProperty(constructor, "from", { ...descriptor, value: from });
}
