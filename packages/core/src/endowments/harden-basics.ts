import { hardenBuffer } from "./buffer.ts";
import { hardenTravellers } from "./harden-travellers.ts";
import { makeRefusedInert } from "./handed-builtin.ts";
import { hardenErrorsOf } from "./harden-errors.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { hardenWhatIsLedTo } from "./leads-to.ts";
import { hardenInstancesOf } from "./sample-instances.ts";
import type { EndowmentContext } from "./principal.ts";

/**
 * Hardens what every principal can reach without any grant, through errors and through what it is
 * given. Once for the realm: before the first facade or global of Node's is made, and
 * before a package's world is.
 */
export function hardenBasics(context: EndowmentContext): void {
  context.shared("hardened.basics", () => {
    // Before anything that reaches it is locked.
    makeRefusedInert(context, "stream");
    hardenWhatIsLedTo(context);
    hardenNodeObject(context.powers.builtin("events"));
    hardenBuffer(context);
    hardenInstancesOf(context, "buffer");
    for (const name of ["DOMException", "QuotaExceededError"]) hardenNodeObject(context.powers.globals[name]);
    hardenErrorsOf(context.powers, "basics");
    if (context.hearsThreads === true) hardenTravellers(context);
    return true;
  });
}
