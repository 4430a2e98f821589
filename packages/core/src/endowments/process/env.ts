import { defineMember } from "../facade.ts";
import { derivedFromPolicy } from "../derived-from-policy.ts";
import type { EndowmentContext } from "../principal.ts";

const { hasOwn } = Object;

/** Whether a policy's `env` list covers a key: by name, `FOO_*` or `*`. */
export function makeEnvCovers(granted: readonly string[], foldCase: boolean): (key: string) => boolean {
  const fold = (key: string): string => (foldCase ? key.toUpperCase() : key);
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const entry of granted) {
    if (entry.endsWith("*")) prefixes.push(fold(entry.slice(0, -1)));
    else exact.add(fold(entry));
  }
  return (key) => {
    const folded = fold(key);
    return exact.has(folded) || prefixes.some((prefix) => folded.startsWith(prefix));
  };
}

/** What a principal's own environment holds, asked by moat itself: nothing hidden is reported as refused. */
const quietly = new WeakMap<object, () => Record<string, string>>();

/** A copy of the variables that a principal sees in its `process.env`, its own changes included. */
export function visibleVariables(env: object): Record<string, string> | undefined {
  return quietly.get(env)?.();
}

/**
 * A principal's `process.env`: a live view of the keys that it is granted.
 * What it writes or deletes is seen by itself and by the children it starts,
 * and by nobody else; what trusted code writes, everybody who is granted it sees.
 *
 * HAZARD: the proxy's target is an empty object for good, so that neither
 * `util.inspect`'s `showProxy` nor any invariant of proxies shows more than the traps say.
 */
export function makeEnv(context: EndowmentContext): NodeJS.ProcessEnv {
  const { principal, powers } = context;
  const real = powers.process.env;
  const foldCase = powers.process.platform === "win32";
  const current = derivedFromPolicy(principal, ({ env }) => makeEnvCovers(env ?? [], foldCase));
  const covers = (key: string): boolean => current()(key);
  /** Own writes; `undefined` marks a deleted key. */
  const overlay: Map<string, string | undefined> = new Map();
  const refusedKeys = new Map<string, boolean>();
  const inherited = new Set(Reflect.ownKeys(Object.prototype));
  const slot = (key: string): string => (foldCase ? key.toUpperCase() : key);

  const visible = (key: string): boolean => {
    if (principal.trusted) return true;
    if (covers(key)) {
      principal.uses?.({ capability: "env", target: key });
      return true;
    }
    // One question a key: programs read `env.NODE_ENV` in their hot paths.
    let refused = refusedKeys.get(key);
    if (refused === undefined) {
      // A variable that is not set reads the same with a grant: nobody needs to be told.
      refused = principal.denies({ capability: "env", target: key, ...(!hasOwn(real, key) && { quiet: true }) });
      refusedKeys.set(key, refused);
    }
    return !refused;
  };
  const read = (key: string): string | undefined => {
    if (overlay.size > 0 && overlay.has(slot(key))) return overlay.get(slot(key));
    // In this order: what is asked of the real one takes longer than all the rest.
    if (inherited.has(key) && !hasOwn(real, key)) return undefined;
    return visible(key) ? real[key] : undefined;
  };
  let listsAll: boolean | undefined;
  const list = (): string[] => {
    const keys = new Set<string>();
    const hidden: string[] = [];
    principal.uses?.({ capability: "env.list", target: "*" });
    for (const key of Object.keys(real)) {
      if (overlay.has(slot(key))) continue;
      if (principal.trusted || covers(key)) keys.add(key);
      else hidden.push(key);
    }
    if (hidden.length > 0) {
      listsAll ??= !principal.denies({ capability: "env", target: "*", via: "Object.keys(process.env)", quiet: true });
      if (listsAll) for (const key of hidden) keys.add(key);
    }
    for (const [key, value] of overlay) if (value !== undefined) keys.add(key);
    return [...keys];
  };
  const write = (key: string, value: unknown): void => {
    if (typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
    const text = String(value);
    if (principal.trusted) real[key] = text;
    else overlay.set(slot(key), text);
  };

  const handler: ProxyHandler<Record<string, string>> = {
    get(target, key) {
      if (typeof key === "symbol") return Reflect.get(target, key);
      return read(key) ?? Reflect.get(target, key);
    },
    has(target, key) {
      return typeof key === "symbol" ? Reflect.has(target, key) : read(key) !== undefined || Reflect.has(target, key);
    },
    set(_target, key, value) {
      if (typeof key === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
      write(key, value);
      return true;
    },
    defineProperty(_target, key, descriptor) {
      if (typeof key === "symbol" || !("value" in descriptor)) return false;
      write(key, descriptor.value);
      return descriptor.configurable !== false;
    },
    deleteProperty(_target, key) {
      if (typeof key === "symbol") return true;
      if (principal.trusted) delete real[key];
      else overlay.set(slot(key), undefined);
      return true;
    },
    ownKeys: list,
    getOwnPropertyDescriptor(_target, key) {
      if (typeof key === "symbol") return undefined;
      // Listing everything was recorded as such; not each key again.
      const value = listsAll === true && !overlay.has(slot(key)) && hasOwn(real, key) ? real[key] : read(key);
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  };
  Object.setPrototypeOf(handler, null);
  const env = new Proxy({}, Object.freeze(handler));
  quietly.set(env, () => {
    const visible: Record<string, string> = Object.create(null);
    for (const key of Object.keys(real)) {
      if (!overlay.has(slot(key)) && (principal.trusted || covers(key))) visible[key] = real[key]!;
    }
    for (const [key, value] of overlay) if (value !== undefined) visible[key] = value;
    return visible;
  });
  return env;
}

/** Copies what a `.env` text defines into an environment, leaving what is set. */
export function applyEnvFile(env: NodeJS.ProcessEnv, parsed: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(parsed)) {
    if (env[key] === undefined) defineMember(env, key, parsed[key]);
  }
}
