/**
 * What carries the requests of `fetch` where the caller names nothing. Node and
 * npm's undici keep it on the global object under a symbol, and who replaces it
 * (`setGlobalDispatcher`: a proxy, a mock) has every request of the program.
 *
 * Here each principal's `fetch` looks at its own global object. What a package
 * puts there carries its own requests; where its policy shares `fetch.dispatcher`
 * the application's too, and never another package's: the request would be made
 * with the authority of who carries it.
 */
import { named } from "../facade.ts";
import { isObject } from "../is-object.ts";
import type { EndowmentContext } from "../principal.ts";

const { apply } = Reflect;
const { defineProperty, freeze, getOwnPropertyDescriptor } = Object;

/** What carries requests: of Node's own agents, npm's undici's, or any object of a package's that says it is one. */
export interface Dispatcher {
  dispatch(options: unknown, handler: object): unknown;
  readonly isMockActive?: unknown;
}

/** Newest first. */
export const DISPATCHER_SYMBOLS: readonly symbol[] = ["undici.globalDispatcher.2", "undici.globalDispatcher.1"].map(
  (name) => Symbol.for(name),
);

/** Where a global object keeps it; nothing for what is no dispatcher, or an accessor, which would run at each look. */
export function dispatcherOn(global: object, symbol: symbol): Dispatcher | undefined {
  const value: unknown = getOwnPropertyDescriptor(global, symbol)?.value;
  return isObject(value) && !standIns.has(value) ? (value as Dispatcher) : undefined;
}

const standIns = new WeakSet<object>();

/** How one principal's `fetch` takes dispatchers. */
export interface Carriers {
  /** What stands in the place of the principal's own connections; undefined where nothing does. */
  replacement(): Dispatcher | undefined;
  /** A given dispatcher for Node's `fetch`, which hands on to it; what it hands on may come back by the stand-in. */
  carriedBy(given: Dispatcher): Dispatcher;
}

/**
 * @param symbols those under which this Node keeps its dispatcher; its `fetch` looks at the first.
 * @param own the principal's own connections.
 */
export function makeCarriers(context: EndowmentContext, symbols: readonly symbol[], own: Dispatcher): Carriers {
  const global = context.loader.globalThis;
  /** What Node's `fetch` has made, by what was handed on for it: the stand-in takes no other, for what it tells them (sockets, controllers) is Node's own. */
  const handlers = new WeakMap<object, object>();
  const standIn: Dispatcher = freeze({
    dispatch(options: unknown, likeness: object): unknown {
      const handler = handlers.get(likeness);
      if (handler === undefined)
        throw new TypeError("moat: this dispatcher takes what fetch hands to it, and nothing else");
      return own.dispatch(options, handler);
    },
  });
  standIns.add(standIn);
  // As in Node, where it is there once the client has been used: who wraps it (`@google/genai`) finds the principal's own.
  for (const symbol of symbols) {
    const property = { value: standIn, writable: true, enumerable: false, configurable: false };
    // A package may have closed its global object.
    if (getOwnPropertyDescriptor(global, symbol) === undefined) Reflect.defineProperty(global, symbol, property);
  }
  const [read] = symbols;
  return {
    replacement: () =>
      read === undefined ? undefined : (dispatcherOn(global, read) ?? context.sharedDispatcher?.(read)),
    carriedBy(given) {
      const carrier: Dispatcher = {
        dispatch(options, handler) {
          const likeness = likenessOf(handler as Record<string, unknown>);
          handlers.set(likeness, handler);
          return given.dispatch(options, likeness);
        },
      };
      // `fetch` asks a mock for it, to hand over the body as it was given.
      return defineProperty(carrier, "isMockActive", { get: () => given.isMockActive });
    },
  };
}

/**
 * HAZARD: Node keeps the functions that a dispatcher hands to its handler, and calls them as methods of the request's
 * controller, whose class all requests share and which holds the client that carries the request. And a handler is an
 * open object: whoever changes its methods is told what Node's own client tells them.
 * So a dispatcher has a likeness, and none of its functions sees a receiver.
 */
function likenessOf(handler: Record<string, unknown>): object {
  const likeness = {};
  for (const name of Object.keys(handler)) {
    const method = handler[name];
    if (typeof method !== "function") continue;
    const value = named(name, method.length, (...args: unknown[]): unknown =>
      apply(method, handler, args.map(withoutReceiver)),
    );
    defineProperty(likeness, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return likeness;
}

const withoutReceiver = (value: unknown): unknown =>
  typeof value === "function" ? (...args: unknown[]): unknown => apply(value, undefined, args) : value;
