import type { EndowmentContext } from "./principal.ts";

/** The globals of `fetch`: none until the network attenuator provides them. */
export function makeFetchGlobals(_context: EndowmentContext): Readonly<Record<string, PropertyDescriptor | undefined>> {
  return Object.create(null);
}
