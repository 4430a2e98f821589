/**
 * The `onread` of sockets, which have what comes put into a buffer of the caller's.
 *
 * HAZARD: for that Node gives the native stream the buffer's address, and nothing more. Who has the handle of any socket
 * could do so with a buffer that is gone by then (given away by `structuredClone`), and what comes would be written
 * over whatever lies there now. So no native stream gets an address, and what came is copied.
 */
import { types } from "node:util";
import { named } from "../facade.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";
import { ownSymbol } from "../own-symbol.ts";

const METHOD = "useUserBuffer";
const { apply } = Reflect;
const { set: copyInto, subarray } = Uint8Array.prototype;

/** @param level a prototype of native handles, before it is closed. */
export function keepAddressesFrom(level: object): void {
  const descriptor = getOwnPropertyDescriptor(level, METHOD);
  if (typeof descriptor?.value !== "function" || descriptor.configurable !== true) return;
  const value = named(METHOD, descriptor.value.length, function (this: object): void {
    const owner = ownSymbol(this, "owner_symbol");
    const socket: unknown = owner && (this as Record<symbol, unknown>)[owner];
    if (typeof socket === "object" && socket !== null) copyWhatComes(socket as Socket);
  });
  defineProperty(level, METHOD, { ...descriptor, value });
}

interface Socket {
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  pause(): void;
  unshift(chunk: Uint8Array): void;
  [symbol: symbol]: unknown;
}

/** Once for each socket: Node asks again for each address that it tries. */
function copyWhatComes(socket: Socket): void {
  const [first, told, maker] = ["kBuffer", "kBufferCb", "kBufferGen"].map((name) => ownSymbol(socket, name));
  const callback = told && socket[told];
  if (typeof callback !== "function") return;
  const make = maker && socket[maker];
  let buffer = socket[first!];
  // From here on what comes is the stream's, as without `onread`.
  for (const symbol of [first!, told!]) socket[symbol] = null;
  socket.on("data", (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (!types.isUint8Array(buffer) || buffer.length === 0) return;
      const part = apply(subarray, chunk, [at, at + buffer.length]) as Uint8Array;
      apply(copyInto, buffer, [part]);
      at += part.length;
      const goesOn = apply(callback, socket, [part.length, buffer]) !== false;
      const next: unknown = typeof make === "function" ? make() : buffer;
      if (types.isUint8Array(next)) buffer = next;
      if (goesOn) continue;
      socket.pause();
      if (at < chunk.length) socket.unshift(apply(subarray, chunk, [at]) as Uint8Array);
      return;
    }
  });
}
