import { Buffer } from "node:buffer";
import { hardenClassOfError } from "../harden-errors.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { isObject } from "../is-object.ts";
import { ownSymbol } from "../own-symbol.ts";
import { hardenHandles } from "./native-handles.ts";
import type { EndowmentContext } from "../principal.ts";
import { assertStackRoom } from "../../stack-room.ts";
import { keepFilesFromStreams } from "./http2-files.ts";
import { streamToNowhere } from "./stream-to-nowhere.ts";
import { veilTimer } from "./veiled-timers.ts";

const { getPrototypeOf } = Object;

/**
 * Hardens the classes of sessions and streams, which no module exports, and the
 * native ones under them, by sessions that lead nowhere: of both sides.
 *
 * HAZARD: at once, and not as the first ones come: a session shows its streams before anybody is told of
 * them, and who has a client's has the native class of all.
 * @throws {RangeError} for want of stack, before anything is changed
 */
export function hardenHttp2(http2: any, { powers, callerOf }: Pick<EndowmentContext, "powers" | "callerOf">): void {
  assertStackRoom();
  // A request that waits for its connection holds one.
  hardenNodeObject(powers.builtin("async_hooks").AsyncResource);
  const nowhere = () => streamToNowhere(powers);
  const session = http2.connect("http://moat.invalid", { createConnection: nowhere });
  session.on("error", () => {});
  hardenErrors(nowhere, http2);
  const stream = session.request({});
  stream.on("error", () => {});
  const [sessionClass, streamClass] = [session, stream].map((one) => getPrototypeOf(getPrototypeOf(one)));
  veilTimer(sessionClass, session, "timeout");
  veilTimer(streamClass, stream, "timeout");
  for (const one of [session, stream]) hardenNodeObject(getPrototypeOf(one));
  for (const name of ["Http2ServerRequest", "Http2ServerResponse"]) hardenNodeObject(http2[name]);
  hardenNative(session);
  // What a stream has its resource run.
  hardenNodeObject((powers.process as { readonly nextTick: unknown }).nextTick);
  session.destroy();
  hardenServing(http2, nowhere(), callerOf);
}

/** What a client begins with: the preface, no settings, and the headers of `GET http://x/`, which end its first stream. */
const REQUEST = Buffer.from(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x06\x01\x05\0\0\0\x01\x82\x84\x86\x01\x01x",
  "latin1",
);
const FIRST_STREAM = 1;

function hardenServing(http2: any, connection: any, callerOf: EndowmentContext["callerOf"]): void {
  const server = http2.createServer();
  let session: any;
  server.once("session", (accepted: any) => (session = accepted));
  server.emit("connection", connection);
  session.on("error", () => {});
  connection.emit("data", REQUEST);
  const stream = session[ownSymbol(session, "state")!]?.streams.get(FIRST_STREAM);
  if (stream === undefined) throw new TypeError("This version of Node does not show a session's streams of HTTP/2");
  stream.on("error", () => {});
  keepFilesFromStreams(getPrototypeOf(stream), callerOf, ownSymbol(stream, "kHandle")!);
  for (const one of [session, stream]) {
    hardenNative(one);
    hardenNodeObject(getPrototypeOf(one));
  }
  session.destroy();
}

/** By a session that ends, as the native one refuses a stream for a reason that has no error of its own. */
function hardenErrors(nowhere: () => unknown, http2: any): void {
  const session = http2.connect("http://moat.invalid", { createConnection: nowhere });
  session.on("error", () => {});
  Object.defineProperty(handleOf(session), "request", { value: () => -1 });
  hardenClassOfError(session.request({}).on("error", () => {}).errored.cause);
}

/** The native handle under a session or stream, where it has one already. */
function handleOf(owner: any): any {
  const key = ownSymbol(owner, "kHandle");
  return key && owner[key];
}

function hardenNative(owner: object): void {
  const handle: unknown = handleOf(owner);
  if (isObject(handle)) hardenHandles(getPrototypeOf(handle));
}
