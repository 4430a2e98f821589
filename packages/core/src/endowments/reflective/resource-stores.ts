/**
 * HAZARD: up to Node 22 an `AsyncLocalStorage` keeps what it holds on promises, handles and resources, under a symbol that
 * these show. Nobody reads it there (see `StoreBox`), but whoever is handed a request could take what it holds off one
 * and put it on another's, or empty it, and everybody's code goes on with that.
 *
 * So the real storage keeps it in a private field of its own.
 */
import { Given } from "../define-field.ts";
import { defineMember } from "../facade.ts";

const { apply } = Reflect;
const { is } = Object;

/** A private field that any object may have. */
interface Slot {
  get(resource: object): unknown;
  set(resource: object, store: unknown): void;
  /** What a resource begins with, which most have not been before. */
  pass(resource: object, from: object): void;
}

/** A field of its own for each call. */
function makeSlot(): Slot {
  class Holder extends Given {
    #store: unknown;
    constructor(resource: object, store: unknown) {
      super(resource);
      this.#store = store;
    }
    static get(resource: object): unknown {
      return #store in resource ? resource.#store : undefined;
    }
    static set(resource: object, store: unknown): void {
      if (#store in resource) resource.#store = store;
      else void new Holder(resource, store);
    }
    static pass(resource: object, from: object): void {
      if (#store in from) Holder.set(resource, from.#store);
      else if (#store in resource) resource.#store = undefined;
    }
  }
  return { get: Holder.get, set: Holder.set, pass: Holder.pass };
}

/** @param real a storage of Node's that nobody else has. From Node 24 on it keeps nothing on resources. */
export function keepStoresOffResources(real: any, executionAsyncResource: () => object): void {
  if (!("kResourceStore" in real) || typeof real._propagate !== "function") return;
  const { get, set, pass } = makeSlot();
  const members = {
    _propagate(resource: object, trigger: object): void {
      if (real.enabled) pass(resource, trigger);
    },
    enterWith(store: unknown): void {
      real._enable();
      set(executionAsyncResource(), store);
    },
    run(store: unknown, callback: Function, ...args: unknown[]): unknown {
      if (is(store, real.getStore())) return apply(callback, null, args);
      real._enable();
      const resource = executionAsyncResource();
      const before = get(resource);
      set(resource, store);
      try {
        return apply(callback, null, args);
      } finally {
        set(resource, before);
      }
    },
    getStore: (): unknown => (real.enabled ? get(executionAsyncResource()) : undefined),
  };
  for (const [name, member] of Object.entries(members)) defineMember(real, name, member);
}
