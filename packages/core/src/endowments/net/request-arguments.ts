import { URL } from "node:url";
import { urlToHttpOptions } from "node:url";
import { portNumber } from "./socket-arguments.ts";
import type { Options } from "./socket-arguments.ts";
import type { SocketTarget } from "./network-permit.ts";

export interface ClientRequestArguments {
  /** A plain copy, made as Node makes it; each option of the caller is read once. */
  readonly options: Options;
  readonly callback: unknown;
}

/** The overloads of `http.request`: `(url, options, cb)`, `(url, cb)`, `(options, cb)`. */
export function clientRequestArguments(args: readonly unknown[]): ClientRequestArguments {
  let rest = [...args];
  let fromUrl: object = {};
  if (typeof rest[0] === "string") fromUrl = urlToHttpOptions(new URL(rest.shift() as string));
  else if (isURL(rest[0])) fromUrl = urlToHttpOptions(rest.shift() as URL);
  let given: object = {};
  if (typeof rest[0] !== "function") {
    given = (rest[0] ?? {}) as object;
    rest = rest.slice(1);
  }
  const options: Options = { ...fromUrl, ...given };
  return { options, callback: typeof rest[0] === "function" ? rest[0] : undefined };
}

/** Node's own test for a URL object, which those of other realms pass too. */
function isURL(value: any): boolean {
  return Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);
}

/** Where the request will go, computed from the copy as `ClientRequest` does. */
export function requestTarget(options: Options): SocketTarget {
  const { socketPath, agent } = options;
  if (socketPath) return { host: "", port: -1, path: String(socketPath) };
  const port = options["port"] || options["defaultPort"] || (agent as any)?.defaultPort || 80;
  const host = options["hostname"] || options["host"] || "localhost";
  return { host: typeof host === "string" ? host : "", port: portNumber(port) ?? -1, path: undefined };
}
