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
const { isArrayBufferView, isNativeError } = types;

/** Whether a method waits for its turn while the same handle reads, or is refused while any does. */
const READING: Readonly<Record<string, "waits" | "alone">> = {
  execute: "waits",
  emitEOF: "waits",
  readBuffer: "waits",
  // Of what had come before there was a session, in a tick of its own.
  receive: "alone",
};
const guarded = new WeakSet<object>();

/** @param level a prototype of native handles, before it is closed. */
export function readOwnInput(level: object): void {
  for (const [name, turn] of Object.entries(READING)) {
    const descriptor = getOwnPropertyDescriptor(level, name);
    const real: unknown = descriptor?.value;
    if (typeof real !== "function" || descriptor!.configurable !== true || guarded.has(real)) continue;
    const value = named(name, real.length, function (this: object, input: unknown, ...rest: unknown[]): unknown {
      // What is none ends the process in native code; Node hands it nothing else.
      if (name !== "emitEOF" && !isArrayBufferView(input)) throw new TypeError(`moat: ${name} takes bytes`);
      const own = isArrayBufferView(input) ? copyOf(input) : input;
      if (turn === "alone" && reading.size > 0) throw new TypeError("moat: nothing else is read while this is");
      // All of it, as far as who hands it over is told: a stream that answers within its own `write`.
      const taken = name === "execute" ? (own as Uint8Array).length : undefined;
      return inTurn(this, taken, () => apply(real, this, [own, ...rest]) as unknown);
    });
    guarded.add(value);
    defineProperty(level, name, { ...descriptor, value });
  }
}

/** The handles that read, and what each does after that. */
const reading = new Map<object, (() => unknown)[]>();

/**
 * HAZARD: who is told of what native code has read can have it read again, and what it reads the rest from is then gone,
 * or counted from where it read the other.
 * @param taken what who has to wait is told
 */
function inTurn(handle: object, taken: unknown, read: () => unknown): unknown {
  const waiting = reading.get(handle);
  if (waiting !== undefined) {
    waiting.push(read);
    return taken;
  }
  const turns: (() => unknown)[] = [];
  reading.set(handle, turns);
  try {
    let result = read();
    for (let next = turns.shift(); next !== undefined; next = turns.shift()) {
      const later = next();
      // Of the same connection, which ends by it.
      if (isNativeError(later)) result = later;
    }
    return result;
  } finally {
    reading.delete(handle);
  }
}
