import { accessDenied, refusedMember, ungrantedMember } from "../access-denied.ts";
import { builtinFacade, makeBuiltin } from "../builtins.ts";
import { defineMember, lazyDescriptor, methodFor, named, perContext } from "../facade.ts";
import { grantsMember } from "../granted-members.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { applyEnvFile, makeEnv } from "./env.ts";
import { mayHear, processEventHub } from "./process-events.ts";
import { PROCESS_MEMBERS } from "./process-members.ts";
import { makeBinding } from "./inert-bindings.ts";
import { makeDlopen } from "./dlopen.ts";
import { makeReport } from "./report.ts";
import { makeKill } from "./signals.ts";
import { makeStandardInput } from "./standard-input.ts";
import { standardOutput } from "./standard-output.ts";
import type { FedEmitter } from "./process-events.ts";
import type { EndowmentContext } from "../principal.ts";

const { apply } = Reflect;

/**
 * A principal's own `process`: an emitter of its own, fed with those events of
 * the real one that it may hear, with members after {@link PROCESS_MEMBERS}.
 * The same object as the global and as the builtin module.
 */
export const principalProcess = perContext((context: EndowmentContext): object => {
  const { principal, powers } = context;
  const real = powers.process as any;
  const EventEmitter = hardenNodeObject(powers.builtin("events"));
  const facade = makeEmitter(context, EventEmitter);
  const own = ownMembers(context, facade);
  for (const name of Object.keys(PROCESS_MEMBERS)) {
    const rule = PROCESS_MEMBERS[name]!;
    if (rule === "absent" || (rule !== "own" && !(name in real))) continue;
    if (rule === "own") {
      const descriptor = own[name];
      if (descriptor !== undefined) Object.defineProperty(facade, name, descriptor);
    } else if (rule === "value") {
      defineValue(facade, name, real);
    } else if (typeof real[name] === "function") {
      const { length } = real[name] as Function;
      const call =
        name === "kill" && !principal.trusted
          ? makeKill(context)
          : methodFor(name, length, (_receiver, args) => apply(real[name], real, args));
      const allowed =
        rule === "call" || (rule === "granted" ? grantsMember(principal, "process", name) : principal.trusted);
      defineMember(
        facade,
        name,
        allowed ? call : (rule === "granted" ? ungrantedMember : refusedMember)(context, "process", name, call),
      );
    }
  }
  return facade;
});

/** Plain values are copied when read; objects once, so that nobody else sees changes to them. */
function defineValue(facade: object, name: string, real: any): void {
  const value = real[name];
  if (typeof value === "object" && value !== null) {
    Object.defineProperty(
      facade,
      name,
      lazyDescriptor(name, () => copyData(real[name]), true, true),
    );
  } else if (typeof value === "function") {
    return;
  } else if (name === "ppid" || name === "_exiting" || name === "connected" || name === "sourceMapsEnabled") {
    Object.defineProperty(facade, name, {
      get: () => real[name],
      set(this: object, next) {
        defineMember(this, name, next);
      },
      enumerable: true,
      configurable: true,
    });
  } else {
    defineMember(facade, name, value);
  }
}

function copyData(value: any): any {
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyData);
  const copy = {};
  for (const key of Object.keys(value)) defineMember(copy, key, copyData(value[key]));
  return copy;
}

/** Stands for each listener of another principal's where listeners are listed; adding it adds nothing. */
const othersListener = Object.freeze(() => {});

/** The application takes away what Node itself prints of warnings: `process.removeAllListeners("warning")`. */
function silenceWarnings({ powers: { process } }: EndowmentContext): void {
  for (const listener of process.listeners("warning"))
    if (listener.name === "onWarning") process.removeListener("warning", listener);
}

/** An emitter with Node's methods that asks the hub for the events that somebody listens to. */
function makeEmitter(context: EndowmentContext, EventEmitter: any): object {
  const hub = processEventHub(context);
  const { prototype } = EventEmitter;
  const processPrototype = Object.create(prototype, {
    constructor: { value: hardenNodeObject(function process() {}), writable: true, configurable: true },
  });
  const facade = Object.create(processPrototype);
  apply(EventEmitter, facade, []);
  Object.defineProperty(facade, Symbol.toStringTag, { value: "process", configurable: true });

  const follow = (event: unknown): void => {
    if (!hub.concerns(event)) return;
    const heard = (apply(prototype.listenerCount, facade, [event]) as number) > 0;
    if (!heard && event !== "exit") hub.unsubscribe(facade as FedEmitter, event);
    else if (mayHear(context, event)) hub.subscribe(facade as FedEmitter, event);
  };
  for (const name of ["on", "addListener", "prependListener", "once", "prependOnceListener", "off", "removeListener"]) {
    const method = prototype[name];
    defineMember(
      facade,
      name,
      named(name, 2, function (this: unknown, event: unknown, listener: unknown) {
        if (listener === othersListener) return this;
        apply(method, facade, [event, listener]);
        follow(event);
        return this;
      }),
      false,
    );
  }
  // Whoever asks whether a signal is left to him (signal-exit) is told of the others', and gets none of them.
  defineMember(
    facade,
    "listenerCount",
    named("listenerCount", 2, (event: unknown, ...rest: unknown[]) => {
      const others = rest[0] === undefined ? hub.countOfOthers(facade as FedEmitter, event) : 0;
      return (apply(prototype.listenerCount, facade, [event, ...rest]) as number) + others;
    }),
    false,
  );
  defineMember(
    facade,
    "listeners",
    named("listeners", 1, (event: unknown) => {
      const listeners = apply(prototype.listeners, facade, [event]) as unknown[];
      const others = hub.countOfOthers(facade as FedEmitter, event);
      for (let index = 0; index < others; index++) listeners.push(othersListener);
      return listeners;
    }),
    false,
  );
  defineMember(
    facade,
    "removeAllListeners",
    named("removeAllListeners", 1, function (this: unknown, ...args: unknown[]) {
      const events = args.length > 0 ? args.slice(0, 1) : (apply(prototype.eventNames, facade, []) as unknown[]);
      apply(prototype.removeAllListeners, facade, args);
      if (context.principal.trusted && (args.length === 0 || args[0] === "warning")) silenceWarnings(context);
      for (const event of events) follow(event);
      return this;
    }),
    false,
  );
  // HAZARD: a principal's `emit` reaches its own listeners only; a trusted one speaks for the process.
  if (context.principal.trusted) {
    const { process } = context.powers;
    defineMember(
      facade,
      "emit",
      named("emit", 1, function (event: string, ...args: unknown[]) {
        if (hub.concerns(event) && event !== "exit" && !hub.isFeeding(facade as FedEmitter, event))
          return apply(process.emit, process, [event, ...args]);
        return apply(prototype.emit, facade, [event, ...args]);
      }),
      false,
    );
  }
  // Libraries that clean up patch `emit` and add no listener: fed from the start.
  hub.subscribe(facade as FedEmitter, "exit");
  return facade;
}

function ownMembers(context: EndowmentContext, facade: object): Record<string, PropertyDescriptor | undefined> {
  const { principal, powers } = context;
  const real = powers.process as any;
  const member = (value: unknown): PropertyDescriptor => ({
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  const call =
    (name: string): ((...args: unknown[]) => any) =>
    (...args) =>
      apply(real[name], real, args);
  const lazy = (name: string, compute: () => unknown): PropertyDescriptor => lazyDescriptor(name, compute);
  const env = makeEnv(context);
  const stdin = lazy("stdin", () => makeStandardInput(context));

  /** A variable of the process that everybody reads, and that changes for all where that is granted. */
  const variable = (name: string): PropertyDescriptor => {
    let local: { value: unknown } | undefined;
    return {
      get: () => (local === undefined ? real[name] : local.value),
      set(next: unknown) {
        const granted =
          grantsMember(principal, "process", name) ||
          (name === "exitCode" && grantsMember(principal, "process", "exit"));
        // `signal-exit` says once more what the process ends with.
        const isSo = name === "exitCode" && next === (real.exitCode ?? 0);
        if (isSo && !granted) local = { value: next };
        else if (granted || !principal.denies({ capability: "process", target: name, via: `process.${name} =` }))
          real[name] = next;
        else local = { value: next };
      },
      enumerable: true,
      configurable: true,
    };
  };

  const hrtime = named("hrtime", 1, call("hrtime"));
  defineMember(
    hrtime,
    "bigint",
    named("bigint", 0, () => real.hrtime.bigint()),
  );
  const memoryUsage = named("memoryUsage", 0, call("memoryUsage"));
  defineMember(
    memoryUsage,
    "rss",
    named("rss", 0, () => real.memoryUsage.rss()),
  );
  const quiet = (name: string): PropertyDescriptor =>
    member(
      named(name, 1, (value: unknown) => (grantsMember(principal, "process", name) ? real[name](value) : undefined)),
    );

  return {
    argv: member([...real.argv]),
    execArgv: member([...real.execArgv]),
    env: member(env),
    title: variable("title"),
    exitCode: variable("exitCode"),
    noDeprecation: variable("noDeprecation"),
    throwDeprecation: variable("throwDeprecation"),
    traceDeprecation: variable("traceDeprecation"),
    traceProcessWarnings: variable("traceProcessWarnings"),
    hrtime: member(hrtime),
    memoryUsage: member(memoryUsage),
    stdin,
    stdout: lazy("stdout", () => standardOutput(context, "stdout")),
    stderr: lazy("stderr", () => standardOutput(context, "stderr")),
    openStdin: member(
      named("openStdin", 0, () => {
        const input = (facade as NodeJS.Process).stdin;
        input.resume();
        return input;
      }),
    ),
    nextTick: member(named("nextTick", 1, call("nextTick"))),
    emitWarning: member(
      named("emitWarning", 1, (warning: unknown, ...rest: any[]) => {
        // A constructor to leave out of the trace is of no use: the frames are moat's too.
        const [first, second] = rest;
        if (typeof first === "object" && first !== null)
          return real.emitWarning(warning, { type: first.type, code: first.code, detail: first.detail });
        return real.emitWarning(
          warning,
          typeof first === "function" ? undefined : first,
          typeof second === "function" ? undefined : second,
        );
      }),
    ),
    umask: member(
      named("umask", 1, (...args: unknown[]) => {
        if (args.length === 0 || args[0] === undefined) return real.umask();
        if (
          !grantsMember(principal, "process", "umask") &&
          principal.denies({ capability: "process", target: "umask", via: "process.umask" })
        ) {
          throw accessDenied("process.umask", "process");
        }
        return real.umask(args[0]);
      }),
    ),
    loadEnvFile:
      real.loadEnvFile &&
      member(
        named("loadEnvFile", 0, (path: unknown = ".env") => {
          const text = builtinFacade(context, "fs").readFileSync(path, "utf8");
          applyEnvFile(env, powers.builtin("util").parseEnv(text));
        }),
      ),
    binding: real.binding && member(makeBinding(context)),
    dlopen: real.dlopen && member(makeDlopen(context)),
    getBuiltinModule: member(
      named("getBuiltinModule", 1, (id: unknown) => {
        if (typeof id !== "string")
          throw Object.assign(new TypeError('The "id" argument must be of type string.'), {
            code: "ERR_INVALID_ARG_TYPE",
          });
        const name = id.startsWith("node:") ? id.slice(5) : id;
        if (!powers.builtin("module").isBuiltin(id)) return undefined;
        // Asked of the policy first, so that the loader's own cache never answers for it.
        makeBuiltin(name, context);
        return context.builtin(name);
      }),
    ),
    report: real.report && lazy("report", () => (principal.trusted ? real.report : makeReport(context))),
    permission:
      real.permission &&
      member({ has: named("has", 1, (...args: unknown[]) => apply(real.permission.has, real.permission, args)) }),
    finalization:
      real.finalization &&
      lazy("finalization", () => {
        const finalization = {};
        for (const name of ["register", "registerBeforeExit", "unregister"]) {
          defineMember(
            finalization,
            name,
            named(name, 2, (...args: unknown[]) => apply(real.finalization[name], real.finalization, args)),
          );
        }
        return finalization;
      }),
    ref: real.ref && member(named("ref", 1, (value: unknown) => void real.ref(value))),
    unref: real.unref && member(named("unref", 1, (value: unknown) => void real.unref(value))),
    allowedNodeEnvironmentFlags: lazy("allowedNodeEnvironmentFlags", () => new Set(real.allowedNodeEnvironmentFlags)),
    domain: member(null),
    _getActiveHandles: member(
      named("_getActiveHandles", 0, () => {
        // Some are sockets: the network guard is laid under them first.
        powers.builtin("net");
        return principal.trusted ? real._getActiveHandles() : [];
      }),
    ),
    _getActiveRequests: member(
      named("_getActiveRequests", 0, () => (principal.trusted ? real._getActiveRequests() : [])),
    ),
    setSourceMapsEnabled: quiet("setSourceMapsEnabled"),
    channel: { get: makeChannel(context), enumerable: true, configurable: true },
  };
}

/** Whether the channel to the parent keeps the program alive; Node's own object would read and write there for everybody. */
function makeChannel({ principal, powers }: EndowmentContext): () => object | null | undefined {
  const real = powers.process as { readonly channel?: { ref(): void; unref(): void } | null };
  let facade: object | undefined;
  return () => {
    const { channel } = real;
    if (!channel) return channel;
    if (!grantsMember(principal, "process", "channel")) return undefined;
    return (facade ??= Object.freeze({
      ref: named("ref", 0, () => real.channel?.ref()),
      unref: named("unref", 0, () => real.channel?.unref()),
    }));
  };
}
