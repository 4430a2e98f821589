/**
 * The clock behind `mock.timers` of `node:test`.
 *
 * Node's own puts its functions on the real global object and on the modules
 * `timers` and `timers/promises`, which are locked and which the application does not have.
 * This clock does the same to the application's global objects and its own
 * `timers`. What Node's `MockTimers` checks it goes on checking: it is
 * enabled without an API to replace, and its methods are called first.
 *
 * @see https://nodejs.org/api/test.html#class-mocktimers
 */
import { defineMember } from "../facade.ts";
import { hardenNodeClass } from "../harden-node.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";

const { apply, construct, ownKeys } = Reflect;

/** Node's longest timer, in milliseconds: what should take longer runs after one. */
const TIMEOUT_MAX = 2 ** 31 - 1;
/** Where timers of `setImmediate` stand before those of `setTimeout(…, 0)`. */
const IMMEDIATELY = -1;

const dispose: symbol = (Symbol as any).dispose ?? Symbol.for("nodejs.dispose");

/** What one program's global object and modules have of timers; what is replaced is put back in them. */
export interface ClockTarget {
  readonly global: Record<PropertyKey, any>;
  readonly timers: Record<PropertyKey, any>;
  readonly promises: Record<PropertyKey, any>;
}

/** Node's `MockTimers`, as much of it as is called here. */
export interface NodeMockTimers {
  enable(options: object): void;
  reset(): void;
  tick(time?: number): void;
  runAll(): void;
  setTime(time?: number): void;
}

const APIS = ["setTimeout", "setInterval", "setImmediate", "Date", "scheduler.wait"] as const;
type Api = (typeof APIS)[number];

/** What a mocked `setTimeout` answers. */
class MockTimeout {
  runAt: number;
  /** Milliseconds; undefined for what runs once, or no more. */
  interval: number | undefined;
  readonly #run: () => void;
  readonly #clear: (timer: MockTimeout) => void;
  constructor(runAt: number, interval: number | undefined, run: () => void, clear: (timer: MockTimeout) => void) {
    this.runAt = runAt;
    this.interval = interval;
    this.#run = run;
    this.#clear = clear;
  }
  static run(timer: MockTimeout): void {
    timer.#run();
  }
  hasRef(): boolean {
    return true;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  refresh(): this {
    return this;
  }
  close(): this {
    this.#clear(this);
    return this;
  }
}
defineMember(
  MockTimeout.prototype,
  dispose,
  function (this: MockTimeout) {
    this.close();
  },
  false,
);

/** The state of one `MockTimers`. */
class MockClock {
  /** Milliseconds since 1970. */
  now = 0;
  /** In the order in which they run. */
  #queue: MockTimeout[] = [];
  #restore: Array<() => void> = [];
  readonly #targets: () => Iterable<ClockTarget>;

  /** @param targets whose timers are replaced while the clock runs */
  constructor(targets: () => Iterable<ClockTarget>) {
    this.#targets = targets;
  }

  start(apis: readonly Api[], now: number): void {
    this.now = now;
    for (const target of this.#targets()) {
      for (const api of new Set(apis)) this.#replacers[api](target);
    }
  }

  stop(): void {
    for (const restore of this.#restore.toReversed()) restore();
    this.#restore = [];
    this.#queue = [];
    this.now = 0;
  }

  /** Moves on, and runs what is due then, each at the time that the clock has moved to. */
  tick(milliseconds: number): void {
    this.now += milliseconds;
    for (let timer = this.#queue[0]; timer !== undefined && !(timer.runAt > this.now); timer = this.#queue[0]) {
      MockTimeout.run(timer);
      // It may have cleared itself.
      if (!this.#remove(timer) || timer.interval === undefined) continue;
      timer.runAt += timer.interval;
      this.#insert(timer);
    }
  }

  runAll(): void {
    const last = this.#queue.at(-1);
    if (last !== undefined) this.tick(last.runAt - this.now);
  }

  #add(delay: number, isInterval: boolean, run: () => void): MockTimeout {
    const wait = delay > TIMEOUT_MAX ? 1 : Number(delay) || 0;
    const timer = new MockTimeout(this.now + wait, isInterval ? wait : undefined, run, this.#clear);
    this.#insert(timer);
    return timer;
  }

  #insert(timer: MockTimeout): void {
    const next = this.#queue.findIndex(({ runAt }) => runAt > timer.runAt);
    this.#queue.splice(next === -1 ? this.#queue.length : next, 0, timer);
  }

  #remove(timer: MockTimeout): boolean {
    const at = this.#queue.indexOf(timer);
    if (at !== -1) this.#queue.splice(at, 1);
    return at !== -1;
  }

  readonly #clear = (timer: unknown): void => {
    if (this.#remove(timer as MockTimeout)) (timer as MockTimeout).interval = undefined;
  };

  readonly #setTimeout = (callback: Function, delay: number, ...args: unknown[]): MockTimeout =>
    this.#add(delay, false, () => apply(callback, undefined, args));
  readonly #setInterval = (callback: Function, delay: number, ...args: unknown[]): MockTimeout =>
    this.#add(delay, true, () => apply(callback, undefined, args));
  readonly #setImmediate = (callback: Function, ...args: unknown[]): MockTimeout =>
    this.#add(IMMEDIATELY, false, () => apply(callback, undefined, args));

  /** A promise that a timer fulfils, or the signal of its options rejects. */
  async #wait(delay: number, result: unknown, options: { signal?: AbortSignal } | undefined): Promise<unknown> {
    const signal = options?.signal;
    if (signal?.aborted) throw abortError(signal);
    let timer: MockTimeout | undefined;
    let onAbort = (): void => {};
    try {
      await new Promise<void>((resolve, reject) => {
        timer = this.#add(delay, false, resolve);
        onAbort = () => reject(abortError(signal!));
        signal?.addEventListener("abort", onAbort, { once: true });
      });
      return result;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#clear(timer);
    }
  }

  async *#repeat(delay: number, result: unknown, options: { signal?: AbortSignal } | undefined): AsyncGenerator {
    const signal = options?.signal;
    if (signal?.aborted) throw abortError(signal);
    let due = 0;
    let wake = (): void => {};
    const timer = this.#add(delay, true, () => {
      due++;
      wake();
    });
    const onAbort = (): void => wake();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      for (;;) {
        if (due === 0 && signal?.aborted !== true) await new Promise<void>((resolve) => (wake = resolve));
        if (signal?.aborted) throw abortError(signal);
        due--;
        yield result;
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#clear(timer);
    }
  }

  readonly #replacers: Readonly<Record<Api, (target: ClockTarget) => void>> = {
    setTimeout: ({ global, timers, promises }) => {
      for (const holder of [global, timers]) {
        this.#replace(holder, "setTimeout", this.#setTimeout);
        this.#replace(holder, "clearTimeout", this.#clear);
      }
      this.#replacePromise(promises, "setTimeout", (delay, result, options) => this.#wait(delay, result, options));
    },
    setInterval: ({ global, timers, promises }) => {
      for (const holder of [global, timers]) {
        this.#replace(holder, "setInterval", this.#setInterval);
        this.#replace(holder, "clearInterval", this.#clear);
      }
      this.#replacePromise(promises, "setInterval", (delay, result, options) => this.#repeat(delay, result, options));
    },
    setImmediate: ({ global, timers, promises }) => {
      for (const holder of [global, timers]) {
        this.#replace(holder, "setImmediate", this.#setImmediate);
        this.#replace(holder, "clearImmediate", this.#clear);
      }
      this.#replacePromise(promises, "setImmediate", (result, options) => this.#wait(IMMEDIATELY, result, options));
    },
    // Another object in its place: Node's is everybody's, and locked.
    "scheduler.wait": ({ promises }) => {
      const scheduler = Object.create(promises["scheduler"]);
      this.#replacePromise(scheduler, "wait", (delay, options) => this.#wait(delay, undefined, options));
      this.#replace(promises, "scheduler", scheduler);
    },
    Date: ({ global }) => this.#replace(global, "Date", this.#makeDate(global["Date"])),
  };

  #replace(holder: Record<PropertyKey, any>, key: string, value: unknown): void {
    // Computed when it is first read, it would otherwise be what is then there.
    void holder[key];
    const before = getOwnPropertyDescriptor(holder, key);
    defineProperty(holder, key, {
      value,
      writable: true,
      enumerable: before?.enumerable ?? true,
      configurable: true,
    });
    this.#restore.push(() =>
      before === undefined ? Reflect.deleteProperty(holder, key) : defineProperty(holder, key, before),
    );
  }

  /** @param replacement of the arguments; what is no signal the function of before refuses, as Node does */
  #replacePromise(holder: Record<PropertyKey, any>, key: string, replacement: (...args: any[]) => unknown): void {
    const real = holder[key];
    this.#replace(holder, key, (...args: any[]) => {
      const signal = args[replacement.length - 1]?.signal;
      if (signal !== undefined && typeof signal?.aborted !== "boolean") return apply(real, holder, args);
      return replacement(...args);
    });
  }

  #makeDate(Original: any): Function {
    // Its time while the clock stands behind it, and afterwards: tests may keep it.
    const now = (): number => this.now;
    function MockDate(...args: unknown[]): unknown {
      if (new.target === undefined) return new Original(now()).toString();
      return construct(Original, args.length === 0 ? [now()] : args, new.target === MockDate ? Original : new.target);
    }
    for (const key of ownKeys(Original)) if (key !== "prototype") defineMember(MockDate, key, Original[key], false);
    defineMember(MockDate, "now", now, false);
    defineMember(MockDate, "toString", () => Function.prototype.toString.call(Original), false);
    defineProperty(MockDate, "isMock", { value: true, enumerable: true });
    defineProperty(MockDate, "prototype", { value: Original.prototype, writable: true });
    return MockDate;
  }
}

function abortError(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

const refusal = (Kind: ErrorConstructor, code: string, message: string): Error =>
  Object.assign(new Kind(message), { code });

/**
 * Gives Node's class `MockTimers` the clock above.
 * @param MockTimersPrototype its prototype
 * @param targets asked whenever a clock starts
 */
export function installMockClock(MockTimersPrototype: NodeMockTimers, targets: () => Iterable<ClockTarget>): void {
  const { enable, reset, tick, runAll, setTime } = MockTimersPrototype;
  hardenNodeClass(MockTimeout);
  const clocks = new WeakMap<NodeMockTimers, MockClock>();
  const isKnown = (api: unknown): boolean => APIS.includes(api as Api);

  const method = (name: keyof NodeMockTimers, implementation: Function): void =>
    defineMember(MockTimersPrototype, name, implementation, false);
  method("enable", function (this: NodeMockTimers, options: any = {}) {
    const asked: unknown = options.apis || APIS;
    const named = Array.isArray(asked) ? asked : [];
    // The class is everybody's, and locked.
    if (named.includes("AbortSignal.timeout"))
      throw refusal(TypeError, "ERR_INVALID_ARG_VALUE", "moat: options.apis: AbortSignal.timeout is not supported");
    if (named.includes("Date") && [...targets()].some(({ global }) => global["Date"].isMock === true))
      throw refusal(Error, "ERR_INVALID_STATE", "Invalid state: Date is already being mocked!");
    // Node refuses what it does not know, and what is no list.
    apply(enable, this, [{ ...options, apis: Array.isArray(asked) ? asked.filter((api) => !isKnown(api)) : asked }]);
    const clock = new MockClock(targets);
    clocks.set(this, clock);
    clock.start(asked as readonly Api[], Number(options.now || 0));
  });
  method("reset", function (this: NodeMockTimers) {
    apply(reset, this, []);
    clocks.get(this)?.stop();
    clocks.delete(this);
  });
  method("tick", function (this: NodeMockTimers, time = 1) {
    apply(tick, this, [time]);
    clocks.get(this)!.tick(time);
  });
  method("runAll", function (this: NodeMockTimers) {
    apply(runAll, this, []);
    clocks.get(this)!.runAll();
  });
  method("setTime", function (this: NodeMockTimers, time = 0) {
    apply(setTime, this, [time]);
    clocks.get(this)!.now = time;
  });
}
