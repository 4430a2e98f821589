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
    const descriptor = Object.getOwnPropertyDescriptor(real, key)!;
    // Constants such as `WebSocket.OPEN`; a static that is an object would be shared.
    const isPrimitive = "value" in descriptor && Object(descriptor.value) !== descriptor.value;
    if (isPrimitive) Object.defineProperty(facade, key, descriptor);
  }
  Object.defineProperty(facade, "prototype", {
    value: real.prototype,
    writable: false,
    enumerable: false,
    configurable: false,
  });
  return facade;
}
