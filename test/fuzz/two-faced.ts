/** Objects of options that answer one thing at the first look and another at the next. */
import fc from "fast-check";

export const STYLES = ["plain", "getters", "proxy", "inherited", "toString", "late"] as const;
export type Style = (typeof STYLES)[number];
export const anyStyle = fc.constantFrom(...STYLES);

/**
 * `first` until somebody has looked `after` times, then `second`. `late` changes
 * when the current call is over.
 */
export function twoFaced(style: Style, first: Record<string, any>, second: Record<string, any>, after: number): any {
  let looks = 0;
  const both = { ...second, ...first };
  const value = (key: PropertyKey): unknown => {
    const from = looks++ < after ? first : second;
    return from[key as string];
  };
  if (style === "plain") return { ...first };
  if (style === "late") {
    const object = { ...first };
    queueMicrotask(() => Object.assign(object, second));
    return object;
  }
  if (style === "proxy") {
    return new Proxy(both, {
      get: (_target, key) => value(key),
      has: (_target, key) => key in both,
      getOwnPropertyDescriptor: (_target, key) =>
        key in both ? { value: value(key), enumerable: true, configurable: true, writable: true } : undefined,
    });
  }
  if (style === "toString") {
    return Object.fromEntries(
      Object.keys(both).map((key) => {
        if (typeof both[key] !== "string" && typeof both[key] !== "number") return [key, both[key]];
        const answer = (): unknown => value(key) ?? both[key];
        return [key, { toString: answer, valueOf: answer, [Symbol.toPrimitive]: answer }];
      }),
    );
  }
  const object = {};
  for (const key of Object.keys(both))
    Object.defineProperty(object, key, { get: () => value(key), enumerable: true, configurable: true });
  return style === "inherited" ? Object.create(object) : object;
}
