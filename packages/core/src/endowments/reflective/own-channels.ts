/** Called with what was published and the channel's name. */
export type Subscriber = (message: unknown, name: string | symbol) => void;

/** The part of `AsyncLocalStorage` that `bindStore` needs. */
interface Store {
  run(value: unknown, callback: () => unknown): unknown;
}

/** A named channel as Node's `diagnostics_channel` has them, in a registry of its own. */
export class Channel {
  readonly name: string | symbol;
  #subscribers: readonly Subscriber[] = [];
  readonly #stores = new Map<Store, ((data: unknown) => unknown) | undefined>();
  readonly #environment: ChannelEnvironment;
  readonly #outer: OuterChannel | undefined;

  constructor(name: string | symbol, environment: ChannelEnvironment) {
    this.name = name;
    this.#environment = environment;
    this.#outer = environment.outerChannel(name);
  }

  /** Libraries ask this many times for each request that they serve. */
  get hasSubscribers(): boolean {
    return this.#subscribers.length > 0 || this.#stores.size > 0 || this.#outer?.hasSubscribers === true;
  }

  subscribe(subscriber: unknown): void {
    if (typeof subscriber !== "function") throw invalidArgument("subscription", "function");
    this.#subscribers = [...this.#subscribers, subscriber as Subscriber];
  }

  unsubscribe(subscriber: unknown): boolean {
    const at = this.#subscribers.indexOf(subscriber as Subscriber);
    if (at === -1) return false;
    this.#subscribers = this.#subscribers.filter((_, index) => index !== at);
    return true;
  }

  bindStore(store: Store, transform?: (data: unknown) => unknown): void {
    this.#stores.set(store, transform);
  }

  unbindStore(store: Store): boolean {
    return this.#stores.delete(store);
  }

  publish(message: unknown): void {
    this.#publishInside(message);
    if (this.#outer?.hasSubscribers === true) this.#outer.publish(message);
  }

  runStores(data: unknown, fn: Function, thisArg?: unknown, ...args: unknown[]): unknown {
    let run = (): unknown => {
      if (this.#environment.runsOuterStores === true && this.#outer?.hasSubscribers === true) {
        this.#publishInside(data);
        return this.#outer.runStores(data, fn, thisArg, ...args);
      }
      this.publish(data);
      return Reflect.apply(fn, thisArg, args);
    };
    for (const [store, transform] of this.#stores) {
      const inner = run;
      run = () => {
        let value = data;
        if (transform !== undefined) {
          try {
            value = transform(data);
          } catch (error) {
            this.#environment.report(error);
            return inner();
          }
        }
        return store.run(value, inner);
      };
    }
    return run();
  }

  #publishInside(message: unknown): void {
    for (const subscriber of this.#subscribers) this.#guarded(() => subscriber(message, this.name));
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#environment.report(error);
    }
  }
}

/** A channel of Node's own registry, which no package sees. */
export interface OuterChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
  runStores(data: unknown, fn: Function, thisArg?: unknown, ...args: unknown[]): unknown;
}

/** What a registry of channels may do outside of itself. */
export interface ChannelEnvironment {
  /** Where somebody outside of the registry may listen to the name; undefined where nobody may. */
  outerChannel(name: string | symbol): OuterChannel | undefined;
  /** Whether stores that are bound to an outer channel hold while a package's function runs: tracing. */
  readonly runsOuterStores?: boolean;
  /** A subscriber's error: becomes an uncaught exception in a later turn, as in Node. */
  report(error: unknown): void;
}

export function invalidArgument(name: string, expected: string): TypeError {
  return Object.assign(new TypeError(`The "${name}" argument must be of type ${expected}.`), {
    code: "ERR_INVALID_ARG_TYPE",
  });
}
