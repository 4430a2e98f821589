import { principalConsole } from "./console.ts";
import { lazyDescriptor } from "./facade.ts";
import { GLOBAL_RULES } from "./global-names.ts";
import { hardenNodeObject } from "./harden-node.ts";
import { isAlone } from "./is-alone.ts";
import {
  builtinFacade,
  hardenBasics,
  hardenBehindGlobal,
  hardenBuffer,
  makeFetchGlobals,
  makeNavigator,
  makeWebAssembly,
  principalProcess,
  timerFunctions,
  webCryptoOf,
} from "./late.ts";
import type { EndowmentContext } from "./principal.ts";
import type { TimerFunctions } from "./timers.ts";

/** Globals that whoever may use the first needs too. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  AbortController: ["AbortSignal"],
  setTimeout: ["clearTimeout"],
  setInterval: ["clearInterval"],
  setImmediate: ["clearImmediate"],
  performance: ["PerformanceEntry"],
  URL: ["URLSearchParams"],
};

function grantedGlobals(context: EndowmentContext): ReadonlySet<string> {
  if (context.principal.trusted) return new Set(GLOBAL_RULES.keys());
  const granted = new Set<string>();
  for (const name of context.principal.policy.globals ?? []) {
    granted.add(name);
    if (Object.hasOwn(COMPANIONS, name)) for (const companion of COMPANIONS[name]!) granted.add(companion);
  }
  return granted;
}

function shareGlobal(context: EndowmentContext, name: string): unknown {
  hardenBehindGlobal(context, name);
  return hardenNodeObject(context.powers.globals[name]);
}

function compute(context: EndowmentContext, name: string): (() => unknown) | undefined {
  const { globals } = context.powers;
  switch (GLOBAL_RULES.get(name)) {
    case "shared":
      return name in globals ? () => shareGlobal(context, name) : undefined;
    case "performance":
      return name in globals ? () => builtinFacade(context, "perf_hooks")[name] : undefined;
    case "worker":
      return () => {
        hardenBehindGlobal(context, name);
        return builtinFacade(context, "worker_threads")[name];
      };
    case "own":
      return computeOwn(context, name);
    case "fetch":
      return name in globals ? () => makeFetchGlobals(context)[name] : undefined;
    default:
      return undefined;
  }
}

function computeOwn(context: EndowmentContext, name: string): (() => unknown) | undefined {
  switch (name) {
    case "console":
      return () => principalConsole(context);
    case "process":
      return () => principalProcess(context);
    case "Buffer":
      return () => hardenBuffer(context);
    case "WebAssembly":
      return () => makeWebAssembly(context);
    case "crypto":
      if (!(name in context.powers.globals)) return undefined;
      return () => {
        hardenBehindGlobal(context, name);
        return webCryptoOf(context);
      };
    case "navigator":
    case "Navigator":
      return name in context.powers.globals ? () => makeNavigator(context)?.[name] : undefined;
    default:
      return () => timerFunctions(context)[name as keyof TimerFunctions];
  }
}

/**
 * Node's globals for a principal: a descriptor for each that its policy's
 * `globals` list (for a trusted one, all). Most are computed when first read and
 * then replace themselves by an ordinary property. ECMAScript's intrinsics,
 * `globalThis` and `global` are the compartment's.
 */
export function makeGlobals(context: EndowmentContext): Record<string, PropertyDescriptor> {
  if (!isAlone(context)) hardenBasics(context);
  const descriptors: Record<string, PropertyDescriptor> = Object.create(null);
  const granted = grantedGlobals(context);
  // In an audit the others are there too, and are recorded where a module mentions them.
  for (const name of context.audit === true ? GLOBAL_RULES.keys() : granted) {
    const descriptor = describeGlobal(context, name, granted.has(name));
    if (descriptor !== undefined) descriptors[name] = descriptor;
  }
  return descriptors;
}

/** Listed globals that Node itself has as accessors; the others are data. */
const ACCESSORS_OF_NODE: ReadonlySet<string> = new Set([
  "atob",
  "btoa",
  "crypto",
  "localStorage",
  "navigator",
  "performance",
  "sessionStorage",
]);

/** Undefined where this Node has no such global, or moat hands it to nobody. */
function describeGlobal(context: EndowmentContext, name: string, isGranted: boolean): PropertyDescriptor | undefined {
  const value = compute(context, name);
  if (value === undefined) return undefined;
  const read = (): unknown => {
    if (!isGranted) context.principal.denies({ capability: "global", target: name });
    // The console shows nothing of Node's until somebody looks at its streams.
    if (name !== "console") hardenBasics(context);
    return value();
  };
  // Node lists timers and a few functions among the global's keys, and no class.
  const isListed =
    GLOBAL_RULES.get(name) === "fetch"
      ? name === "fetch"
      : /^[a-z]/.test(name) && name !== "console" && name !== "process";
  return lazyDescriptor(name, read, isListed, isListed && !ACCESSORS_OF_NODE.has(name));
}
