/**
 * `onread`, in which native streams keep the function that they call with what came.
 *
 * HAZARD: up to Node 20 it shows as data, and reads and writes the fourth field of whatever it is asked of. Of an
 * object that has fewer that is the memory behind it: another package's object, or what is no object at all, on
 * which V8 crashes. Nothing may even look at its value on a prototype. What packages reach gets an accessor in its
 * place that first asks a native getter of the same class, whose receiver V8 checks.
 *
 * From Node 22 on it is an accessor, and its receiver is checked.
 */
import { lookupGetter } from "./native-definitions.ts";

export const NATIVE_FIELD = "onread";

/** Whether a prototype of streams has the field in the form that checks nothing. */
export function hasNativeField(level: object | null): level is object {
  return (
    level !== null &&
    Object.hasOwn(level, NATIVE_FIELD) &&
    Reflect.apply(lookupGetter, level, [NATIVE_FIELD]) === undefined
  );
}

/**
 * @param level whose instances have the field
 * @param holder a prototype with the native form, which goes on reading and writing it
 */
export function checkedField(level: object, holder: object): PropertyDescriptor {
  const check = Reflect.apply(lookupGetter, level, ["bytesRead"]) as () => unknown;
  const accessors = {
    get(this: object): unknown {
      Reflect.apply(check, this, []);
      return Reflect.get(holder, NATIVE_FIELD, this);
    },
    set(this: object, value: unknown): void {
      Reflect.apply(check, this, []);
      Reflect.set(holder, NATIVE_FIELD, value, this);
    },
  };
  return {
    get: Object.freeze(accessors.get),
    set: Object.freeze(accessors.set),
    enumerable: true,
    configurable: false,
  };
}
