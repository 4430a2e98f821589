/**
 * What native code reads in while it calls back: memory that nobody else has.
 *
 * HAZARD: the parser of HTTP goes on in the same buffer after it has told of a request, and TLS over a stream that is no
 * socket after each record. Who is told then may have that very buffer (it came through a stream of his), and give its
 * memory away (`structuredClone` with `transfer`): the rest would be read from what somebody else has there by then.
 */
import { types } from "node:util";
import { copyOf } from "../bytes-of.ts";
import { named } from "../facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";

const { apply } = Reflect;
const { isArrayBufferView } = types;

const READING: readonly string[] = ["execute", "readBuffer", "receive"];
const guarded = new WeakSet<object>();

/** @param level a prototype of native handles, before it is closed. */
export function readOwnInput(level: object): void {
  for (const name of READING) {
    const descriptor = getOwnPropertyDescriptor(level, name);
    const real: unknown = descriptor?.value;
    if (typeof real !== "function" || descriptor!.configurable !== true || guarded.has(real)) continue;
    const value = named(name, real.length, function (this: unknown, input: unknown, ...rest: unknown[]): unknown {
      // What is none ends the process in native code; Node hands it nothing else.
      if (!isArrayBufferView(input)) throw new TypeError(`moat: ${name} takes bytes`);
      return apply(real, this, [copyOf(input), ...rest]);
    });
    guarded.add(value);
    defineProperty(level, name, { ...descriptor, value });
  }
}
