/**
 * What Node's streams of `zlib` have other threads read and write: memory that nobody else has.
 *
 * HAZARD: a native handle keeps the addresses of three buffers, and none of the buffers: what it reads, what it writes
 * to, and two numbers in which it says how far it came. All three belong to whoever has the stream, who needs no
 * grant to give their memory away meanwhile (`structuredClone` with `transfer`) or to let go of it (`stream._outBuffer =
 * null`). The thread would then read and write what has become somebody else's. So handles get memory of moat's own,
 * and what they wrote is copied to where Node looks for it.
 */
import { types } from "node:util";
import { Given } from "./define-field.ts";
import { byteLengthOf, bytesOf, copyBack, copyOf } from "./bytes-of.ts";
import { named } from "./facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "./native-definitions.ts";

const { apply } = Reflect;
const { isArrayBufferView, isUint32Array } = types;
const { slice, subarray } = Uint8Array.prototype;
const nothing = new Uint8Array(0);

/** What a handle works with. */
class Work {
  /** How much room there is left to write to, and how much is left to read. */
  readonly state = new Uint32Array(2);
  readonly shownState: Uint32Array;
  /** What the caller gave to be read, and a copy of its bytes from `start` on. */
  source: object | undefined;
  start = 0;
  input: Uint8Array = nothing;
  /** Where in `source` the thread was to end. */
  end = 0;
  output: Uint8Array = nothing;
  shownOutput: object | undefined;
  shownFrom = 0;
  room = 0;
  isRunning = false;

  constructor(shownState: Uint32Array) {
    this.shownState = shownState;
  }
}

/** A private field, so that a handle and what it works with go together. */
class Handle extends Given {
  #work: Work | undefined;
  static workOf(handle: object): Work | undefined {
    return #work in handle ? handle.#work : undefined;
  }
  static note(handle: object, work: Work): void {
    const noted = new Handle(handle) as Handle;
    noted.#work = work;
  }
}

type Method = (...args: any[]) => unknown;

/** Methods of native handles; each gets the handle, what Node calls it with, and the native method. */
const METHODS: Readonly<Record<string, (real: Method, handle: object, args: any[]) => unknown>> = {
  init(real, handle, args) {
    if (Handle.workOf(handle) !== undefined) throw new Error("A handle of zlib can be initialised once");
    const at = args.findIndex((argument) => typeof argument === "function");
    const shown: unknown = args[at - 1];
    if (!isUint32Array(shown)) throw new TypeError("A handle of zlib needs two numbers to write to");
    const work = new Work(shown);
    const callback: Method = args[at];
    args[at - 1] = work.state;
    args[at] = function (this: object): unknown {
      work.isRunning = false;
      show(work);
      return apply(callback, this, []);
    };
    // Behind it a dictionary may come.
    for (let index = at + 1; index < args.length; index += 1)
      if (isArrayBufferView(args[index])) args[index] = copyOf(args[index]);
    const result = apply(real, handle, args);
    Handle.note(handle, work);
    return result;
  },
  write(real, handle, args) {
    const work = Handle.workOf(handle);
    // One of Node's own, from before anybody could have any.
    if (work === undefined) return apply(real, handle, args);
    const [flush, source, from, length, shownOutput, shownFrom, room] = settled(args);
    assertIdle(work);
    let input = source;
    let start = from;
    if (isArrayBufferView(source)) {
      takeInput(work, source, from, length);
      input = work.input;
      start = from - work.start;
    }
    if (work.output.length < room) work.output = new Uint8Array(room);
    work.shownOutput = shownOutput as object;
    work.shownFrom = shownFrom;
    work.room = room;
    work.isRunning = true;
    return apply(real, handle, [flush, input, start, length, work.output, 0, room]);
  },
  writeSync(real, handle, args) {
    const work = Handle.workOf(handle);
    if (work === undefined) return apply(real, handle, args);
    const numbers = settled(args);
    assertIdle(work);
    const result = apply(real, handle, numbers);
    showState(work);
    return result;
  },
  params: whenIdle,
  reset: whenIdle,
};

type Call = [flush: number, source: unknown, from: number, length: number, output: unknown, to: number, room: number];

/**
 * HAZARD: what makes numbers of objects is their own code, and the native method has an address by then. Where the
 * memory is gone, it ends the process.
 */
function settled([flush, source, from, length, output, to, room]: any[]): Call {
  const call: Call = [flush >>> 0, source, from >>> 0, length >>> 0, output, to >>> 0, room >>> 0];
  for (const [view, start, size] of [
    [source, call[2], call[3]],
    [output, call[5], call[6]],
  ])
    if (isArrayBufferView(view) && start + size > byteLengthOf(view))
      throw new RangeError("Out of the buffer's bounds");
  return call;
}

/** HAZARD: these change what the other thread works with. From Node 22 on `reset` refuses that itself. */
function whenIdle(real: Method, handle: object, args: any[]): unknown {
  const work = Handle.workOf(handle);
  if (work !== undefined) assertIdle(work);
  return apply(real, handle, args);
}

function assertIdle({ isRunning }: Work): void {
  if (isRunning) throw new Error("This can't be done to a zlib stream while a write is in progress");
}

/**
 * Copies what is to be read. Node asks anew for the rest of a chunk each time that the output is full:
 * that has been copied, and copying it each time would take the square of its length.
 */
function takeInput(work: Work, source: NodeJS.ArrayBufferView, from: number, length: number): void {
  const end = from + length;
  const isRest = source === work.source && end === work.end && length === work.state[1] && from > work.start;
  if (isRest) return;
  work.source = source;
  work.start = from;
  work.end = end;
  work.input = apply(slice, bytesOf(source), [from, end]) as Uint8Array;
}

/** Tells Node what the thread has done. */
function show(work: Work): void {
  const { output, shownOutput, shownFrom, room, state } = work;
  const written = room - state[0]!;
  const target = isArrayBufferView(shownOutput) ? bytesOf(shownOutput) : nothing;
  copyBack(apply(subarray, output, [0, written]) as Uint8Array, target, shownFrom);
  work.shownOutput = undefined;
  if (state[1] === 0) {
    work.source = undefined;
    work.input = nothing;
  }
  showState(work);
}

function showState({ state, shownState }: Work): void {
  shownState[0] = state[0]!;
  shownState[1] = state[1]!;
}

const guarded = new WeakSet<object>();

/** @param prototype of a class of native handles of `zlib`, before anybody has it and before it is hardened. */
export function keepMemoryOfZlib(prototype: object): void {
  for (const [name, run] of Object.entries(METHODS)) {
    const descriptor = getOwnPropertyDescriptor(prototype, name);
    const real: unknown = descriptor?.value;
    if (typeof real !== "function" || guarded.has(real)) continue;
    const value = named(name, real.length, function (this: object, ...args: any[]): unknown {
      return run(real as Method, this, args);
    });
    guarded.add(value);
    defineProperty(prototype, name, { ...descriptor, value });
  }
}
