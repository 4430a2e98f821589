import { TextDecoder } from "node:util";
import { URL } from "node:url";
import { fileURLToPath } from "node:url";

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const tagOf = Object.getOwnPropertyDescriptor(TypedArrayPrototype, Symbol.toStringTag)!.get!;
const lengthOf = Object.getOwnPropertyDescriptor(TypedArrayPrototype, "length")!.get!;
const { set: setBytes } = TypedArrayPrototype;
const { apply } = Reflect;
const RealURL = URL;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** An error of Node's own argument validation: `name [code]: message`. */
export function nodeError<E extends Error>(error: E, code: string): E & { code: string } {
  Object.defineProperty(error, "code", { value: code, enumerable: true, writable: true, configurable: true });
  return error as E & { code: string };
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  return typeof value === "object" || typeof value === "function" || typeof value === "symbol"
    ? `an instance of ${typeof value}`
    : `type ${typeof value} (${value})`;
}

/** The error for a value that is not a path. */
function invalidPath(name: string, value: unknown): Error {
  return nodeError(
    new TypeError(
      `The "${name}" argument must be of type string or an instance of Buffer or URL. Received ${describe(value)}`,
    ),
    "ERR_INVALID_ARG_TYPE",
  );
}

function invalidPathValue(name: string, why: string): Error {
  return nodeError(
    new TypeError(`The argument '${name}' must be a string, Uint8Array, or URL ${why}.`),
    "ERR_INVALID_ARG_VALUE",
  );
}

/** Whether a value is a real Uint8Array, asked of its internal slot and not of its prototype. */
function isBytes(value: unknown): value is Uint8Array {
  return typeof value === "object" && value !== null && apply(tagOf, value, []) === "Uint8Array";
}

/**
 * The one place where a guest's path becomes a primitive string: everything
 * after it checks and uses that very string.
 * @throws as Node does, for other types, NUL bytes and URLs that are no files;
 * and for bytes that are not UTF-8, which no string can stand for.
 */
export function pathArgument(value: unknown, name = "path"): string {
  if (typeof value === "string") {
    if (value.includes("\u0000")) throw invalidPathValue(name, "without null bytes");
    return value;
  }
  if (typeof value !== "object" || value === null) throw invalidPath(name, value);
  let text: string;
  if (isBytes(value)) {
    const copy = new Uint8Array(apply(lengthOf, value, []) as number);
    apply(setBytes, copy, [value]);
    try {
      text = utf8.decode(copy);
    } catch {
      throw invalidPathValue(name, "of valid UTF-8");
    }
  } else {
    const { href } = value as { href?: unknown };
    if (typeof href !== "string") throw invalidPath(name, value);
    text = fileURLToPath(new RealURL(href));
  }
  if (text.includes("\u0000")) throw invalidPathValue(name, "without null bytes");
  return text;
}
