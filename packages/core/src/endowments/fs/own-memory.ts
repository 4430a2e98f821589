/**
 * What other threads of Node's read and write for a package's `fs`: memory that nobody else has.
 *
 * HAZARD: Node keeps the addresses of a call's buffers, and not always the buffers. A package can give their memory away
 * meanwhile (`structuredClone` with `transfer`), or take them out of the list that it called `writev` with, and a file
 * would be read over, or written from, what somebody else has there by then.
 */
import { types } from "node:util";
import { byteLengthOf, bytesOf, copyBack, copyOf, ownBytesOf } from "../bytes-of.ts";

const { apply } = Reflect;
const { isArrayBufferView } = types;
const { set: copyInto, subarray } = Uint8Array.prototype;
const { isInteger } = Number;

/** Functions on numbers of files, and methods of handles, that work on a caller's buffers. */
export type Worker = "read" | "readv" | "write" | "writev";

/** A call in such memory. */
export interface OwnMemory {
  /** What Node gets in the place of the caller's arguments. */
  readonly args: readonly unknown[];
  /** To be called when it is over. Returns what the caller is shown in the place of what Node shows. */
  finish(bytes: unknown, shown: unknown): unknown;
}

export const isWorker = (name: string): name is Worker => Object.hasOwn(WORKERS, name);

/** @param args behind the file's number */
export function inOwnMemory(name: Worker, args: readonly unknown[]): OwnMemory {
  return WORKERS[name](args);
}

/** What `writeFile` and `appendFile` are given in promises, where data may come part by part: copies of what is bytes. */
export function ownPartsOf(data: unknown): unknown {
  if (typeof data !== "object" || data === null || isArrayBufferView(data)) return ownBytesOf(data);
  const parts = data as AsyncIterable<unknown> & Iterable<unknown>;
  return (parts[Symbol.asyncIterator] ?? parts[Symbol.iterator]) ? copiesOf(parts) : data;
}

async function* copiesOf(parts: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  for await (const part of parts) yield ownBytesOf(part);
}

const CHUNK_BYTES = 65_536;
/** More calls than these are seldom under way. */
const SPARE = 4;
const spare: ArrayBuffer[] = [];

/**
 * Memory for one call. New memory for each would cost as much as the call.
 * HAZARD: what others have read and written is in it, so no caller is ever shown it.
 */
export function take(size: number): Uint8Array {
  return size > CHUNK_BYTES
    ? new Uint8Array(size)
    : new Uint8Array(spare.pop() ?? new ArrayBuffer(CHUNK_BYTES), 0, size);
}

/** Once the call is over. */
export function giveBack(own: Uint8Array): void {
  const { buffer } = own;
  if (buffer.byteLength === CHUNK_BYTES && spare.length < SPARE) spare.push(buffer as ArrayBuffer);
}

/** Where the caller's bytes are, and Node's arguments with others in their place. */
interface Part {
  readonly given: NodeJS.ArrayBufferView;
  readonly from: number;
  readonly size: number;
  argsWith(own: Uint8Array): readonly unknown[];
}

const WORKERS: Readonly<Record<Worker, (args: readonly unknown[]) => OwnMemory>> = {
  read(args) {
    const [first] = args;
    const call = isArrayBufferView(first) ? partOf(first, args) : partOfOptions(first);
    if (call === undefined || !("given" in call)) return { args: call ?? args, finish: (_bytes, shown) => shown };
    const own = take(call.size);
    return {
      args: call.argsWith(own),
      finish(bytes, shown) {
        if (bytes) show(own, bytes as number, call);
        giveBack(own);
        return shown === own ? call.given : shown;
      },
    };
  },
  write(args) {
    const [first] = args;
    // A text, or what Node is to find fault with.
    if (!isArrayBufferView(first)) return { args, finish: (_bytes, shown) => shown };
    const { given, from, size, argsWith } = partOf(first, args);
    const own = take(size);
    apply(copyInto, own, [apply(subarray, bytesOf(given), [from, from + size])]);
    return {
      args: argsWith(own),
      finish(_bytes, shown) {
        giveBack(own);
        return shown === own ? given : shown;
      },
    };
  },
  readv: (args) => inList(args, (view) => new Uint8Array(byteLengthOf(view)), true),
  writev: (args) => inList(args, copyOf, false),
};

/** `(buffer, offset, length, position)` and `(buffer, options)`, whose options are read once. */
function partOf(given: NodeJS.ArrayBufferView, args: readonly unknown[]): Part {
  const second = args[1];
  if (typeof second === "object" && second !== null) {
    const options = plain(second);
    const part = within(given, options["offset"], options["length"]);
    if (part.isValid) options["offset"] = 0;
    return { ...part, given, argsWith: (own) => [own, options] };
  }
  const rest = args.slice(1);
  const part = within(given, second, rest[1]);
  if (part.isValid && typeof second === "number") rest[0] = 0;
  return { ...part, given, argsWith: (own) => [own, ...rest] };
}

/** `(options)`, where `read` takes the buffer from. Arguments for Node where it is to make one itself, or to find fault. */
function partOfOptions(first: unknown): Part | readonly unknown[] | undefined {
  if (typeof first !== "object" || first === null) return undefined;
  const options = plain(first);
  const given = (first as { buffer?: unknown }).buffer;
  if (given !== undefined) options["buffer"] = given;
  if (!isArrayBufferView(given)) return [options];
  const part = within(given, options["offset"], options["length"]);
  if (part.isValid) options["offset"] = 0;
  return { ...part, given, argsWith: (own) => [{ ...options, buffer: own }] };
}

function plain(options: object): Record<string, unknown> {
  const { offset, length, position } = options as Record<string, unknown>;
  const read: Record<string, unknown> = { __proto__: null as never };
  for (const [name, value] of [
    ["offset", offset],
    ["length", length],
    ["position", position],
  ] as const)
    if (value !== undefined) read[name] = value;
  return read;
}

/** The part of the buffer that a call is about; all of it where Node is to say what is wrong. */
function within(given: NodeJS.ArrayBufferView, offset: unknown, length: unknown) {
  const total = byteLengthOf(given);
  const from = (offset ?? 0) as number;
  if (!isInteger(from) || from < 0 || from > total) return { from: 0, size: total, isValid: false };
  const left = total - from;
  const wanted = length as number;
  return { from, size: isInteger(wanted) && wanted >= 0 && wanted <= left ? wanted : left, isValid: true };
}

/** @param makeOwn what Node gets in the place of a buffer */
function inList(
  args: readonly unknown[],
  makeOwn: (view: NodeJS.ArrayBufferView) => Uint8Array,
  isRead: boolean,
): OwnMemory {
  const [given, ...rest] = args;
  const views: readonly unknown[] | undefined = Array.isArray(given) ? Array.from(given as unknown[]) : undefined;
  // Node finds fault with what is no list of buffers; what it looks at is nobody's any more.
  if (views === undefined || !views.every(isArrayBufferView))
    return { args: views === undefined ? args : [views, ...rest], finish: (_bytes, shown) => shown };
  const owns = views.map(makeOwn);
  return {
    args: [owns, ...rest],
    finish(bytes, shown) {
      let left = isRead && bytes ? (bytes as number) : 0;
      owns.forEach((own, at) => {
        const size = Math.min(left, own.length);
        if (size > 0) show(own, size, { given: views[at]!, from: 0 });
        left -= size;
      });
      return shown === owns ? given : shown;
    },
  };
}

/** Gives the caller what was read. */
function show(own: Uint8Array, size: number, { given, from }: Pick<Part, "given" | "from">): void {
  copyBack(apply(subarray, own, [0, size]) as Uint8Array, bytesOf(given), from);
}
