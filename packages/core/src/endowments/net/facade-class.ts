import { getOwnPropertyDescriptor } from "../native-definitions.ts";

/** How a principal's view of one of Node's classes differs from the class itself. */
export interface FacadeClassParts {
  /** What `new` of the facade itself makes instead, as it is at that moment; heirs are made by Node's class. */
  instead?(): Function | undefined;
  /** The arguments that Node's constructor gets instead of the given ones. */
  prepare?(args: unknown[]): unknown[];
  /** Runs Node's constructor, with these arguments. */
  making?(prepared: readonly unknown[], make: () => any): any;
  /**
   * Node's constructor makes instances of Node's class alone; heirs' become theirs afterwards.
   * HAZARD: an heir's accessor would be given what it keeps on them under a symbol.
   */
  readonly heirsAfterwards?: boolean;
  /** Called with each new instance, and the arguments that Node's constructor got. */
  made?(instance: object, prepared: readonly unknown[]): void;
}

/**
 * A principal's own constructor over one of Node's shared classes: the same
 * prototype, so `instanceof` holds for real instances; works with `new`,
 * without it, as `extends` and as `Class.call(this)`.
 */
export function facadeClass(
  real: any,
  { instead, prepare = (args) => args, making, heirsAfterwards = false, made = () => {} }: FacadeClassParts = {},
): any {
  const facade = function (this: unknown, ...args: unknown[]): unknown {
    const other = new.target === facade ? instead?.() : undefined;
    if (other !== undefined) return Reflect.construct(other, args);
    const prepared = prepare(args);
    if (new.target === undefined && this instanceof real) {
      const make = () => Reflect.apply(real, this, prepared);
      if (making === undefined) make();
      else making(prepared, make);
      made(this as object, prepared);
      return this;
    }
    const isHeir = new.target !== undefined && new.target !== facade;
    const Made = isHeir && !heirsAfterwards ? new.target : real;
    const instance =
      making === undefined
        ? Reflect.construct(real, prepared, Made)
        : making(prepared, () => Reflect.construct(real, prepared, Made));
    made(instance, prepared);
    return isHeir && heirsAfterwards ? Object.setPrototypeOf(instance, new.target.prototype) : instance;
  };
  for (const key of Reflect.ownKeys(real)) {
    // Constants such as `WebSocket.OPEN`; a static that is an object would be shared.
    const value: unknown = real[key];
    if (Object(value) === value) continue;
    const descriptor = getOwnPropertyDescriptor(real, key)!;
    // What can be assigned (`Agent.defaultMaxSockets`) is an accessor on a hardened class.
    Object.defineProperty(
      facade,
      key,
      "value" in descriptor
        ? descriptor
        : { value, writable: true, enumerable: descriptor.enumerable === true, configurable: true },
    );
  }
  // Node knows an EventTarget by a symbol on its constructor.
  if (heirsAfterwards) Object.setPrototypeOf(facade, Object.getPrototypeOf(real) as object);
  Object.defineProperty(facade, "prototype", {
    value: real.prototype,
    writable: false,
    enumerable: false,
    configurable: false,
  });
  return facade;
}
