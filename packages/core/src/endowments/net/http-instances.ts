import { hardenClassOfError } from "../harden-errors.ts";
import { hardenPrototypesOf } from "../harden-instances.ts";
import type { Powers } from "../principal.ts";
import { doneLater } from "./done-later.ts";
import { guardParsers, letParsersFinish } from "./native-arguments.ts";
import { readOwnInput } from "./own-input.ts";
import { ownSymbol } from "../own-symbol.ts";
import { streamToNowhere } from "./stream-to-nowhere.ts";
import { keepsNoTimer, veilTimersOfServers } from "./veiled-timers.ts";
import { withoutDeprecations } from "../without-deprecations.ts";

/**
 * Hardens what only hangs on servers and their connections: the native parser,
 * which sees every request and response of the process, and the list of
 * connections. A server that never listens, and a connection that leads nowhere.
 */
export function hardenHttpInstances(powers: Powers): void {
  const http = powers.builtin("http");
  const { HTTPParser } = withoutDeprecations(powers.process as never, () => powers.builtin("_http_common"));
  keepNoParsers(powers);
  veilTimersOfServers();
  const server = new http.Server();
  server.emit("listening");
  if (!keepsNoTimer(server, "http.server.connectionsCheckingInterval"))
    throw new TypeError("This version of Node shows the timers of its servers");
  const connection = streamToNowhere(powers);
  server.emit("connection", connection);
  const parsers = Object.getPrototypeOf(connection.parser) as object;
  readOwnInput(parsers);
  guardParsers(parsers, connectionsOf(server));
  letParsersFinish(parsers, HTTPParser.kOnExecute);
  doneLater(parsers, "close", powers);
  for (const instance of [server, connection.parser]) hardenPrototypesOf(instance, 2);
  connection.destroy();
  server.close();
  hardenClientResource(http, streamToNowhere(powers));
  keepLineEnd(http);
}

/** The native list of a server's connections. */
function connectionsOf(server: any): { readonly expired: (...args: unknown[]) => unknown } {
  const symbol = ownSymbol(server, "http.server.connections");
  if (symbol === undefined) throw new TypeError("This version of Node does not show a server's connections");
  return server[symbol];
}

/**
 * The class of what a client's parser shows as its asynchronous resource: a setter on it would be given every request.
 * Node makes one in the next tick, and for this request before any other.
 */
function hardenClientResource(http: any, nowhere: object): void {
  // By the class, so that no tracing sees it.
  const request = new http.ClientRequest({ host: "moat.invalid", createConnection: () => nowhere });
  request.on("error", hardenClassOfError);
  request.once("socket", () => {
    hardenPrototypesOf(request.parser, 2);
    request.destroy();
  });
}

/**
 * HAZARD: Node keeps parsers for the next connection, whosever that is. Who held
 * one on to the end of his (`socket.parser`) would see and change what comes in
 * there; `setMaxIdleHTTPParsers` does not take 0.
 */
function keepNoParsers({ process, builtin }: Powers): void {
  const { parsers, HTTPParser } = withoutDeprecations(process, () => builtin("_http_common"));
  // Nor does a connection's lead to others: they read from any handle, and end the process where they are misused.
  delete HTTPParser.prototype.constructor;
  if (typeof parsers?.max !== "number")
    throw new TypeError("This version of Node does not show where it keeps its HTTP parsers");
  Object.defineProperty(parsers, "max", { get: () => 0, set() {}, configurable: false });
  parsers.list.length = 0;
}

/**
 * HAZARD: Node ends each chunk with one and the same Buffer, which whoever holds
 * a response or a connection of his own finds, and could write to: then
 * everybody's chunks end so. What leaves is a text.
 */
function keepLineEnd(http: any): void {
  const { prototype } = http.OutgoingMessage;
  const sample = new http.ServerResponse({ method: "GET", httpVersionMajor: 1, httpVersionMinor: 1 });
  sample.write("x");
  const lineEnd: unknown = sample.outputData
    ?.map(({ data }: { data: unknown }) => data)
    .find((data: any) => data?.length === 2 && typeof data === "object");
  if (lineEnd === undefined) return;
  const send = prototype._send;
  const guarded = {
    // Each parameter by its name: an array of the rest would be made for each chunk.
    _send(this: unknown, data: unknown, encoding: unknown, callback: unknown, byteLength: unknown): unknown {
      const isLineEnd = data === lineEnd;
      return Reflect.apply(send, this, [
        isLineEnd ? "\r\n" : data,
        isLineEnd ? "latin1" : encoding,
        callback,
        byteLength,
      ]);
    },
  }._send;
  prototype._send = guarded;
}
