/**
 * Requests: what Node makes for each thing that it asks of a native handle, with the handle and who is to be
 * told as properties that it assigns.
 *
 * HAZARD: handles call no method of a request's, yet a package meets one: it replaces `writeUtf8String` on its own
 * socket's handle, and is called with it. A setter on its prototype would then be given everybody's handles.
 */
import type { Powers } from "../principal.ts";
import { ownSymbol } from "../own-symbol.ts";
import { bindingOf } from "../binding-of.ts";
import { hardenHandles } from "./native-handles.ts";
import { streamToNowhere } from "./stream-to-nowhere.ts";

/** Those of streams: to connect, to write, to end. */
export function hardenStreamRequests(powers: Powers): void {
  const prototypes = requestsOfBindings(powers.process);
  if (prototypes === undefined) askForRequests(powers, hardenHandles);
  else prototypes.forEach(hardenHandles);
}

/** Undefined where Node refuses its deprecated `process.binding`: under `--permission`, and some day. */
export function requestsOfBindings(process: any): readonly object[] | undefined {
  try {
    const { ShutdownWrap, WriteWrap } = bindingOf(process, "stream_wrap");
    const classes = [
      WriteWrap,
      ShutdownWrap,
      bindingOf(process, "pipe_wrap").PipeConnectWrap,
      bindingOf(process, "tcp_wrap").TCPConnectWrap,
    ];
    return classes.map(({ prototype }) => prototype);
  } catch {
    return undefined;
  }
}

const DONE = 0;

/** Tells of the same prototypes, by sockets over handles that do nothing but look at what they are asked. */
export function askForRequests({ builtin }: Pick<Powers, "builtin">, found: (prototype: object) => void): void {
  const { Socket } = builtin("net");
  const written = new Socket({
    handle: handleFor("writeUtf8String", (request) => {
      // From Node 26 on the handle makes these, and only for what can't be written at once.
      found(Object.getPrototypeOf(request ?? firstWriteOfTls(builtin)));
    }),
  });
  written.write("x");
  const ended = new Socket({ handle: handleFor("shutdown", (request) => found(Object.getPrototypeOf(request))) });
  ended.end();
  const toPath = new Socket({ handle: handleFor("connect", (request) => found(Object.getPrototypeOf(request))) });
  toPath.connect({ path: "moat" });
  // A number, so that no name is looked at. Node connects in the next tick: this socket before any other.
  const toPort = new Socket({
    handle: handleFor("connect", (request) => {
      found(Object.getPrototypeOf(request));
      toPort.destroy();
    }),
  });
  toPort.connect({ host: "127.0.0.1", port: 1 });
  for (const socket of [written, ended, toPath, toPort]) socket.on("error", () => {});
  for (const socket of [written, ended, toPath]) socket.destroy();
}

function handleFor(method: string, asked: (request: object | null) => void): object {
  return {
    [method](request: object | null) {
      asked(request);
      return DONE;
    },
    close() {},
    readStart: () => DONE,
  };
}

/** What TLS asks of a stream that is no socket, as it begins. */
function firstWriteOfTls(builtin: Powers["builtin"]): object {
  const socket = new (builtin("tls").TLSSocket)(streamToNowhere({ builtin }));
  socket.on("error", () => {});
  socket._start();
  const wrap = socket._handle._parentWrap;
  socket.destroy();
  return wrap[ownSymbol(wrap, "kCurrentWriteRequest")!];
}

/** Of datagrams: to send. @param socket a socket of its own, which leads nowhere afterwards */
export function hardenDatagramRequests(socket: any, handle: any): void {
  for (const name of ["bind", "recvStart"]) handle[name] = () => DONE;
  handle.lookup = (_address: string, found: (error: null, address: string) => void) => found(null, "127.0.0.1");
  handle.send = (request: unknown) => {
    hardenHandles(Object.getPrototypeOf(request));
    return DONE;
  };
  socket.send("x", 1, "127.0.0.1");
}
