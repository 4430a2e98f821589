import { hardenNodeClass } from "./harden-node.ts";
import type { EndowmentContext } from "./principal.ts";

/** Properties of `navigator` that only describe the machine; `locks` would be shared with everybody. */
const PROPERTIES = ["hardwareConcurrency", "language", "languages", "platform", "userAgent"] as const;

export interface NavigatorGlobals {
  readonly Navigator: Function;
  readonly navigator: object;
}

/** `navigator` and its class, where this Node has them. */
export function makeNavigator(context: EndowmentContext): NavigatorGlobals | undefined {
  const real = context.powers.globals["navigator"];
  if (real === undefined) return undefined;
  return context.shared("navigator", () => {
    let constructible = true;
    class Navigator {
      constructor() {
        if (!constructible)
          throw Object.assign(new TypeError("Illegal constructor"), { code: "ERR_ILLEGAL_CONSTRUCTOR" });
      }
    }
    for (const name of PROPERTIES) {
      Object.defineProperty(Navigator.prototype, name, { get: () => real[name], enumerable: true, configurable: true });
    }
    Object.defineProperty(Navigator.prototype, Symbol.toStringTag, { value: "Navigator", configurable: true });
    const navigator = Object.freeze(new Navigator());
    constructible = false;
    return { Navigator: hardenNodeClass(Navigator), navigator };
  });
}
