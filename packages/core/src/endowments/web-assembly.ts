import { defineMember, named } from "./facade.ts";
import { hardenNodeObject } from "./harden-node.ts";
import type { EndowmentContext } from "./principal.ts";

/** Members of `WebAssembly` that compute and nothing else. */
const HANDED = [
  "Module",
  "Instance",
  "Memory",
  "Table",
  "Global",
  "Tag",
  "JSTag",
  "Exception",
  "CompileError",
  "LinkError",
  "RuntimeError",
  "compile",
  "instantiate",
  "validate",
] as const;

/**
 * A principal's own `WebAssembly`: the classes are the hardened real ones.
 *
 * HAZARD: V8's streaming functions call into Node's own loader with whatever
 * object they are given; these read the bytes first.
 */
export function makeWebAssembly(context: EndowmentContext): object {
  const real = context.powers.globals["WebAssembly"];
  const facade = {};
  Object.defineProperty(facade, Symbol.toStringTag, { value: "WebAssembly", configurable: true });
  for (const name of HANDED) {
    if (real[name] !== undefined) defineMember(facade, name, hardenNodeObject(real[name]), false);
  }
  const bytesOf = async (source: any): Promise<ArrayBuffer> => {
    const response = await source;
    if (typeof response?.arrayBuffer !== "function") {
      throw Object.assign(
        new TypeError('The "source" argument must be an instance of Response or an Promise resolving to Response.'),
        { code: "ERR_INVALID_ARG_TYPE" },
      );
    }
    return response.arrayBuffer();
  };
  defineMember(
    facade,
    "compileStreaming",
    named("compileStreaming", 1, async (source: unknown) => real.compile(await bytesOf(source))),
    false,
  );
  defineMember(
    facade,
    "instantiateStreaming",
    named("instantiateStreaming", 1, async (source: unknown, imports: unknown) =>
      real.instantiate(await bytesOf(source), imports),
    ),
    false,
  );
  return facade;
}
