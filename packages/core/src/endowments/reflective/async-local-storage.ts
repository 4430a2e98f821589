import { hardenNodeObject } from "../harden-node.ts";
import type { EndowmentContext } from "../principal.ts";
import { makeAsyncResource } from "./async-resource.ts";
import { keepStoresOffResources } from "./resource-stores.ts";

/**
 * Holds a store where only its own storage finds it.
 * HAZARD: what the real one is given lies in a map of Node's, or in a field of every
 * promise and timer made in it. So it is given this, which shows nothing.
 */
class StoreBox {
  readonly #store: unknown;
  readonly #owner: object;

  constructor(owner: object, store: unknown) {
    this.#owner = owner;
    this.#store = store;
    Object.freeze(this);
  }

  static read(owner: object, box: unknown, fallback: unknown): unknown {
    // A box of another storage, put there by hand, is not ours.
    return typeof box === "object" && box !== null && #store in box && box.#owner === owner ? box.#store : fallback;
  }
}
delete (StoreBox.prototype as { constructor?: unknown }).constructor;
Object.freeze(StoreBox.prototype);

/** The realm's one hardened `AsyncLocalStorage`: Node's own behind a wall. */
export function makeAsyncLocalStorage(context: EndowmentContext): any {
  return context.shared("async_hooks.AsyncLocalStorage", () => {
    const { AsyncLocalStorage: Real, executionAsyncResource } = context.powers.builtin("async_hooks");
    const AsyncResource = makeAsyncResource(context);
    class AsyncLocalStorage {
      readonly #real: any;
      readonly #defaultValue: unknown;
      readonly #name: string;

      constructor(options: { defaultValue?: unknown; name?: unknown } = {}) {
        this.#real = new Real();
        keepStoresOffResources(this.#real, executionAsyncResource);
        this.#defaultValue = options?.defaultValue;
        this.#name = options?.name === undefined ? "" : `${options.name as string}`;
      }

      // Up to Node 24 what the real ones return leads to Node's own resource.
      static bind(fn: Function): Function {
        return AsyncResource.bind(fn);
      }

      static snapshot(): Function {
        return AsyncResource.bind((run: Function, ...args: unknown[]) => run(...args));
      }

      get name(): string {
        return this.#name;
      }

      disable(): void {
        this.#real.disable();
      }

      enterWith(store: unknown): void {
        this.#real.enterWith(new StoreBox(this, store));
      }

      run(store: unknown, callback: Function, ...args: unknown[]): unknown {
        return this.#real.run(new StoreBox(this, store), callback, ...args);
      }

      exit(callback: Function, ...args: unknown[]): unknown {
        return this.#real.exit(callback, ...args);
      }

      getStore(): unknown {
        return StoreBox.read(this, this.#real.getStore(), this.#defaultValue);
      }

      /** As `run`, until the returned object is disposed (Node 26). */
      withScope(store: unknown): object {
        const before = this.#real.getStore();
        this.#real.enterWith(new StoreBox(this, store));
        const dispose = (): void => this.#real.enterWith(before);
        return { dispose, ...(Symbol.dispose === undefined ? {} : { [Symbol.dispose]: dispose }) };
      }
    }
    if (!("withScope" in Real.prototype)) delete (AsyncLocalStorage.prototype as { withScope?: unknown }).withScope;
    return hardenNodeObject(AsyncLocalStorage);
  });
}
