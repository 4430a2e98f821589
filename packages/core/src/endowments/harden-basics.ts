import { hardenBuffer } from "./buffer.ts";
import { makeRefusedInert } from "./handed-builtin.ts";
import { hardenNodeObject } from "./harden-node.ts";
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
    hardenNodeObject(context.powers.builtin("events"));
    hardenBuffer(context);
    hardenInstancesOf(context, "buffer");
    hardenNodeObject(context.powers.globals["DOMException"]);
    return true;
  });
}

/**
 * Whether a principal is the application and the only one so far: nobody can give it
 * anything of Node's that it has not asked for. A program without packages, and what an
 * application does before its first, then costs nothing of this.
 */
export function isAlone(context: EndowmentContext): boolean {
  return context.principal.trusted && context.shared("hardened.alone", () => context.principal) === context.principal;
}
