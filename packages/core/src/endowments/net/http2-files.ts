/**
 * HAZARD: a stream that serves HTTP/2 opens a file and sends it, by any path or number, for whoever has the stream:
 * packages that only have the builtin make one over pipes of their own, and others are handed the application's.
 * All streams are of one class, and there is nothing about them that says who asks. So these methods are for the
 * application alone, whose text has to call them by name; see `export-writer.ts`.
 */
import { accessDenied } from "../access-denied.ts";
import { named } from "../facade.ts";
import { defineProperty } from "../native-definitions.ts";
import type { Caller, EndowmentContext } from "../principal.ts";

const METHODS = ["respondWithFile", "respondWithFD"] as const;
const guarded = new WeakSet<object>();

/** @param prototype of the streams that serve, before it is hardened */
export function keepFilesFromStreams(
  prototype: Record<(typeof METHODS)[number], Function>,
  callerOf: EndowmentContext["callerOf"],
): void {
  if (guarded.has(prototype)) return;
  for (const name of METHODS) {
    const native = prototype[name];
    const method: Function = named(name, native.length, function (this: unknown, ...args: unknown[]): unknown {
      assertApplication(`http2.ServerHttp2Stream.${name}`, callerOf?.(method, name));
      return Reflect.apply(native, this, args);
    });
    defineProperty(prototype, name, { value: method, writable: true, enumerable: false, configurable: true });
  }
  guarded.add(prototype);
}

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
