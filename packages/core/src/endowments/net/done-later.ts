/**
 * Native methods that free what native code may be working with.
 *
 * HAZARD: native code calls back while it works: the parser of HTTP tells of a request, TLS of a handshake's keys. Who is
 * told then closes the parser, or the connection, and what native code goes on with is what somebody else has put there.
 * Node itself does neither while anything of them is on the stack. So it is done once nothing is.
 */
import { named } from "../facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";
import type { Powers } from "../principal.ts";

/** @param prototype of native handles, before it is closed */
export function doneLater(prototype: object, name: string, { globals }: Pick<Powers, "globals">): void {
  const later = globals["setImmediate"] as (run: () => void) => void;
  const { value: real, ...descriptor } = getOwnPropertyDescriptor(prototype, name)!;
  if (typeof real !== "function" || descriptor.configurable !== true) return;
  const value = named(name, real.length, function (this: object): void {
    later(() => void Reflect.apply(real, this, []));
  });
  defineProperty(prototype, name, { ...descriptor, value });
}
