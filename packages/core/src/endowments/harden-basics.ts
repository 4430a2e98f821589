import { hardenBuffer } from "./buffer.ts";
import { hardenTravellers } from "./harden-travellers.ts";
import { makeRefusedInert } from "./handed-builtin.ts";
import { hardenErrorsOf } from "./harden-errors.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { hardenWhatIsLedTo } from "./leads-to.ts";
import { hardenInstancesOf } from "./sample-instances.ts";
import { veilContextFrames } from "./reflective/context-frames.ts";
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
    veilContextFrames(context.powers);
    hardenWhatIsLedTo(context);
    hardenNodeObject(context.powers.builtin("events"));
    hardenBuffer(context);
    hardenInspect(context.powers.builtin("util").inspect);
    hardenInstancesOf(context, "buffer");
    for (const name of ["DOMException", "QuotaExceededError"]) hardenNodeObject(context.powers.globals[name]);
    hardenErrorsOf(context.powers, "basics");
    if (context.hearsThreads === true) hardenTravellers(context);
    return true;
  });
}

/**
 * HAZARD: Node gives the real `inspect` to whatever prints itself by `util.inspect.custom`, also for the text of
 * an error (`Buffer.from(mine)`); its `defaultOptions` change what everybody prints.
 */
function hardenInspect(inspect: any): void {
  // Behind an accessor that can't be redefined; its setter assigns to this very object, and fails from now on.
  Object.freeze(inspect.defaultOptions);
  hardenNodeObject(inspect);
}
