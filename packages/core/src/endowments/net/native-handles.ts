/**
 * The last check before the kernel: on libuv's own handles of TCP, pipes and TLS, by the numeric address. Longer than
 * most files because all that opens, binds or connects a handle is here, so that one look shows that nothing is missing.
 */
import { platform } from "node:os";
import { getSystemErrorName } from "node:util";
import { DENIED } from "../denied-errno.ts";
import { parseHost } from "../../policy/endpoint.ts";
import { isLoopback } from "../../policy/ip-address.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { dropMembersForDebugging } from "../members-for-debugging.ts";
import { checkedField, hasNativeField, NATIVE_FIELD } from "../native-field.ts";
import { ownSymbol } from "../own-symbol.ts";
import { bindingOf } from "../binding-of.ts";
import { addressKey } from "./network-permit.ts";
import type { SocketPermit } from "./network-permit.ts";
import { readOwnInput } from "./own-input.ts";
import { guardNativeArguments } from "./native-arguments.ts";
import { keepAddressesFrom } from "./user-buffers.ts";

/** On this port (0: whichever is free) and, where one was named, of this host; at this path; or wherever it is bound. */
export type ApprovedListener = { readonly port: number; readonly host: string | undefined } | string | true;

/** What the guard above tells the ground layer. */
export interface NativeHandles {
  /** The server may listen now. */
  approveListening(server: object, where: ApprovedListener): void;
  opening<T>(descriptor: number | undefined, body: () => T): T;
  /** Runs Node's own code that binds one pipe: to this path, or to what trusted code says. */
  bindingPipe<T>(path: string | true, body: () => T): T;
  guardTls(tlsHandle: object): void;
}

/** The process's streams, which Node opens as they are first looked at, by their numbers. */
const STANDARD_STREAMS = ["stdin", "stdout", "stderr"];

const MISSING_SOCKET = platform() === "win32" ? "\\\\.\\pipe\\moat.invalid" : "/moat.invalid/socket";

type Native = Record<PropertyKey, any>;

/**
 * The ground layer: libuv's TCP and pipe handles, whose prototypes are reached
 * through `socket._handle`. Each connection is checked on the final numeric
 * address, and no package can make a handle of its own from them.
 */
export function guardNativeHandles(
  net: any,
  process: object,
  permitOf: (socket: object) => SocketPermit | undefined,
): NativeHandles {
  const { tcp, pipe, ownerSymbol } = prototypesOfBindings(net, process) ?? prototypesOfSockets(net);
  const listeners = new WeakMap<object, ApprovedListener>();
  const bound = new WeakMap<object, { address: unknown; port: unknown }>();
  let mayOpen: unknown;
  let mayBind: string | true | undefined;
  let tlsOwner: object | undefined;

  const permitOfHandle = (handle: Native): SocketPermit | undefined => {
    const owner = tlsOwner ?? handle[ownerSymbol];
    return typeof owner === "object" && owner !== null ? permitOf(owner) : undefined;
  };
  const allows = (handle: Native, address: unknown, port: unknown): boolean => {
    const permit = permitOfHandle(handle);
    if (permit === undefined) return false;
    // HAZARD: who owns a handle is a symbol that a package can set, to a socket of the application's for one.
    if (permit.authority.trusted && permit.target === undefined) return true;
    return (
      typeof address === "string" && permit.approved.has(addressKey(address, typeof port === "number" ? port : -1))
    );
  };
  const patch = (prototype: Native, name: string, isAllowed: (handle: Native, args: unknown[]) => boolean): void => {
    const real = prototype[name];
    if (typeof real !== "function") return;
    const guarded = function (this: Native, ...args: unknown[]): unknown {
      return isAllowed(this, args) ? Reflect.apply(real, this, args) : DENIED;
    };
    Object.defineProperty(guarded, "name", { value: name });
    Object.defineProperty(prototype, name, { value: guarded, writable: true, enumerable: false, configurable: true });
  };

  patch(tcp, "connect", (handle, [, address, port]) => allows(handle, address, port));
  patch(tcp, "connect6", (handle, [, address, port]) => allows(handle, address, port));
  patch(pipe, "connect", (handle, [, path]) => allows(handle, path, -1));
  const { getsockname } = tcp;
  // HAZARD: the same of servers; where it was bound is only known from here, and each approval is for one handle.
  const mayListen = (handle: Native): boolean => {
    const owner = handle[ownerSymbol];
    const approved = typeof owner === "object" && owner !== null ? listeners.get(owner) : undefined;
    if (approved === undefined || !isAsApproved(handle, approved)) return false;
    listeners.delete(owner);
    return true;
  };
  const isAsApproved = (handle: Native, approved: ApprovedListener): boolean => {
    if (approved === true) return true;
    const { address, port } = bound.get(handle) ?? {};
    if (typeof approved === "string") return address === approved;
    if (approved.port === 0 && port !== 0) return false;
    const actual: { address?: string; port?: number } = {};
    const failure: number = Reflect.apply(getsockname, handle, [actual]);
    // Of a port that is in use libuv tells late: instead of listening, and before that instead of the name.
    if (failure !== 0) return getSystemErrorName(failure) === "EADDRINUSE";
    if (approved.host !== undefined && !canBeBoundFor(approved.host, actual.address!)) return false;
    return approved.port === 0 || actual.port === approved.port;
  };
  // HAZARD: Node's own code calls methods of what it makes, which may be a package's: one descriptor, once.
  const isToOpen = (fd: unknown): boolean => {
    if (mayOpen === undefined || fd !== mayOpen) return false;
    mayOpen = undefined;
    return true;
  };
  for (const name of ["bind", "bind6"]) {
    patch(tcp, name, (handle, [address, port]) => {
      bound.set(handle, { address, port });
      return true;
    });
  }
  // HAZARD: a pipe that is bound makes a file. A package has one where Node keeps it on a socket, unconnected.
  patch(pipe, "bind", (handle, [path]) => {
    if (mayBind === undefined || (mayBind !== true && path !== mayBind)) return false;
    mayBind = undefined;
    bound.set(handle, { address: path, port: undefined });
    return true;
  });
  for (const prototype of [tcp, pipe]) {
    patch(prototype, "listen", mayListen);
    patch(prototype, "open", (_handle, [fd]) => isToOpen(fd));
  }
  for (const prototype of [tcp, pipe]) {
    hardenHandles(prototype);
  }

  const opening: NativeHandles["opening"] = (descriptor, body) => {
    const before = mayOpen;
    mayOpen = descriptor;
    try {
      return body();
    } finally {
      mayOpen = before;
    }
  };
  openStandardStreams(process, opening);

  return {
    approveListening: (server, where) => void listeners.set(server, where),
    opening,
    bindingPipe(path, body) {
      const before = mayBind;
      mayBind = path;
      try {
        return body();
      } finally {
        mayBind = before;
      }
    },
    guardTls(tlsHandle) {
      const prototype: Native = Object.getPrototypeOf(tlsHandle);
      for (const name of ["connect", "connect6"]) {
        const real = prototype[name];
        if (typeof real !== "function") continue;
        prototype[name] = function (this: Native, ...args: unknown[]): unknown {
          const before = tlsOwner;
          const owner = this[ownerSymbol];
          tlsOwner = typeof owner === "object" && owner !== null ? owner : undefined;
          try {
            return Reflect.apply(real, this, args);
          } finally {
            tlsOwner = before;
          }
        };
      }
      hardenHandles(prototype);
    },
  };
}

/**
 * Whether a handle that is bound to an address is what a server asked for by a host.
 * HAZARD: a package can bind a handle, and put it into its server before Node has looked the name up.
 */
function canBeBoundFor(text: string, bound: string): boolean {
  const [host, address] = [parseHost(text), parseHost(bound)];
  if (host === undefined || address?.kind !== "address") return false;
  if (host.kind === "address") return host.address === address.address;
  if (host.name === "localhost") return isLoopback(address.address);
  return !ALL_INTERFACES.has(address.address);
}

const ALL_INTERFACES: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Members that Node itself assigns to handles: `cluster` their `close`, `dgram` the forms for IPv6. */
const ASSIGNED_BY_NODE: readonly string[] = ["close", "bind", "connect", "send"];

/**
 * Freezes the prototypes of native handles, which all packages' sockets share:
 * whoever could replace `writeUtf8String` would see everything that is sent.
 * Their constructors, which make handles without an owner, are hidden.
 */
export function hardenHandles(prototype: Native): void {
  hideConstructors(prototype);
  veilNativeField(prototype);
  for (
    let level: Native | null = prototype;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    dropMembersForDebugging(level);
    guardNativeArguments(level);
    keepAddressesFrom(level);
    readOwnInput(level);
    for (const key of Reflect.ownKeys(level)) {
      const descriptor = Object.getOwnPropertyDescriptor(level, key)!;
      if (descriptor.get !== undefined && descriptor.configurable === true)
        checkReceiver(prototype, level, key, descriptor);
      const { value, get, set } = descriptor;
      for (const part of [value, get, set]) if (typeof part === "function") hardenNodeObject(part);
    }
    hardenHandleLevel(level);
  }
}

/** Native accessors ask a native method first that does nothing, and whose receivers V8 checks. */
function checkReceiver(
  prototype: Native,
  level: Native,
  key: PropertyKey,
  { get, set, enumerable }: PropertyDescriptor,
): void {
  const { getAsyncId } = prototype;
  if (typeof getAsyncId !== "function") return;
  const checked = {
    get(this: unknown) {
      Reflect.apply(getAsyncId, this, []);
      return Reflect.apply(get!, this, []) as unknown;
    },
    set(this: unknown, value: unknown) {
      Reflect.apply(getAsyncId, this, []);
      Reflect.apply(set!, this, [value]);
    },
  };
  Object.defineProperty(level, key, {
    get: Object.freeze(checked.get),
    set: set && Object.freeze(checked.set),
    enumerable: enumerable === true,
    configurable: false,
  } as PropertyDescriptor);
}

/** The prototype that TCP's and pipes' handles share, with its native field out of everybody's reach, and what stands in its place. */
let veiled: { readonly holder: Native; readonly standIn: Native } | undefined;

/** Gives handles the checked form of a field that is a way into foreign memory, see `native-field.ts`. */
function veilNativeField(prototype: Native): void {
  const shared: Native | null = Object.getPrototypeOf(prototype);
  if (hasNativeField(shared)) {
    veiled ??= { holder: shared, standIn: withCheckedField(shared) };
    Object.setPrototypeOf(prototype, veiled.standIn);
  } else if (hasNativeField(prototype)) {
    if (veiled === undefined) throw new TypeError("moat has to guard sockets before other streams of Node");
    Object.defineProperty(prototype, NATIVE_FIELD, checkedField(prototype, veiled.holder));
  }
}

function withCheckedField(shared: Native): Native {
  const standIn = Object.create(Object.getPrototypeOf(shared)) as Native;
  for (const key of Reflect.ownKeys(shared)) {
    const descriptor =
      key === NATIVE_FIELD ? checkedField(shared, shared) : Object.getOwnPropertyDescriptor(shared, key)!;
    Object.defineProperty(standIn, key, descriptor);
  }
  return standIn;
}

function hardenHandleLevel(level: Native): void {
  for (const name of ASSIGNED_BY_NODE) {
    const descriptor = Object.getOwnPropertyDescriptor(level, name);
    if (descriptor?.configurable !== true || typeof descriptor.value !== "function") continue;
    const { value } = descriptor;
    const accessors = {
      get: () => value as unknown,
      set(this: object, next: unknown) {
        if (this === level) throw new TypeError(`Cannot assign to read only property '${name}' of object`);
        Object.defineProperty(this, name, { value: next, writable: true, enumerable: true, configurable: true });
      },
    };
    Object.defineProperty(level, name, {
      get: Object.freeze(accessors.get),
      set: Object.freeze(accessors.set),
      enumerable: descriptor.enumerable === true,
      configurable: false,
    });
  }
  for (const key of Reflect.ownKeys(level)) {
    const descriptor = Object.getOwnPropertyDescriptor(level, key)!;
    if ("value" in descriptor && descriptor.configurable === true)
      Object.defineProperty(level, key, { writable: false, configurable: false });
  }
  Object.seal(level);
}

export interface NativePrototypes {
  readonly tcp: Native;
  readonly pipe: Native;
  /** Under which a handle knows its socket. */
  readonly ownerSymbol: symbol;
}

function ownerSymbolOf(handle: object): symbol {
  const found = ownSymbol(handle, "owner_symbol");
  if (found === undefined) throw new TypeError("This version of Node does not say who owns a socket's handle");
  return found;
}

/**
 * Takes the prototypes from handles of their own, which costs a tenth of making sockets.
 * Undefined where Node refuses its deprecated `process.binding`: under `--permission`, and some day.
 *
 * @see https://nodejs.org/api/deprecations.html#dep0111-processbinding
 */
export function prototypesOfBindings(net: any, process: any): NativePrototypes | undefined {
  let tcp: Native;
  let pipe: Native;
  try {
    tcp = new (bindingOf(process, "tcp_wrap").TCP)(0);
    pipe = new (bindingOf(process, "pipe_wrap").Pipe)(0);
  } catch {
    return undefined;
  }
  const owner = new net.Socket({ handle: tcp, manualStart: true });
  const ownerSymbol = ownerSymbolOf(tcp);
  // Without the socket: closing itself, it would have Node make `process.stderr`.
  owner._handle = null;
  for (const handle of [tcp, pipe]) handle["close"]();
  return { tcp: Object.getPrototypeOf(tcp), pipe: Object.getPrototypeOf(pipe), ownerSymbol };
}

/** Takes them from two sockets that never leave: one is gone before it connects, one has no file. */
export function prototypesOfSockets(net: any): NativePrototypes {
  const waiting = new net.Socket();
  waiting.on("error", () => {});
  // A number, so that no name is looked at: Node connects in the next tick, if the socket is still there then.
  waiting.connect({ host: "127.0.0.1", port: 1 });
  const tcpHandle = waiting._handle;
  const ownerSymbol = ownerSymbolOf(tcpHandle);
  waiting.destroy();
  const lost = new net.Socket();
  lost.on("error", () => {});
  lost.connect({ path: MISSING_SOCKET });
  const pipeHandle = lost._handle;
  lost.destroy();
  return { tcp: Object.getPrototypeOf(tcpHandle), pipe: Object.getPrototypeOf(pipeHandle), ownerSymbol };
}

/** `handle.constructor` makes unowned handles, and its like up the chain. */
function hideConstructors(prototype: Native): void {
  for (
    let level: Native | null = prototype;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(level, "constructor");
    if (descriptor === undefined || descriptor.configurable !== true) continue;
    const name: string = descriptor.value?.name ?? "";
    const stand = {
      [name]: function (): never {
        throw new TypeError("Illegal constructor");
      },
    }[name];
    Object.defineProperty(level, "constructor", {
      value: stand,
      writable: false,
      enumerable: false,
      configurable: false,
    });
  }
}

/** HAZARD: who has any socket has a handle that opens the program's input, if anybody may open that number. */
function openStandardStreams(process: object, opening: NativeHandles["opening"]): void {
  STANDARD_STREAMS.forEach((name, descriptor) => {
    const { get, enumerable } = Object.getOwnPropertyDescriptor(process, name) ?? {};
    if (get === undefined) return;
    const open = () => opening(descriptor, () => Reflect.apply(get, process, []) as unknown);
    Object.defineProperty(process, name, { get: open, enumerable: enumerable === true, configurable: true });
  });
}
