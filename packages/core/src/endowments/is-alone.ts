import type { EndowmentContext } from "./principal.ts";

/**
 * Whether a principal is the application and the only one so far: nobody can give it
 * anything of Node's that it has not asked for. A program without packages, and what an
 * application does before its first, then costs nothing of this.
 */
export function isAlone(context: EndowmentContext): boolean {
  return context.principal.trusted && context.shared("hardened.alone", () => context.principal) === context.principal;
}
