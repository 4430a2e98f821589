import { defineMember } from "./facade.ts";
import { hardenNodeClass } from "./harden-node.ts";
import { makeHandedBuiltin } from "./handed-builtin.ts";
import type { EndowmentContext } from "./principal.ts";

/**
 * The realm's `Buffer`: one class for all, so that `buffer.constructor === Buffer`
 * and `instanceof` hold everywhere; hardened, and without a pool.
 *
 * HAZARD: with a pool, `Buffer.from("mine").buffer` shows eight KiB of what
 * everybody else put into theirs. Size 0 sends each allocation to memory of its own.
 */
export function hardenBuffer(context: EndowmentContext): typeof Buffer {
  return context.shared("buffer.Buffer", () => {
    const real = context.powers.builtin("buffer").Buffer;
    real.poolSize = 0;
    // Whatever is left of the first pool goes to moat, not to a guest.
    for (let size = 0; size < 3; size += 1) real.allocUnsafe(4095);
    return hardenNodeClass(real);
  });
}

/** A principal's `buffer`. */
export function makeBufferModule(context: EndowmentContext): object {
  hardenBuffer(context);
  const facade = makeHandedBuiltin(context, "buffer");
  // The real one is a setter that changes how everybody's buffers are printed.
  defineMember(facade, "INSPECT_MAX_BYTES", 50);
  return facade;
}
