import { defineMember } from "../facade.ts";
import { derivedFromPolicy } from "../derived-from-policy.ts";
import { grantsMember } from "../granted-members.ts";
import { isSeveralNames, LOADER_VARIABLES, matchesVariable, TEMP_VARIABLES } from "../subprocess/loader-variables.ts";
import { makeEnvCovers } from "../../policy/env-covers.ts";
import { ANY_SHARE } from "../../policy/special-shares.ts";
import { isCommonMode, isModeName, isModeVariable, modeShareOf } from "../../policy/mode-variables.ts";
import type { EndowmentContext } from "../principal.ts";
import { carriesTraffic, standsInFiles } from "./traffic-variables.ts";

const { hasOwn } = Object;

/** What a principal has written in its own environment; `undefined` is what it has deleted. */
type OwnVariables = Map<string, string | undefined>;

/** Variables that load code, or say where files go: who sets them sets them for itself. */
const isOutOfReach = (key: string): boolean =>
  isSeveralNames(key) || matchesVariable([...LOADER_VARIABLES, ...TEMP_VARIABLES], key);

/** What a principal's own environment holds, asked by moat itself: nothing hidden is reported as refused. */
const quietly = new WeakMap<object, () => Record<string, string>>();

/** A copy of the variables that a principal sees in its `process.env`, its own changes included. */
export function visibleVariables(env: object): Record<string, string> | undefined {
  return quietly.get(env)?.();
}

/**
 * A principal's `process.env`: a live view of the keys that it is granted.
 * What it writes or deletes is seen by itself and by the children it starts,
 * and by nobody else; what trusted code writes, and who fills the environment for
 * the program (`dotenv`, by the grant `process.loadEnvFile`), everybody who is granted it sees.
 *
 * HAZARD: the proxy's target is an empty object for good, so that neither
 * `util.inspect`'s `showProxy` nor any invariant of proxies shows more than the traps say.
 */
export function makeEnv(context: EndowmentContext): NodeJS.ProcessEnv {
  const { principal, powers } = context;
  const real = powers.process.env;
  const foldCase = powers.process.platform === "win32";
  const listed = derivedFromPolicy(principal, ({ env }) => makeEnvCovers(env ?? [], foldCase));
  /** What it has put there for everybody. */
  const filled = new Map<string, string>();
  /** Whether what is there is still what it has put there, and not another's value under the same name. */
  const hasFilled = (key: string): boolean => {
    if (filled.size === 0 || !filled.has(slot(key))) return false;
    if (real[key] === filled.get(slot(key))) return true;
    filled.delete(slot(key));
    return false;
  };
  const covers = (key: string): boolean => listed()(key) || hasFilled(key);
  const overlay: OwnVariables = new Map();
  const ofRunners = context.shared("env.runners", () => [] as OwnVariables[]);
  if (principal.policy.shares?.includes(ANY_SHARE)) ofRunners.push(overlay);
  const refusedKeys = new Map<string, boolean>();
  /** Keys that need no second question, and of which it has no value of its own: programs read `env.NODE_ENV` in their hot paths. */
  const certain = derivedFromPolicy(principal, () => new Set<string | symbol>());
  const inherited = new Set(Reflect.ownKeys(Object.prototype));
  const slot = (key: string): string => (foldCase ? key.toUpperCase() : key);
  if (context.ownVariables?.principal === principal.name)
    for (const [key, value] of context.ownVariables.variables) overlay.set(slot(key), value);

  const mayFill = (): boolean => grantsMember(principal, "process", "loadEnvFile");
  const { evaluatesProject } = context;
  /**
   * What a test runner has set or deleted for the modules that this package evaluates for it (`vi.stubEnv`, `import.meta.env.MODE`).
   * HAZARD: never what leads requests elsewhere, or loads code: what a runner sets counts for no other package.
   */
  const setByRunner = (key: string): OwnVariables | undefined => {
    if (evaluatesProject?.() !== true || isOutOfReach(key)) return undefined;
    return ofRunners.find(
      (own) => own !== overlay && own.has(slot(key)) && !carriesTraffic(key, own.get(slot(key)) ?? ""),
    );
  };
  const visible = (key: string): boolean => {
    if (principal.trusted) return true;
    if (covers(key)) {
      principal.uses?.({ capability: "env", target: key });
      return true;
    }
    // One question a key.
    let refused = refusedKeys.get(key);
    if (refused === undefined) {
      // A variable that is not set reads the same with a grant, and who fills the environment leaves alone what is set: nobody needs to be told.
      refused = principal.denies({
        capability: "env",
        target: key,
        ...((!hasOwn(real, key) || mayFill()) && { quiet: true }),
      });
      refusedKeys.set(key, refused);
    }
    return !refused;
  };
  const read = (key: string): string | undefined => {
    if (overlay.size > 0 && overlay.has(slot(key))) return overlay.get(slot(key));
    const runner = setByRunner(key);
    if (runner !== undefined) return runner.get(slot(key));
    if (inherited.has(key) && !hasOwn(real, key)) return undefined;
    if (!visible(key)) return undefined;
    // What is learnt is told of at each use; what everybody inherits, and what runners set, may come and go.
    const mayChange = evaluatesProject !== undefined || inherited.has(key);
    if (principal.uses === undefined && !mayChange && (principal.trusted || listed()(key))) certain().add(key);
    return real[key];
  };
  /**
   * HAZARD: what programs load code by, trust others by, or write others' files to, stays its own; and what others have set,
   * which such a package leaves alone where it sees it, it must not replace where it does not.
   */
  const fillsForAll = (key: string, value: string): boolean =>
    !isOutOfReach(key) &&
    (!hasOwn(real, key) || covers(key)) &&
    (!isModeVariable(key) || isModeName(value)) &&
    mayFill() &&
    maySend(key, value);
  /** HAZARD: by a proxy's name a loader of `.env` that has turned would have everybody's requests: it says what the project's files say. */
  const maySend = (key: string, value: string): boolean =>
    !carriesTraffic(key, value) ||
    listed()(key) ||
    standsInFiles(context, key, value) ||
    !principal.denies({ capability: "env", target: key, via: `process.env.${key} = … for all packages` });
  /** Tools say for what they build (`NODE_ENV`), where whoever started the program has not. */
  const modes = context.shared("env.modes", () => new Map<string, string>());
  const sharesOf = derivedFromPolicy(principal, ({ shares }) => new Set(shares));
  const setsMode = (key: string, value: string): boolean =>
    isModeVariable(key) &&
    isCommonMode(key, value) &&
    sharesOf().has(modeShareOf(key)) &&
    (!hasOwn(real, key) || (modes.has(key) && modes.get(key) === real[key]));
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
    for (const key of ofRunners.flatMap((own) => [...own.keys()]))
      if (setByRunner(key)?.get(slot(key)) !== undefined) keys.add(key);
    for (const [key, value] of overlay) if (value !== undefined) keys.add(key);
    return [...keys];
  };
  const keepOwn = (key: string, value: string | undefined): void => {
    overlay.set(slot(key), value);
    certain().clear();
  };
  const write = (key: string, value: unknown): void => {
    if (typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
    const text = String(value);
    if (principal.trusted) real[key] = text;
    else if (fillsForAll(key, text) || setsMode(key, text)) {
      overlay.delete(slot(key));
      real[key] = text;
      // As the system keeps it, if at all: without what follows a NUL.
      const kept = real[key];
      if (kept === undefined) return;
      filled.set(slot(key), kept);
      if (isModeVariable(key)) modes.set(key, kept);
    } else keepOwn(key, text);
  };

  const handler: ProxyHandler<Record<string, string>> = {
    get(target, key) {
      if (certain().has(key)) return real[key as string];
      if (typeof key === "symbol") return Reflect.get(target, key);
      return read(key) ?? target[key];
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
      if (principal.trusted || hasFilled(key)) delete real[key];
      else keepOwn(key, undefined);
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
