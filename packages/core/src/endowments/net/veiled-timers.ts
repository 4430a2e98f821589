import { ownSymbol } from "../own-symbol.ts";
import { clearTimeout, setTimeout } from "node:timers";
import { types } from "node:util";
import { Given } from "../define-field.ts";
import { named } from "../facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";

const { freeze, getPrototypeOf, prototype: objectPrototype } = Object;
const { apply } = Reflect;
const { isProxy } = types;
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

type RealTimer = NodeJS.Timeout & { _onTimeout?: unknown };

/**
 * What stands in a socket for its timer: as much of it as Node itself uses there.
 *
 * HAZARD: a real one is a link in a list of everybody's timers of that length:
 * `socket[kTimeout]._idlePrev._onTimeout` is another package's callback, and
 * `_timerArgs` what it will be called with.
 */
class StandIn {
  #real: RealTimer;

  constructor(real: RealTimer) {
    this.#real = real;
    freeze(this);
  }

  /** A connection gets a timer for each request: one object stands for all of them, by turns. */
  static turnTo(standIn: StandIn, real: RealTimer): void {
    standIn.#real = real;
  }

  refresh(): this {
    this.#real.refresh();
    return this;
  }

  ref(): this {
    this.#real.ref();
    return this;
  }

  unref(): this {
    this.#real.unref();
    return this;
  }

  hasRef(): boolean {
    return this.#real.hasRef();
  }

  close(): this {
    clearTimeout(this.#real);
    return this;
  }

  /** Node's `clearTimeout` sets this to null, and then takes the timer off its list unless it is destroyed. */
  get _onTimeout(): boolean {
    return Boolean(this.#real._onTimeout);
  }

  set _onTimeout(_value: unknown) {
    clearTimeout(this.#real);
  }

  /** Node 24 empties it on the way. */
  get _timerArgs(): undefined {
    return undefined;
  }

  set _timerArgs(_value: unknown) {}

  get _destroyed(): boolean {
    return true;
  }
}
for (const key of Reflect.ownKeys(StandIn.prototype)) {
  const { value, get, set } = getOwnPropertyDescriptor(StandIn.prototype, key)!;
  for (const part of [value, get, set]) if (typeof part === "function" && part !== StandIn) freeze(part);
}
const { turnTo } = StandIn;
defineProperty(StandIn.prototype, "constructor", { value: Object, writable: false, configurable: false });
freeze(StandIn.prototype);

/**
 * Makes the property in which instances keep a timer of Node's own, found by its
 * symbol on a sample, an accessor that shows a stand-in.
 *
 * HAZARD: the method that sets the timer works on any object, and what an heir or an instance has under that symbol comes
 * first. So whatever it is called on has the accessor itself, for good, before Node has a timer.
 *
 * @param prototype with Node's own `setTimeout`, before it is hardened
 */
export function veilTimer(prototype: Record<string, any>, sample: object, description: string): void {
  const symbol = ownSymbol(sample, description);
  if (ownSymbol(prototype, description) !== undefined) return;
  const setNatively = getOwnPropertyDescriptor(prototype, "setTimeout")?.value as Function | undefined;
  if (symbol === undefined || typeof setNatively !== "function")
    throw new TypeError(`This version of Node does not show where it keeps ${description}`);
  const kept = (sample as Record<symbol, unknown>)[symbol];
  if (isObject(kept)) clearTimeout(kept as RealTimer);
  /** Private fields of an existing object: they are found as fast as ordinary ones, and nobody else sees them. */
  class Veiled extends Given {
    #shown: unknown = null;
    #standIn: StandIn | undefined;
    #hasAccessor = false;
    static get(holder: object): unknown {
      return isObject(holder) && #shown in holder ? (holder as Veiled).#shown : null;
    }
    static set(holder: object, value: unknown): void {
      if (value === null && !(isObject(holder) && #shown in holder)) return;
      const veiled = Veiled.#of(holder);
      veiled.#shown = isTimer(value) ? veiled.#standInFor(value) : value;
    }
    static giveAccessor(holder: object): void {
      if (#shown in holder && (holder as Veiled).#hasAccessor) return;
      if (isProxy(holder)) throw new TypeError("Illegal invocation");
      defineProperty(holder, symbol!, descriptor);
      Veiled.#of(holder).#hasAccessor = true;
    }
    static #of(holder: object): Veiled {
      return #shown in holder ? (holder as Veiled) : (new Veiled(holder) as Veiled);
    }
    #standInFor(timer: RealTimer): StandIn {
      if (this.#standIn === undefined) this.#standIn = new StandIn(timer);
      else turnTo(this.#standIn, timer);
      return this.#standIn;
    }
  }
  const { get, set, giveAccessor } = Veiled;
  const accessors = {
    get(this: object) {
      return get(this);
    },
    set(this: object, value: unknown) {
      if (this !== prototype) set(this, value);
    },
  };
  const descriptor = {
    __proto__: null,
    get: freeze(accessors.get),
    set: freeze(accessors.set),
    enumerable: false,
    configurable: false,
  } as PropertyDescriptor;
  defineProperty(prototype, symbol, descriptor);
  prototype["setTimeout"] = named(
    "setTimeout",
    setNatively.length,
    function (this: object, ...args: unknown[]): unknown {
      if (isObject(this) && this !== prototype) giveAccessor(this);
      return apply(setNatively, this, args) as unknown;
    },
  );
}

let isVeiled = false;

/** What servers of HTTP and HTTPS have their timer call. */
const OF_SERVERS = "bound checkConnections";

/**
 * Has the timer of servers be a stand-in: they keep what its `unref` gives.
 * HAZARD: what keeps it is a listener of theirs, which who has a server can call on anything.
 */
export function veilTimersOfServers(): void {
  if (isVeiled) return;
  const sample = setTimeout(() => {}, 1);
  clearTimeout(sample);
  const prototype = getPrototypeOf(sample) as { unref: Function };
  const { unref } = prototype;
  prototype.unref = named("unref", 0, function (this: RealTimer): unknown {
    const timer: unknown = apply(unref, this, []);
    const isOfServer = isTimer(timer) && (timer._onTimeout as Function | null)?.name === OF_SERVERS;
    return isOfServer ? new StandIn(timer) : timer;
  });
  isVeiled = true;
}

/** Whether an object keeps no timer of Node's own under a symbol. */
export function keepsNoTimer(object: object, description: string): boolean {
  const symbol = ownSymbol(object, description);
  return symbol !== undefined && (object as Record<symbol, unknown>)[symbol] instanceof StandIn;
}

/** Whatever has links: never a stand-in, and no object that somebody else put there. */
function isTimer(value: unknown): value is RealTimer {
  return isObject(value) && value !== objectPrototype && "_idlePrev" in value && "_onTimeout" in value;
}
