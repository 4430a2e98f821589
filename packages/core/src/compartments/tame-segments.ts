/**
 * The prototypes of `Intl.Segmenter`'s segments and of their iterators are reached
 * through an instance alone, and the first instance makes ICU read its tables, which
 * costs as much as a quarter of Node's own start. So they are hardened when somebody
 * makes the first one: `segment` is the only way to it.
 */
import { showAsNative } from "./function-text.ts";

const { apply } = Reflect;
const { defineProperty, getPrototypeOf } = Object;

/** To be called once, before the intrinsics are hardened. @param harden freezes a prototype and what it leads to. */
export function tameSegments(harden: (prototype: object) => unknown): void {
  const { Segmenter } = Intl as { Segmenter?: typeof Intl.Segmenter };
  if (Segmenter === undefined) return;
  const nativeSegment = Segmenter.prototype.segment;
  let isHardened = false;
  const { segment } = {
    segment(this: Intl.Segmenter, text: string): Intl.Segments {
      const segments = apply(nativeSegment, this, [text]);
      if (!isHardened) {
        harden(getPrototypeOf(segments[Symbol.iterator]()) as object);
        harden(getPrototypeOf(segments) as object);
        isHardened = true;
      }
      return segments;
    },
  };
  showAsNative(segment);
  defineProperty(Segmenter.prototype, "segment", {
    value: segment,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
