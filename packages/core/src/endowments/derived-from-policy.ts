import type { PackagePolicy } from "../policy/types.ts";
import type { Principal } from "./principal.ts";

/** A value that follows from a principal's policy: made again when grants were dropped, else one comparison. */
export function derivedFromPolicy<T>(principal: Principal, derive: (policy: PackagePolicy) => T): () => T {
  let { policy } = principal;
  let value = derive(policy);
  return () => {
    if (principal.policy !== policy) {
      ({ policy } = principal);
      value = derive(policy);
    }
    return value;
  };
}
