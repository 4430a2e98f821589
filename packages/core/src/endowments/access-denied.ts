import { functionFor } from "./facade.ts";
import type { EndowmentContext } from "./principal.ts";

/**
 * What a package catches when it uses a member that moat does not hand over:
 * the shape of Node's own permission model, `ERR_ACCESS_DENIED`.
 */
export function accessDenied(
  what: string,
  permission: string,
): NodeJS.ErrnoException & { permission: string; resource: string } {
  const error = new Error(`Access to this API has been restricted: ${what}`);
  return Object.assign(error, { code: "ERR_ACCESS_DENIED", permission, resource: what });
}

/**
 * Reports the use of a refused member, and throws unless the policy is only
 * being recorded (`--audit`) or the principal is not bounded at all.
 */
export function assertMayUse(context: EndowmentContext, target: string, capability = "builtin"): void {
  const { principal } = context;
  if (!principal.trusted && principal.denies({ capability, target, via: target }))
    throw accessDenied(target, capability);
}

/**
 * A stand-in for a member that only unbounded principals may use: the same name
 * and arity, callable and constructible; reports and throws for everybody else.
 */
export function refusedMember(context: EndowmentContext, builtin: string, name: string, original: Function): Function {
  const target = `${builtin}.${name}`;
  const stand: Function = functionFor(name, original.length, (receiver, args, newTarget) => {
    assertMayUse(context, target);
    return newTarget === undefined
      ? Reflect.apply(original, receiver, args)
      : Reflect.construct(original, args, newTarget === stand ? original : newTarget);
  });
  return stand;
}
