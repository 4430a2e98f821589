import { types } from "node:util";
import { builtinFacade } from "../builtins.ts";
import { grantsMember } from "../granted-members.ts";
import { isObject } from "../is-object.ts";
import { getOwnPropertyDescriptor } from "../native-definitions.ts";
import type { EndowmentContext } from "../principal.ts";

const { isArray } = Array;
const { apply } = Reflect;
const { isProxy } = types;

/** Events that every principal may hear: they carry an exit code and nothing else. */
const FREE_EVENTS: ReadonlySet<string> = new Set(["exit", "beforeExit"]);

/**
 * Events that show other packages' errors, promises and messages, or whose
 * listeners change what happens to the process. Heard where the policy's
 * `builtins.process` names them, or `on`; so is each signal (`SIGINT`).
 */
const GRANTED_EVENTS: ReadonlySet<string> = new Set([
  "disconnect",
  "message",
  "multipleResolves",
  "rejectionHandled",
  "uncaughtException",
  "uncaughtExceptionMonitor",
  "unhandledRejection",
  "warning",
]);
// HAZARD: `worker` is none of them, for nobody: it shows the real `Worker`, whose class starts one without a policy.

/** What an emitter of a principal needs to be fed from the real process. */
export interface FedEmitter {
  emit(event: string, ...args: unknown[]): boolean;
}

/** Feeds the events of the real process to the emitters of principals; one for the realm. */
export interface ProcessEventHub {
  /** Whether the real process emits such an event at all. */
  concerns(event: unknown): event is string;
  subscribe(emitter: FedEmitter, event: string): void;
  unsubscribe(emitter: FedEmitter, event: string): void;
  /** How many listeners of others a signal has; 0 for what is no signal. */
  countOfOthers(emitter: FedEmitter, event: unknown): number;
  /** Whether the event is just being passed on to this emitter. */
  isFeeding(emitter: FedEmitter, event: string): boolean;
}

/**
 * How many listeners another principal's emitter has.
 * HAZARD: `_events` is that principal's to replace: nothing here may run what it has put there, nor hand it on.
 */
function listenersIn(emitter: FedEmitter, event: string): number {
  const listeners = dataOf(dataOf(emitter, "_events"), event);
  if (typeof listeners === "function") return 1;
  return isArray(listeners) && !isProxy(listeners) ? listeners.length : 0;
}

function dataOf(holder: unknown, key: string): unknown {
  if (!isObject(holder) || isProxy(holder)) return undefined;
  const descriptor = getOwnPropertyDescriptor(holder, key);
  return descriptor !== undefined && "value" in descriptor ? descriptor.value : undefined;
}

function makeHub(context: EndowmentContext): ProcessEventHub {
  const { process } = context.powers;
  const signals = new Set(Object.keys(context.powers.builtin("os").constants.signals));
  const audiences = new Map<string, { emitters: Set<FedEmitter>; listener: (...args: unknown[]) => void }>();
  const feeding = new Map<FedEmitter, string>();
  /**
   * `signal-exit` listens for every signal that ends a process, and sends it once more if nobody else does.
   * Its copies know of each other by what they keep on the global object, of which each has its own here.
   */
  const sendsAgain = (emitter: FedEmitter): boolean => audiences.get("SIGALRM")?.emitters.has(emitter) === true;

  return {
    concerns: (event): event is string =>
      typeof event === "string" && (FREE_EVENTS.has(event) || GRANTED_EVENTS.has(event) || signals.has(event)),
    subscribe(emitter, event) {
      let audience = audiences.get(event);
      if (audience === undefined) {
        const emitters = new Set<FedEmitter>();
        const listener = (...args: unknown[]): void => {
          const errors: unknown[] = [];
          for (const each of [...emitters]) {
            feeding.set(each, event);
            // HAZARD: a listener that throws must not keep the event from the others.
            try {
              each.emit(event, ...args);
            } catch (error) {
              errors.push(error);
            } finally {
              feeding.delete(each);
            }
          }
          if (errors.length > 0) throw errors[0];
        };
        audience = { emitters, listener };
        if (event === "message") prepareForHandles(context);
        apply(process.on, process, [event, listener]);
        audiences.set(event, audience);
      }
      audience.emitters.add(emitter);
    },
    unsubscribe(emitter, event) {
      const audience = audiences.get(event);
      if (audience === undefined || !audience.emitters.delete(emitter) || audience.emitters.size > 0) return;
      audiences.delete(event);
      apply(process.removeListener, process, [event, audience.listener]);
    },
    countOfOthers(emitter, event) {
      if (typeof event !== "string" || !signals.has(event)) return 0;
      let count = 0;
      for (const other of audiences.get(event)?.emitters ?? []) {
        if (other !== emitter && !(sendsAgain(emitter) && sendsAgain(other))) count += listenersIn(other, event);
      }
      return count;
    },
    isFeeding: (emitter, event) => feeding.get(emitter) === event,
  };
}

/**
 * HAZARD: with a message, who has started the process may send a socket: a real one, whose class
 * nobody may have asked for yet. It is guarded and hardened by the time that somebody gets it.
 */
function prepareForHandles(context: EndowmentContext): void {
  if (!context.powers.process.connected) return;
  for (const name of ["net", "dgram"]) builtinFacade(context, name);
}

/** The realm's hub. */
export function processEventHub(context: EndowmentContext): ProcessEventHub {
  return context.shared("process.events", () => makeHub(context));
}

/** Whoever is granted one of these hears every event. */
const SUBSCRIBING_MEMBERS = ["on", "once", "addListener", "prependListener", "prependOnceListener"] as const;

/** Whether the principal may hear the event; reports where it may not. */
export function mayHear(context: EndowmentContext, event: string): boolean {
  const { principal } = context;
  if (FREE_EVENTS.has(event) || grantsMember(principal, "process", event)) return true;
  if (SUBSCRIBING_MEMBERS.some((name) => grantsMember(principal, "process", name))) return true;
  return !principal.denies({ capability: "process", target: event, via: "process.on" });
}
