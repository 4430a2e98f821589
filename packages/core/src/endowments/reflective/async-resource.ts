import { hardenNodeObject } from "../harden-node.ts";
import type { EndowmentContext } from "../principal.ts";

const { apply } = Reflect;
const { defineProperty } = Object;

/**
 * The realm's one hardened `AsyncResource`: Node's own behind a wall.
 *
 * HAZARD: from Node 24 on a real one shows, under a symbol, the map in which all
 * storages of the context keep what they hold: emptied or exchanged there, another
 * package's request runs in a foreign context, or in none.
 */
export function makeAsyncResource(context: EndowmentContext): any {
  return context.shared("async_hooks.AsyncResource", () => {
    const Real = context.powers.builtin("async_hooks").AsyncResource;
    class AsyncResource {
      readonly #real: any;

      constructor(...given: unknown[]) {
        this.#real = new Real(...given);
      }

      runInAsyncScope(fn: Function, receiver?: unknown, ...args: unknown[]): unknown {
        return this.#real.runInAsyncScope(fn, receiver, ...args);
      }

      emitDestroy(): this {
        this.#real.emitDestroy();
        return this;
      }

      asyncId(): number {
        return this.#real.asyncId();
      }

      triggerAsyncId(): number {
        return this.#real.triggerAsyncId();
      }

      bind(fn: Function, receiver?: unknown): Function {
        if (typeof fn !== "function") return this.#real.bind(fn);
        const real = this.#real;
        const bound = function (this: unknown, ...args: unknown[]): unknown {
          return real.runInAsyncScope(fn, receiver === undefined ? this : receiver, ...args);
        };
        return defineProperty(bound, "length", { value: fn.length, configurable: true });
      }

      static bind(fn: Function, type?: string, receiver?: unknown): Function {
        return new AsyncResource(type || fn?.name || "bound-anonymous-fn").bind(fn, receiver);
      }
    }
    return hardenNodeObject(AsyncResource);
  });
}

/** The same for the resource that an `EventEmitterAsyncResource` shows. */
export function veilAsyncResourceOfEmitters({ prototype }: { prototype: object }): void {
  const shown = Object.getOwnPropertyDescriptor(prototype, "asyncResource");
  if (shown?.get === undefined || shown.configurable !== true) return;
  const getReal = shown.get;
  const veils = new WeakMap<object, object>();
  const get = function (this: object): object {
    const real: any = apply(getReal, this, []);
    let veil = veils.get(real);
    if (veil === undefined) {
      veil = Object.freeze({
        eventEmitter: this,
        runInAsyncScope: (...args: unknown[]) => real.runInAsyncScope(...args),
        emitDestroy: () => void real.emitDestroy(),
        asyncId: () => real.asyncId(),
        triggerAsyncId: () => real.triggerAsyncId(),
      });
      veils.set(real, veil);
    }
    return veil;
  };
  defineProperty(prototype, "asyncResource", { get, enumerable: false, configurable: true });
}
