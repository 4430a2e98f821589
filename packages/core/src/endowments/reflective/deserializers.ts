/**
 * `v8.Deserializer` and `DefaultDeserializer`, which read memory that nobody else has.
 *
 * HAZARD: the native one keeps the address of the given bytes, and of the buffer no more than a property, `buffer`. Who
 * has it can give the memory away, or let go of it, and go on reading: what others have there by then. The buffer's own
 * properties can do so, too, while a value is read.
 */
import { ownBytesOf } from "../bytes-of.ts";
import { named } from "../facade.ts";
import { defineProperty } from "../native-definitions.ts";

const { construct } = Reflect;
const { setPrototypeOf } = Object;

/** As long as there is the one, there are the bytes. */
const bytesOfDeserializers = new WeakMap<object, unknown>();

/** Stands for the real class, at its prototype too. */
export function makeDeserializer(real: Function, parent?: Function): Function {
  const facade = named(real.name, real.length, function (this: unknown, given: unknown): object {
    if (new.target === undefined) throw new TypeError(`Class constructor ${real.name} cannot be invoked without 'new'`);
    // Anything but bytes is for Node to refuse.
    const bytes = ownBytesOf(given);
    // Not of the caller's class: a setter of `buffer` there would be given the bytes.
    const made = construct(real, [bytes]) as object;
    bytesOfDeserializers.set(made, bytes);
    defineProperty(made, "buffer", { value: given, writable: true, enumerable: true, configurable: true });
    return new.target === facade ? made : setPrototypeOf(made, new.target.prototype as object);
  });
  defineProperty(facade, "prototype", { value: real.prototype, writable: false });
  defineProperty(real.prototype, "constructor", { value: facade });
  return parent === undefined ? facade : setPrototypeOf(facade, parent);
}
