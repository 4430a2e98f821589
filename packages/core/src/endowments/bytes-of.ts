/** The bytes of a caller's view, by what it is and not by what its properties say. */
import { types } from "node:util";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";

const { apply } = Reflect;
const { isDataView } = types;

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
