import { ownSymbol } from "../own-symbol.ts";
import { clearTimeout } from "node:timers";
import { Given } from "../define-field.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";

const { freeze, prototype: objectPrototype } = Object;
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
 */
export function veilTimer(prototype: object, sample: object, description: string): void {
  const symbol = ownSymbol(sample, description);
  if (ownSymbol(prototype, description) !== undefined) return;
  if (symbol === undefined) throw new TypeError(`This version of Node does not show where it keeps ${description}`);
  const kept = (sample as Record<symbol, unknown>)[symbol];
  if (isObject(kept)) clearTimeout(kept as RealTimer);
  /** Private fields of an existing object: they are found as fast as ordinary ones, and nobody else sees them. */
  class Veiled extends Given {
    #shown: unknown = null;
    #standIn: StandIn | undefined;
    static get(holder: object): unknown {
      return isObject(holder) && #shown in holder ? (holder as Veiled).#shown : null;
    }
    static set(holder: object, value: unknown): void {
      const known = isObject(holder) && #shown in holder;
      if (!known && value === null) return;
      const veiled = known ? (holder as Veiled) : (new Veiled(holder) as Veiled);
      veiled.#shown = isTimer(value) ? veiled.#standInFor(value) : value;
    }
    #standInFor(timer: RealTimer): StandIn {
      if (this.#standIn === undefined) this.#standIn = new StandIn(timer);
      else turnTo(this.#standIn, timer);
      return this.#standIn;
    }
  }
  const { get, set } = Veiled;
  const accessors = {
    get(this: object) {
      return get(this);
    },
    set(this: object, value: unknown) {
      if (this !== prototype) set(this, value);
    },
  };
  defineProperty(prototype, symbol, {
    __proto__: null,
    get: freeze(accessors.get),
    set: freeze(accessors.set),
    enumerable: false,
    configurable: false,
  } as PropertyDescriptor);
}

/** Whatever has links: never a stand-in, and no object that somebody else put there. */
function isTimer(value: unknown): value is RealTimer {
  return isObject(value) && value !== objectPrototype && "_idlePrev" in value && "_onTimeout" in value;
}
