import { Given } from "./define-field.ts";

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;

let prepared = false;

/**
 * Makes `EventEmitter`, on the hot path of every server, ready to be locked.
 *
 * The data properties of its prototype that only give a falsy default
 * (`_events`, `_eventsCount`, `_maxListeners`) are removed: each constructed
 * emitter assigns all of them, and accessors in their place would cost every
 * `new EventEmitter` slow definitions. The capture flag, a symbol that can't be
 * removed, is locked; Node's own initialiser assigns it to each emitter, which
 * a locked one forbids, hence the initialiser below.
 *
 * Once, before any guest code; `node:domain`, which replaces the initialiser, is never loaded.
 */
export function prepareEventEmitter(EventEmitter: Function): void {
  if (prepared) return;
  prepared = true;
  const prototype = EventEmitter.prototype as Record<PropertyKey, unknown>;
  const fresh = Reflect.construct(EventEmitter, []) as object;
  const symbolNamed = (description: string, object: object): symbol | undefined =>
    ownKeys(object).find((key): key is symbol => typeof key === "symbol" && key.description === description);
  const capture = symbolNamed("kCapture", prototype);
  const shapeMode = symbolNamed("shapeMode", fresh);

  for (const key of ownKeys(prototype)) {
    const descriptor = getOwnPropertyDescriptor(prototype, key)!;
    if ("value" in descriptor && !descriptor.value && descriptor.configurable === true) delete prototype[key];
  }

  const Stamp = capture === undefined ? undefined : captureStamp(capture);

  function init(this: Record<PropertyKey, any>, options?: { captureRejections?: unknown }): void {
    const events = this["_events"];
    const own = events !== undefined && events !== getPrototypeOf(this)?._events;
    if (!own) {
      this["_events"] = { __proto__: null };
      this["_eventsCount"] = 0;
    }
    if (shapeMode !== undefined) this[shapeMode] = own;
    this["_maxListeners"] = this["_maxListeners"] || undefined;
    if (Stamp !== undefined) new Stamp(this);
    // Streams come with a table of their events, and had the count from the prototype.
    if (own) this["_eventsCount"] ??= 0;
    const wanted = options?.captureRejections;
    if (wanted && capture !== undefined) {
      if (wanted !== true) throw new TypeError('The "options.captureRejections" property must be of type boolean.');
      defineProperty(this, capture, {
        __proto__: null,
        value: true,
        writable: true,
        enumerable: true,
        configurable: true,
      } as PropertyDescriptor);
    }
  }
  if (capture !== undefined) (EventEmitter as any).init = init;
}

/**
 * A class whose construction gives an existing object the capture flag, which
 * programs that print an emitter see. A field is defined, not assigned, by an
 * inline cache of the engine: `Object.defineProperty` would cost far more.
 */
function captureStamp(capture: symbol): new (emitter: object) => object {
  return class extends Given {
    [capture] = false;
  };
}
