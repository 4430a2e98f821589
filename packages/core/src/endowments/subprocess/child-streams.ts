import { hardenNodeObject } from "../harden-node.ts";
import { DENIED } from "../denied-errno.ts";
import { defineMember, named, perContext } from "../facade.ts";
import type { EndowmentContext } from "../principal.ts";
import { refusesToChild } from "../process/signals.ts";
import { tamedPrototype } from "../tamed-prototype.ts";

/** What Node's streams need of a pipe's native handle; `constructor`, `connect`, `open`, `bind` are left out. */
const HANDLE_MEMBERS = [
  "readStart",
  "readStop",
  "shutdown",
  "writev",
  "writeBuffer",
  "writeAsciiString",
  "writeUtf8String",
  "writeUcs2String",
  "writeLatin1String",
  "fd",
  "bytesRead",
  "bytesWritten",
  "isStreamBase",
  "onread",
  "getAsyncId",
  "getProviderType",
  "close",
  "hasRef",
  "ref",
  "unref",
  "writeQueueSize",
  "setBlocking",
];

/** `net.Socket`'s members that a child's pipe uses; `connect` and what takes a handle are left out. */
const SOCKET_MEMBERS = [
  "_unrefTimer",
  "_final",
  "setTimeout",
  // Its timer, behind an accessor that shows a stand-in.
  "@@timeout",
  "_onTimeout",
  "timeout",
  "read",
  "pause",
  "resume",
  "end",
  "destroySoon",
  "_destroy",
  "_read",
  "_writeGeneric",
  "_writev",
  "_write",
  "ref",
  "unref",
  "bytesRead",
  "bytesWritten",
  "_bytesDispatched",
  "connecting",
  "_connecting",
  "pending",
  "readyState",
  "bufferSize",
  "resetAndDestroy",
  "_handle",
  "@@kUpdateTimer",
  "@@kAfterAsyncWrite",
  "@@kBytesRead",
  "@@kBytesWritten",
  "@@kSetNoDelay",
];

const HANDLE_WRAP_MEMBERS = ["getAsyncId", "getProviderType", "close", "hasRef", "ref", "unref", "fd"];

/**
 * Cuts a child's pipes off `net.Socket`, whose `connect` reaches the network, and
 * off their native class, whose instances open any descriptor or unix socket.
 * They go on being streams with everything that a pipe has.
 */
export function tameChildStream(context: EndowmentContext, stream: any): void {
  if (typeof stream !== "object" || stream === null) return;
  const { Socket } = context.powers.builtin("net");
  if (!(stream instanceof Socket)) return;
  const prototype = context.shared("child_process.pipe", () =>
    Object.freeze(
      tamedPrototype(
        Socket.prototype,
        SOCKET_MEMBERS,
        hardenNodeObject(context.powers.builtin("stream")).Duplex.prototype,
        true,
      ),
    ),
  );
  if (stream._handle) {
    pipes(context).set(stream, stream._handle);
    tameHandle(stream._handle, "child_process.pipe.handle", HANDLE_MEMBERS, context);
  }
  Object.setPrototypeOf(stream, prototype);
}

interface PipeHandle {
  readonly fd: number;
  reading: boolean;
  readStop(): void;
}

/** The principal's own pipes, with their native handles as Node made them. */
const pipes = perContext((_context: EndowmentContext) => new WeakMap<object, PipeHandle>());

/** The descriptor of a pipe to one of the principal's own children; undefined for anything else. */
export function descriptorOfPipe(context: EndowmentContext, stream: object): number | undefined {
  // HAZARD: `_handle` on the stream is the guest's to replace; this one is Node's.
  const fd = pipes(context).get(stream)?.fd;
  return typeof fd === "number" && fd >= 0 ? fd : undefined;
}

/** Stops reading a pipe that another child is going to read, as Node does for streams that it is given. */
export function leaveToChild(context: EndowmentContext, stream: object): void {
  const handle = pipes(context).get(stream);
  if (handle === undefined) return;
  handle.reading = false;
  handle.readStop();
  Reflect.apply(context.powers.builtin("stream").Duplex.prototype.pause, stream, []);
  const state = (stream as { _readableState?: { reading: boolean } })._readableState;
  if (state !== undefined) state.reading = false;
}

/** The same for the pipe of an IPC channel and for the handle of a process. */
function tameHandle(handle: object, key: string, members: readonly string[], context: EndowmentContext): void {
  const prototype = context.shared(key, () =>
    Object.freeze(tamedPrototype(Object.getPrototypeOf(handle), members, null)),
  );
  Object.setPrototypeOf(handle, prototype);
}

/** Keeps what ends and holds a process; its `spawn` and `constructor` go. */
export function tameProcessHandle(context: EndowmentContext, handle: object | null): void {
  if (handle !== null && handle !== undefined) Object.setPrototypeOf(handle, processHandlePrototype(context, handle));
}

/** For the children of one principal, by whichever one its policy is asked. */
const processHandlePrototypes = perContext((_context: EndowmentContext): { prototype?: object } => ({}));

function processHandlePrototype(context: EndowmentContext, handle: object): object {
  const kept = processHandlePrototypes(context);
  if (kept.prototype === undefined) {
    const original = Object.getPrototypeOf(handle);
    const { kill } = original;
    const prototype = tamedPrototype(original, HANDLE_WRAP_MEMBERS, null);
    defineMember(
      prototype,
      "kill",
      named("kill", 1, function (this: object, given: unknown) {
        // Read once, as Node's native code does.
        const signal = Number(given) | 0;
        return refusesToChild(context, signal, "child.kill") ? DENIED : Reflect.apply(kill, this, [signal]);
      }),
    );
    kept.prototype = Object.freeze(prototype);
  }
  return kept.prototype;
}

/** The native pipe of an IPC channel hangs on the child under a symbol of Node's. */
export function tameChannel(context: EndowmentContext, child: any): void {
  for (const symbol of Object.getOwnPropertySymbols(child)) {
    const value = child[symbol];
    if (typeof value === "object" && value !== null && typeof value.readStart === "function") {
      tameHandle(value, "child_process.channel", [...HANDLE_MEMBERS, "pendingHandle", "sockets"], context);
    }
  }
}
