import { types } from "node:util";
import type { SocketTarget } from "./network-permit.ts";

/**
 * Reads what `net` takes, in all its overloads, once: every option is copied
 * by name into a plain object, which is then both checked and used.
 * HAZARD: a getter or proxy that answers twice tells the check one port and Node another.
 */

/** Options that `net.Socket.prototype.connect` reads on any supported Node. */
const CONNECT_OPTIONS = [
  "port",
  "host",
  "path",
  "localAddress",
  "localPort",
  "family",
  "hints",
  "lookup",
  "noDelay",
  "keepAlive",
  "keepAliveInitialDelay",
  "autoSelectFamily",
  "autoSelectFamilyAttemptTimeout",
  "blockList",
  "timeout",
  "typeOfService",
] as const;

/** Options that the constructor of `net.Socket` reads, without `fd` and `handle`. */
export const SOCKET_OPTIONS = [
  "allowHalfOpen",
  "readable",
  "writable",
  "signal",
  "onread",
  "noDelay",
  "keepAlive",
  "keepAliveInitialDelay",
  "highWaterMark",
  "readableHighWaterMark",
  "writableHighWaterMark",
  "objectMode",
  "readableObjectMode",
  "writableObjectMode",
  "decodeStrings",
  "encoding",
  "defaultEncoding",
  "emitClose",
  "autoDestroy",
  "manualStart",
  "pauseOnCreate",
  "blockList",
  "typeOfService",
] as const;

const LISTEN_OPTIONS = [
  "port",
  "host",
  "path",
  "backlog",
  "exclusive",
  "ipv6Only",
  "reusePort",
  "readableAll",
  "writableAll",
  "signal",
] as const;

export type Options = Record<PropertyKey, unknown>;

const isObject = (value: unknown): value is Options => typeof value === "object" && value !== null;

/** Node's own test: a string that is no number is the path of a pipe. */
const isPipeName = (value: unknown): value is string => typeof value === "string" && !(Number(value) >= 0);

/** The members of `keys` that an object has, inherited ones too, each read once. */
export function pickOptions(from: Options, keys: readonly string[]): Options {
  const copy: Options = { __proto__: null } as unknown as Options;
  for (const key of keys) {
    const value = from[key];
    if (value !== undefined || key in from) copy[key] = value;
  }
  return copy;
}

export interface NetArguments {
  readonly options: Options;
  readonly callback: Function | undefined;
}

/** `(options, cb)`, `(path, cb)`, `(port, host, cb)`, or what `net` has normalised before. */
export function netArguments(args: readonly unknown[]): NetArguments {
  const first = args[0];
  if (Array.isArray(first)) {
    const options = first[0];
    const callback = first[1];
    return {
      options: isObject(options) ? options : {},
      callback: typeof callback === "function" ? callback : undefined,
    };
  }
  const last = args.at(-1);
  const callback = args.length > 0 && typeof last === "function" ? last : undefined;
  if (args.length === 0) return { options: {}, callback };
  if (isObject(first)) return { options: first, callback };
  if (isPipeName(first)) return { options: { path: first }, callback };
  const options: Options = { port: first };
  if (args.length > 1 && typeof args[1] === "string") options["host"] = args[1];
  return { options, callback };
}

/** The port that Node makes of a number or numeric string; undefined where it throws instead. */
export function portNumber(value: unknown): number | undefined {
  if (typeof value !== "number" && !(typeof value === "string" && value.trim() !== "")) return undefined;
  const port = Number(value);
  return port === port >>> 0 && port <= 0xffff ? port : undefined;
}

export interface ConnectArguments extends NetArguments {
  /** Where to; undefined where Node itself will refuse the arguments. */
  readonly target: SocketTarget | undefined;
}

export function readConnectArguments(args: readonly unknown[]): ConnectArguments {
  const { options: given, callback } = netArguments(args);
  const options = pickOptions(given, CONNECT_OPTIONS);
  return { options, callback, target: settleTarget(options) };
}

/**
 * Whether arguments of `connect` lead to an address, or a path, and to no name that is looked up: of an ordinary object
 * without accessors, so that whoever reads them again is told the same.
 */
export function isPlainlyAddress(args: readonly unknown[], isIP: (host: string) => number): boolean {
  // What `net` has normalised it marks by a symbol; another array is options without a host.
  if (Array.isArray(args[0]) && Object.getOwnPropertySymbols(args[0]).length === 0) return false;
  const { options } = netArguments(args);
  if (types.isProxy(options) || ![Object.prototype, null].includes(Object.getPrototypeOf(options))) return false;
  const members = Object.getOwnPropertyDescriptors(options);
  if (Object.values(members).some((member) => !("value" in member))) return false;
  const { host, path } = members;
  if (path?.value) return typeof path.value === "string";
  return typeof host?.value === "string" && isIP(host.value) !== 0;
}

/** Makes `host`, `port` and `path` of a copy primitive, in place, and says where they lead. */
export function settleTarget(options: Options): SocketTarget | undefined {
  const { path, port } = options;
  if (path) {
    // Not a string: Node's own check throws on it.
    return typeof path === "string" ? { host: "", port: -1, path } : undefined;
  }
  const number = portNumber(port);
  if (number === undefined) {
    // HAZARD: an illegal port makes Node throw, but only where it is still illegal when Node looks.
    if (typeof port === "object" || typeof port === "function") options["port"] = {};
    return undefined;
  }
  options["port"] = number;
  const host = options["host"] ? String(options["host"]) : "localhost";
  if (options["host"]) options["host"] = host;
  return { host, port: number, path: undefined };
}

/** The descriptor that options name, as Node reads it. */
export function descriptorOf(options: unknown): number | undefined {
  const fd = isObject(options) ? options["fd"] : undefined;
  return typeof fd === "number" ? fd : undefined;
}

export interface ListenArguments extends NetArguments {
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly path: string | undefined;
  /** A handle or descriptor of somebody else's, in words. */
  readonly foreign: string | undefined;
}

export function readListenArguments(args: readonly unknown[]): ListenArguments {
  const { options: given, callback } = netArguments(Array.isArray(args[0]) ? [args[0][0], args[0][1]] : args);
  const foreign =
    given["_handle"] || given["handle"] ? "handle" : typeof given["fd"] === "number" ? `fd:${given["fd"]}` : undefined;
  const options = pickOptions(given, LISTEN_OPTIONS);
  const anyPort =
    args.length === 0 ||
    typeof args[0] === "function" ||
    options["port"] === null ||
    ("port" in options && options["port"] === undefined);
  if (anyPort) options["port"] = 0;
  const backlog = options["backlog"] || Number(args[1]) || Number(args[2]);
  if (backlog) options["backlog"] = backlog;
  const none = { options, callback, foreign, port: undefined, host: undefined, path: undefined };
  if (foreign !== undefined) return none;
  const { port } = options;
  if (typeof port === "number" || typeof port === "string") {
    const number = portNumber(port);
    if (number === undefined) return none;
    options["port"] = number;
    const host = options["host"] ? String(options["host"]) : undefined;
    options["host"] = host;
    return { ...none, port: number, host };
  }
  const { path } = options;
  return typeof path === "string" && isPipeName(path) ? { ...none, path } : none;
}
