import { getOwnPropertyDescriptor } from "../native-definitions.ts";

/** How a principal's view of one of Node's classes differs from the class itself. */
export interface FacadeClassParts {
  /** The arguments that Node's constructor gets instead of the given ones. */
  prepare?(args: unknown[]): unknown[];
  /** Called with each new instance, and the arguments that Node's constructor got. */
  made?(instance: object, prepared: readonly unknown[]): void;
}

/**
 * A principal's own constructor over one of Node's shared classes: the same
 * prototype, so `instanceof` holds for real instances; works with `new`,
 * without it, as `extends` and as `Class.call(this)`.
 */
export function facadeClass(real: any, { prepare = (args) => args, made = () => {} }: FacadeClassParts = {}): any {
  const facade = function (this: unknown, ...args: unknown[]): unknown {
    const prepared = prepare(args);
    if (new.target === undefined && this instanceof real) {
      Reflect.apply(real, this, prepared);
      made(this as object, prepared);
      return this;
    }
    const instance = Reflect.construct(
      real,
      prepared,
      new.target === undefined || new.target === facade ? real : new.target,
    );
    made(instance as object, prepared);
    return instance;
  };
  for (const key of Reflect.ownKeys(real)) {
    // Constants such as `WebSocket.OPEN`; a static that is an object would be shared.
    const value: unknown = real[key];
    if (Object(value) === value) continue;
    const descriptor = getOwnPropertyDescriptor(real, key)!;
    // What can be assigned (`Agent.defaultMaxSockets`) is an accessor on a hardened class.
    Object.defineProperty(facade, key, "value" in descriptor ? descriptor : { value, writable: true, enumerable: descriptor.enumerable === true, configurable: true });
  }
  Object.defineProperty(facade, "prototype", {
    value: real.prototype,
    writable: false,
    enumerable: false,
    configurable: false,
  });
  return facade;
}
