/**
 * How the language itself defines and describes properties. Lockdown puts moat's own
 * functions in these places, which show packages what they expect.
 *
 * HAZARD: a late part (`late.ts`) that takes them from `Object` as it is loaded takes those.
 * What lockdown replaces imports this file, so it is loaded before.
 */
export const { defineProperty, getOwnPropertyDescriptor } = Object;
export const { __lookupGetter__: lookupGetter } = Object.prototype as unknown as { __lookupGetter__: Function };
