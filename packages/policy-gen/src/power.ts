import { isNodeClass } from "@moat/core/model";

/**
 * What a value in the program is, where it is something that matters: the
 * global object, `require`, a builtin, one of its members.
 */
export type Power =
  | { readonly kind: "global" | "require" | "module" | "process" | "env" | "function" | "eval" | "global-maker" }
  | { readonly kind: "builtin"; readonly name: string }
  /** A member of a builtin, or of the global object (`builtin` is then empty). */
  | { readonly kind: "member"; readonly builtin: string; readonly name: string }
  /** A namespace object of the language that libraries extend for each other: `Reflect`. */
  | { readonly kind: "namespace"; readonly name: string }
  /** What another file of the package exports. */
  | { readonly kind: "own-file" }
  /** What another package exports. */
  | { readonly kind: "package"; readonly specifier: string }
  /** A promise for it. */
  | { readonly kind: "promise"; readonly of: Power }
  /** A function that gives it, whose members are also its own: `__webpack_require__.n(x)`. */
  | { readonly kind: "getter"; readonly of: Power }
  /** An object literal that holds it under a key. */
  | { readonly kind: "record"; readonly key: string; readonly of: Power };

/** What is wrapped deeper than programs do it on purpose. */
const DEEPEST = 6;

/** How many powers one place may hold, and from how many on none comes to it that is wrapped twice, or what a package exports once. */
const MOST_POWERS = 40;
const MANY_POWERS = 6;

/**
 * Whether a power is followed to a place. One may be in a record of a record of … without end: `(x) => ({ next: x })`
 * called with its own result gives another one each time, and a library whose objects hold each other gives all orders of their names.
 *
 * @param held how many the place holds already
 */
export function isFollowed(power: Power, held: number): boolean {
  let depth = 0;
  let inner = power;
  for (; "of" in inner; inner = inner.of) depth += 1;
  const deepest = held < MANY_POWERS ? DEEPEST : inner.kind === "package" ? 0 : 1;
  return depth <= deepest && held <= MOST_POWERS;
}

/** One text for equal powers. */
export function powerId(power: Power): string {
  switch (power.kind) {
    case "builtin":
      return `builtin ${power.name}`;
    case "member":
      return `member ${power.builtin} ${power.name}`;
    case "namespace":
      return `namespace ${power.name}`;
    case "package":
      return `package ${power.specifier}`;
    case "promise":
      return `promise ${powerId(power.of)}`;
    case "getter":
      return `getter ${powerId(power.of)}`;
    case "record":
      return `record ${power.key} ${powerId(power.of)}`;
    default:
      return power.kind;
  }
}

/** Modules that are a class themselves. */
const CLASSES: Readonly<Record<string, string>> = { events: "events.EventEmitter", stream: "stream.Stream" };

/** The class of Node's that a power is, in the words of policies, where programs may add to it. */
export function classOf(power: Power): string | undefined {
  if (power.kind === "builtin") return CLASSES[power.name];
  if (power.kind !== "member") return undefined;
  const { builtin, name } = power;
  if (builtin === "buffer" || builtin === "url") return isNodeClass(name) ? name : undefined;
  return isNodeClass(`${builtin}.${name}`) ? `${builtin}.${name}` : undefined;
}
