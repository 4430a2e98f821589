import type { Buffer } from "node:buffer";
import { defineMember } from "./facade.ts";
import { freshSlowBuffer } from "./fresh-memory.ts";
import { hardenNodeClass } from "./harden-node.ts";
import { makeHandedBuiltin } from "./handed-builtin.ts";
import { makeShortTextsFast } from "./short-texts.ts";
import type { EndowmentContext } from "./principal.ts";

/**
 * The realm's `Buffer`: one class for all, so that `buffer.constructor === Buffer`
 * and `instanceof` hold everywhere; hardened, and without a pool.
 */
export function hardenBuffer(context: EndowmentContext): typeof Buffer {
  return context.shared("buffer.Buffer", () => {
    const { Buffer: shared } = context.powers.builtin("buffer");
    makeShortTextsFast(shared);
    // What its `Symbol.species` gives.
    hardenNodeClass((shared as unknown as { readonly [Symbol.species]: Function })[Symbol.species]);
    return hardenNodeClass(shared);
  });
}

/** A principal's `buffer`. */
export function makeBufferModule(context: EndowmentContext): object {
  hardenBuffer(context);
  const facade = makeHandedBuiltin(context, "buffer");
  // The real one is a setter that changes how everybody's buffers are printed.
  defineMember(facade, "INSPECT_MAX_BYTES", 50);
  const SlowBuffer = context.shared("buffer.SlowBuffer", () => {
    const { Buffer: shared, SlowBuffer: native } = context.powers.builtin("buffer");
    const own = freshSlowBuffer(native, shared);
    return own && hardenNodeClass(own as never);
  });
  if (SlowBuffer !== undefined) defineMember(facade, "SlowBuffer", SlowBuffer);
  return facade;
}
