/** The bytes of a caller's view, by what it is and not by what its properties say. */
import { types } from "node:util";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";

const { apply } = Reflect;
const { isArrayBufferView, isDataView, isUint8Array } = types;
const { set, slice } = Uint8Array.prototype;

type Fields = Readonly<Record<"buffer" | "byteOffset" | "byteLength", (view: object) => any>>;

function fieldsOf(prototype: object): Fields {
  const field = (name: string) => {
    const { get } = getOwnPropertyDescriptor(prototype, name)!;
    return (view: object) => apply(get!, view, []) as unknown;
  };
  return { buffer: field("buffer"), byteOffset: field("byteOffset"), byteLength: field("byteLength") };
}

const ofTypedArrays = fieldsOf(Object.getPrototypeOf(Uint8Array.prototype) as object);
const ofDataViews = fieldsOf(DataView.prototype);

/** All bytes of a view, in its own memory; none of a view whose memory was given away. */
export function bytesOf(view: NodeJS.ArrayBufferView): Uint8Array {
  const { buffer, byteOffset, byteLength } = isDataView(view) ? ofDataViews : ofTypedArrays;
  const length = byteLengthOrNone(byteLength, view);
  return length === 0 ? new Uint8Array(0) : new Uint8Array(buffer(view), byteOffset(view), length);
}

/** A `DataView` of memory that is gone throws. */
function byteLengthOrNone(byteLength: Fields["byteLength"], view: object): number {
  try {
    return byteLength(view) as number;
  } catch (error) {
    if (error instanceof TypeError) return 0;
    throw error;
  }
}

/** A copy of all bytes of a view, in memory that nobody else has. */
export const copyOf = (view: NodeJS.ArrayBufferView): Uint8Array =>
  isUint8Array(view) ? new Uint8Array(view) : (apply(slice, bytesOf(view), []) as Uint8Array);

/** The same of whatever is given: all but bytes as it is. */
export const ownBytesOf = (given: unknown): unknown => (isArrayBufferView(given) ? copyOf(given) : given);

/** How many bytes a view has, whatever it says. */
export const byteLengthOf = (view: NodeJS.ArrayBufferView): number =>
  isDataView(view) ? bytesOf(view).length : (ofTypedArrays.byteLength(view) as number);

/** Copies to a place of a caller's bytes what was made ready elsewhere; not where their memory was given away meanwhile. */
export function copyBack(bytes: Uint8Array, target: Uint8Array, at: number): void {
  if (at + bytes.length <= target.length) apply(set, target, [bytes, at]);
}
