import { defineMember } from "./facade.ts";
import type { UseListener } from "../audit/use.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";

/**
 * In a learning run: the same facade, which tells of each member when a package
 * reads it. Assigning to a member makes it an ordinary one, as without.
 */
export function observedBuiltin(facade: object, builtin: string, uses: UseListener): object {
  const observed = {};
  for (const key of Reflect.ownKeys(facade)) {
    const descriptor = getOwnPropertyDescriptor(facade, key)!;
    if (typeof key === "symbol") {
      Object.defineProperty(observed, key, descriptor);
      continue;
    }
    Object.defineProperty(observed, key, {
      get() {
        uses({ capability: "builtin", target: builtin, member: key });
        return (facade as Record<string, unknown>)[key];
      },
      set(this: object, next: unknown) {
        defineMember(this, key, next, descriptor.enumerable === true);
      },
      enumerable: descriptor.enumerable === true,
      configurable: true,
    });
  }
  return observed;
}
