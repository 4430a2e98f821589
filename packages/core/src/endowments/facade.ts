import { Given } from "./define-field.ts";

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply, ownKeys } = Reflect;
const objectPrototype = Object.prototype;

/** Gives a facade a writable member, as Node's own modules have them. */
export function defineMember(object: object, key: PropertyKey, value: unknown, enumerable = true): void {
  // What is nowhere yet may be assigned, which is cheaper.
  if (enumerable && !(key in object)) {
    (object as Record<PropertyKey, unknown>)[key] = value;
    return;
  }
  member.value = value;
  member.enumerable = enumerable;
  defineProperty(object, key, member);
  member.value = undefined;
}

/** One for all: thousands are defined while a program starts. The engine has read it before it runs anybody's trap. */
const member = {
  __proto__: null,
  value: undefined,
  writable: true,
  enumerable: true,
  configurable: true,
} as PropertyDescriptor;

/** What an assignment to an accessor comes to where it stands for an ordinary property: on the receiver, as Node has it. */
export function settle(receiver: unknown, key: PropertyKey, next: unknown): void {
  if ((typeof receiver !== "object" || receiver === null) && typeof receiver !== "function") return;
  const descriptor = getOwnPropertyDescriptor(receiver, key);
  if (descriptor?.configurable === true) defineMember(receiver, key, next, descriptor.enumerable === true);
  else if (descriptor === undefined) defineMember(receiver, key, next);
}

/**
 * A property that is computed when it is first read and is an ordinary one
 * afterwards; assigning to it before that works too.
 * @param isData whether Node has data there, and programs are to find it by a descriptor: see {@link describedAsData}
 */
export function lazyDescriptor(
  key: PropertyKey,
  compute: () => unknown,
  enumerable = true,
  isData = false,
): PropertyDescriptor {
  let value: unknown;
  let computed = false;
  const descriptor = {
    __proto__: null,
    get(this: unknown) {
      if (!computed) {
        value = compute();
        computed = true;
      }
      if (
        this !== undefined &&
        Object(this) === this &&
        getOwnPropertyDescriptor(this as object, key)?.get !== undefined
      )
        settle(this, key, value);
      return value;
    },
    set(this: unknown, next: unknown) {
      settle(this, key, next);
    },
    enumerable,
    configurable: true,
  } as PropertyDescriptor;
  noteLazy(descriptor.get!, isData);
  return descriptor;
}

/** A private field and no `WeakMap`: the garbage collector looks at each entry of one. */
class LazyGetter extends Given {
  #isData: boolean;
  constructor(getter: Function, isData: boolean) {
    super(getter);
    this.#isData = isData;
  }
  static is(getter: Function): boolean {
    return #isData in getter;
  }
  static isData(getter: Function): boolean {
    return #isData in getter && getter.#isData;
  }
}

/** Marks the getter of a property that replaces itself when it is first read. */
export function noteLazy(getter: Function, isData: boolean): void {
  void new LazyGetter(getter, isData);
}

/** Whether a property is to become an ordinary one when it is first read. */
export function isLazy({ get }: PropertyDescriptor): boolean {
  return get !== undefined && LazyGetter.is(get);
}

/** The same for one that stands where Node has data. */
export function isLazyData(getter: Function): boolean {
  return LazyGetter.isData(getter);
}

/**
 * The descriptor of what such a property will be, whose `value` is computed when it is read: mocks look there for the
 * function that they replace (`sinon.stub(crypto, "createHash")`), and compilers' `import *` asks for all descriptors.
 */
export function describedAsData(
  holder: object,
  key: PropertyKey,
  enumerable: boolean,
  getter: () => unknown,
): PropertyDescriptor {
  const there = getOwnPropertyDescriptor(holder, key)?.get;
  const described = { value: undefined, writable: true, enumerable, configurable: true };
  // Who reads it to put it back (`vi.unstubAllGlobals`) has put something else there since.
  const compute = (): unknown =>
    getOwnPropertyDescriptor(holder, key)?.get === there
      ? (holder as Record<PropertyKey, unknown>)[key]
      : apply(getter, undefined, []);
  return defineProperty(described, "value", lazyDescriptor("value", compute, true, true));
}

const originals = new WeakMap<Function, Function>();

/** A member that is made, or hardened, when it is first looked at; `original` is the function that it will be or stand for. */
export function deferMember(
  object: object,
  key: string,
  original: Function,
  compute: () => unknown,
  enumerable = true,
  isData = !hasInstances(original),
): void {
  const descriptor = lazyDescriptor(key, compute, enumerable, isData);
  noteOriginal(descriptor.get!, original);
  defineProperty(object, key, descriptor);
}

/**
 * Whether a function is a class. Described as data, it would be found by what adds methods to all classes of a module
 * (`promisifyAll`), whose prototypes are everybody's.
 */
export function hasInstances(callable: Function): boolean {
  const prototype: unknown = getOwnPropertyDescriptor(callable, "prototype")?.value;
  if (typeof prototype !== "object" || prototype === null) return false;
  return ownKeys(prototype).length > 1 || getPrototypeOf(prototype) !== objectPrototype;
}

/** Remembers which function a member's getter gives, or will. */
export function noteOriginal(getter: Function, original: Function): void {
  originals.set(getter, original);
}

/** Which function an accessor gives, or will, for its name and arity; undefined where that is not known. */
export function originalBehind({ get }: PropertyDescriptor): Function | undefined {
  return get && originals.get(get);
}

/** A function with another one's name and arity, as far as programs look. */
export function named<T extends Function>(name: string, length: number, implementation: T): T {
  defineProperty(implementation, "name", { __proto__: null, value: name, configurable: true } as PropertyDescriptor);
  defineProperty(implementation, "length", {
    __proto__: null,
    value: length,
    configurable: true,
  } as PropertyDescriptor);
  return implementation;
}

/** A call that a facade's function stands for. */
type Run = (receiver: unknown, args: ArrayLike<unknown>, newTarget: Function | undefined) => unknown;

/**
 * A method with that name and arity, as literals: of a function whose name or length is
 * defined anew V8 makes a table, which takes five times as long and as much memory,
 * and a program's packages have a thousand such members that are never called.
 *
 * The literals inherit nothing, so that V8 makes a table of each and no shape for each name: it notes no more than
 * 1,536 shapes that begin with `{}`, and gives the program's own objects one each from then on.
 */
export function methodFor(name: string, length: number, run: Run): Function {
  /* oxlint-disable no-unused-vars, prefer-rest-params -- the parameters are the arity */
  switch (length) {
    case 0:
      return {
        __proto__: null,
        [name](): unknown {
          return run(this, arguments, undefined);
        },
      }[name]!;
    case 1:
      return {
        __proto__: null,
        [name](_a: unknown): unknown {
          return run(this, arguments, undefined);
        },
      }[name]!;
    case 2:
      return {
        __proto__: null,
        [name](_a: unknown, _b: unknown): unknown {
          return run(this, arguments, undefined);
        },
      }[name]!;
    case 3:
      return {
        __proto__: null,
        [name](_a: unknown, _b: unknown, _c: unknown): unknown {
          return run(this, arguments, undefined);
        },
      }[name]!;
    default:
      return named(name, length, methodFor(name, 0, run));
  }
}

/** The same for a function that may be a class. */
export function functionFor(name: string, length: number, run: Run): Function {
  switch (length) {
    case 0:
      return {
        __proto__: null,
        [name]: function (this: unknown): unknown {
          return run(this, arguments, new.target);
        },
      }[name]!;
    case 1:
      return {
        __proto__: null,
        [name]: function (this: unknown, _a: unknown): unknown {
          return run(this, arguments, new.target);
        },
      }[name]!;
    case 2:
      return {
        __proto__: null,
        [name]: function (this: unknown, _a: unknown, _b: unknown): unknown {
          return run(this, arguments, new.target);
        },
      }[name]!;
    case 3:
      return {
        __proto__: null,
        [name]: function (this: unknown, _a: unknown, _b: unknown, _c: unknown): unknown {
          return run(this, arguments, new.target);
        },
      }[name]!;
    default:
      return named(name, length, functionFor(name, 0, run));
  }
}
/* oxlint-enable no-unused-vars, prefer-rest-params */

/** One value for each context and key, made on first use; lives as long as the context. */
export function perContext<C extends object, T>(make: (context: C) => T): (context: C) => T {
  const made = new WeakMap<C, { value: T }>();
  return (context) => {
    let entry = made.get(context);
    if (entry === undefined) {
      entry = { value: make(context) };
      made.set(context, entry);
    }
    return entry.value;
  };
}
