/**
 * HAZARD: from Node 24 on each `AsyncResource` shows, under a symbol, the map in which all storages of its context keep
 * what they hold, by which comes the class that exchanges contexts. Node puts resources on requests that wait (for a socket
 * of their agent, for a session of HTTP/2), and the application hands its own on. Whoever has one could empty the context
 * of everybody's code, or put what belongs to another request into it.
 *
 * So the map is kept in a private field, and shown once to Node's own method that runs something in it.
 */
import { types } from "node:util";
import { Given } from "../define-field.ts";
import { functionFor, named } from "../facade.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { isObject } from "../is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";
import { ownSymbol } from "../own-symbol.ts";
import type { Powers } from "../principal.ts";

const { apply, construct } = Reflect;
const { setPrototypeOf } = Object;
const { isProxy } = types;

class Framed extends Given {
  #frame: unknown;
  constructor(resource: object, frame: unknown) {
    super(resource);
    this.#frame = frame;
  }
  static has(resource: object): boolean {
    return #frame in resource;
  }
  static of(resource: object): unknown {
    return #frame in resource ? resource.#frame : undefined;
  }
}
const { has, of: frameOf } = Framed;

/** Before anybody has a resource of Node's; once for the realm. Node 20 has no such map. */
export function veilContextFrames({ builtin }: Powers): void {
  const hooks = builtin("async_hooks");
  const Real = hooks.AsyncResource;
  const sample = new Real("moat");
  const symbol = ownSymbol(sample, "context_frame");
  if (symbol === undefined) return;
  const { prototype } = Real;
  const numbers = ["async_id_symbol", "trigger_async_id_symbol"].map((name) => ownSymbol(sample, name));
  /** HAZARD: what Node reads before the map is no accessor, by which somebody else would be shown it. */
  const isPlain = (resource: object): boolean =>
    !isProxy(resource) &&
    numbers.every((key) => key !== undefined && "value" in (getOwnPropertyDescriptor(resource, key) ?? {}));

  let shownTo: unknown;
  defineProperty(prototype, symbol, {
    get(this: object) {
      if (shownTo !== this || !isObject(this)) return undefined;
      shownTo = undefined;
      return frameOf(this);
    },
    set(this: object, frame: unknown) {
      if (isObject(this) && !has(this)) void new Framed(this, frame);
    },
    enumerable: false,
    configurable: false,
  });
  const { runInAsyncScope } = prototype;
  prototype.runInAsyncScope = named(
    "runInAsyncScope",
    runInAsyncScope.length,
    function (this: object, ...args: unknown[]): unknown {
      const before = shownTo;
      shownTo = isObject(this) && isPlain(this) ? this : undefined;
      try {
        return apply(runInAsyncScope, this, args) as unknown;
      } finally {
        shownTo = before;
      }
    },
  );
  // HAZARD: an heir's accessor would be told the map as a resource is made.
  const AsyncResource = functionFor("AsyncResource", Real.length, (_receiver, { 0: type, 1: options }, newTarget) => {
    if (newTarget === undefined) throw new TypeError("Class constructor AsyncResource cannot be invoked without 'new'");
    const made = (options === undefined ? construct(Real, [type]) : construct(Real, [type, options])) as object;
    return newTarget === AsyncResource ? made : setPrototypeOf(made, newTarget.prototype as object);
  });
  defineProperty(AsyncResource, "prototype", { value: prototype, writable: false });
  defineProperty(AsyncResource, "bind", getOwnPropertyDescriptor(Real, "bind")!);
  defineProperty(prototype, "constructor", { value: AsyncResource, writable: true, configurable: true });
  hooks.AsyncResource = AsyncResource;
  hardenNodeObject(AsyncResource);
}
