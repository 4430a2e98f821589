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
 * Reports the use of what no policy allows, and throws unless the policy is only
 * being recorded (`--audit`) or the principal is not bounded at all.
 */
export function assertMayUse(context: EndowmentContext, target: string, capability = "builtin"): void {
  const { principal } = context;
  if (!principal.trusted && principal.denies({ capability, target, via: target, never: true }))
    throw accessDenied(target, capability);
}

const refused = new WeakSet<Function>();

/**
 * A stand-in for a member that only unbounded principals may use: the same name
 * and arity, callable and constructible; reports and throws for everybody else.
 */
export function refusedMember(context: EndowmentContext, builtin: string, name: string, original: Function): Function {
  return refusedFunction(context, `${builtin}.${name}`, name, original);
}

/** The same for what only a member leads to. @param target what is reported */
export function refusedFunction(context: EndowmentContext, target: string, name: string, original: Function): Function {
  const stand = standIn(name, original, () => assertMayUse(context, target));
  refused.add(stand);
  return stand;
}

/** The same for a member that the principal's policy does not grant, and might. */
export function ungrantedMember(
  { principal }: EndowmentContext,
  builtin: string,
  name: string,
  original: Function,
): Function {
  if (refused.has(original)) return original;
  const target = `${builtin}.${name}`;
  return standIn(name, original, () => {
    if (principal.denies({ capability: "builtin", target, via: target })) throw accessDenied(target, "builtin");
  });
}

function standIn(name: string, original: Function, assertAllowed: () => void): Function {
  const stand: Function = functionFor(name, original.length, (receiver, args, newTarget) => {
    assertAllowed();
    return newTarget === undefined
      ? Reflect.apply(original, receiver, args)
      : Reflect.construct(original, args, newTarget === stand ? original : newTarget);
  });
  return stand;
}
