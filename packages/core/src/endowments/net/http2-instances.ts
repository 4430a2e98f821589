import { hardenClassOfError } from "../harden-errors.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { hardenHandles, hideConstructors } from "./native-handles.ts";
import type { Powers } from "../principal.ts";
import { veilTimer } from "./veiled-timers.ts";

const { getPrototypeOf, getOwnPropertySymbols } = Object;

/**
 * Hardens the classes of sessions and streams, which no module exports, and the
 * native ones under them, by a session that leads nowhere.
 *
 * @returns what hardens the classes of a server's side, which come with the first
 *   connection: to be called with each new server
 */
export function hardenHttp2(http2: any, powers: Powers): (server: any) => void {
  const { Duplex } = powers.builtin("stream");
  // A request that waits for its connection holds one.
  hardenNodeObject(powers.builtin("async_hooks").AsyncResource);
  const nowhere = () => new Duplex({ read() {}, write() {} }).on("error", () => {});
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

  let served = false;
  return (server) => {
    if (served) return;
    server.prependOnceListener("session", (accepted: any) => {
      hardenNative(accepted);
      hardenNodeObject(getPrototypeOf(accepted));
      accepted.prependOnceListener("stream", (incoming: any) => {
        served = true;
        hardenNative(incoming);
        hardenNodeObject(getPrototypeOf(incoming));
      });
    });
  };
}

/** By a session that ends, as the native one refuses a stream for a reason that has no error of its own. */
function hardenErrors(nowhere: () => unknown, http2: any): void {
  const session = http2.connect("http://moat.invalid", { createConnection: nowhere });
  session.on("error", () => {});
  const key = getOwnPropertySymbols(session).find(({ description }) => description === "kHandle")!;
  Object.defineProperty(session[key], "request", { value: () => -1 });
  session.request({}).on("error", (canceled: Error) => hardenClassOfError(canceled.cause));
}

/** The native handle under a session or stream. */
function hardenNative(owner: any): void {
  for (const key of getOwnPropertySymbols(owner)) {
    const handle = key.description === "kHandle" ? owner[key] : undefined;
    if (typeof handle !== "object" || handle === null) continue;
    hideConstructors(getPrototypeOf(handle));
    hardenHandles(getPrototypeOf(handle));
  }
}
