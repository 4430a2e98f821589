import type { EndowmentContext } from "./principal.ts";

/**
 * `util.inspect.defaultOptions`: how values are printed where nothing else is said. Node's own object is locked: it can be
 * reached by `inspect`, which Node hands to whatever prints itself. The application's settings, which count for
 * everybody as in Node, and a package's own are kept here and handed to Node at each call.
 */
export interface InspectDefaults {
  values: Record<string, unknown>;
  /** Whether somebody has got at them: they may be changed in place. */
  used: boolean;
}

/** The application's, one for the realm. */
export function applicationsDefaults(context: EndowmentContext): InspectDefaults {
  return context.shared("util.inspect.defaultOptions", () => ({
    values: { ...context.powers.builtin("util").inspect.defaultOptions },
    used: false,
  }));
}
