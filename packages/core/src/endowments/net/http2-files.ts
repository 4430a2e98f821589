/**
 * HAZARD: a stream that serves HTTP/2 opens a file and sends it, by any path or number, for whoever has the stream:
 * packages that only have the builtin make one over pipes of their own, and others are handed the application's.
 * All streams are of one class, and there is nothing about them that says who asks. So these methods are for the
 * application alone, whose text has to call them by name; see `export-writer.ts`.
 */
import { types } from "node:util";
import { accessDenied } from "../access-denied.ts";
import { named } from "../facade.ts";
import { isObject } from "../is-object.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";
import type { Caller, EndowmentContext } from "../principal.ts";
import { isStreamHandle } from "./native-arguments.ts";

const METHODS = ["respondWithFile", "respondWithFD"] as const;
const guarded = new WeakSet<object>();

/**
 * @param prototype of the streams that serve, before it is hardened
 * @param keptUnder the symbol under which a stream has its native handle
 */
export function keepFilesFromStreams(
  prototype: Record<(typeof METHODS)[number], Function>,
  callerOf: EndowmentContext["callerOf"],
  keptUnder: symbol,
): void {
  if (guarded.has(prototype)) return;
  for (const name of METHODS) {
    const native = prototype[name];
    const method: Function = named(name, native.length, function (this: unknown, ...args: unknown[]): unknown {
      assertApplication(`http2.ServerHttp2Stream.${name}`, callerOf?.(method, name));
      keepHandle(this, keptUnder);
      return Reflect.apply(native, this, args);
    });
    defineProperty(prototype, name, { value: method, writable: true, enumerable: false, configurable: true });
  }
  guarded.add(prototype);
}

/**
 * HAZARD: once the file is open, Node has native code send it to whatever the stream has for its handle by then, and
 * whoever was handed the stream can put another one there.
 */
function keepHandle(stream: unknown, keptUnder: symbol): void {
  const property = isObject(stream) && !types.isProxy(stream) ? getOwnPropertyDescriptor(stream, keptUnder) : undefined;
  if (property === undefined) throw new TypeError("Not a stream of HTTP/2");
  // Kept already: nobody else defines what can't be configured and has an accessor of moat's.
  if (property.configurable !== true && property.get !== undefined && keepers.has(property.get)) return;
  let handle: unknown = property.value;
  // Closed: Node says so.
  if (handle === undefined && "value" in property) return;
  if (!isObject(handle) || !isStreamHandle(handle)) throw new TypeError("Not the handle of a stream");
  const get = (): unknown => handle;
  keepers.add(get);
  defineProperty(stream as object, keptUnder, {
    get,
    set(next: unknown) {
      // As the stream closes.
      if (next === undefined) handle = undefined;
    },
    enumerable: property.enumerable === true,
    configurable: false,
  });
}

const keepers = new WeakSet<Function>();

function assertApplication(target: string, caller: Caller | undefined): void {
  if (caller?.principal?.trusted === true) return;
  const asking = caller?.principal ?? caller?.nearest;
  // Text of the application that does not certainly call has nothing to be told of.
  const denied =
    asking === undefined ||
    asking.trusted ||
    asking.denies({ capability: "builtin", target, via: target, never: true });
  if (denied) throw accessDenied(target, "fs");
}
