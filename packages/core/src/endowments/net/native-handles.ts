import { constants, platform } from "node:os";
import { addressKey } from "./network-permit.ts";
import type { SocketPermit } from "./network-permit.ts";

/** What the guard above tells the ground layer. */
export interface NativeHandles {
  /** The server may listen now: on this port, or (`true`) wherever it is bound. */
  approveListening(server: object, port: number | true): void;
  opening<T>(body: () => T): T;
  guardTls(tlsHandle: object): void;
}

// libuv's error numbers are negated errnos, but on Windows its own.
const denied = platform() === "win32" ? -4092 : -constants.errno.EACCES;
const MISSING_SOCKET = platform() === "win32" ? "\\\\.\\pipe\\moat.invalid" : "/moat.invalid/socket";

type Native = Record<PropertyKey, any>;

/**
 * The ground layer: libuv's TCP and pipe handles, whose prototypes are reached
 * through `socket._handle`. Each connection is checked on the final numeric
 * address, and no package can make a handle of its own from them.
 */
export function guardNativeHandles(net: any, permitOf: (socket: object) => SocketPermit | undefined): NativeHandles {
  const { tcp, pipe, ownerSymbol } = nativePrototypes(net);
  const listeners = new WeakMap<object, number | true>();
  let mayOpen = false;
  let tlsOwner: object | undefined;

  const permitOfHandle = (handle: Native): SocketPermit | undefined => {
    const owner = tlsOwner ?? handle[ownerSymbol];
    return typeof owner === "object" && owner !== null ? permitOf(owner) : undefined;
  };
  const allows = (handle: Native, address: unknown, port: unknown): boolean => {
    const permit = permitOfHandle(handle);
    if (permit === undefined) return false;
    if (permit.authority.trusted) return true;
    return (
      typeof address === "string" && permit.approved.has(addressKey(address, typeof port === "number" ? port : -1))
    );
  };
  const patch = (prototype: Native, name: string, isAllowed: (handle: Native, args: unknown[]) => boolean): void => {
    const real = prototype[name];
    if (typeof real !== "function") return;
    const guarded = function (this: Native, ...args: unknown[]): unknown {
      return isAllowed(this, args) ? Reflect.apply(real, this, args) : denied;
    };
    Object.defineProperty(guarded, "name", { value: name });
    Object.defineProperty(prototype, name, { value: guarded, writable: true, enumerable: false, configurable: true });
  };

  patch(tcp, "connect", (handle, [, address, port]) => allows(handle, address, port));
  patch(tcp, "connect6", (handle, [, address, port]) => allows(handle, address, port));
  patch(pipe, "connect", (handle, [, path]) => allows(handle, path, -1));
  const { getsockname } = tcp;
  const mayListen = (handle: Native): boolean => {
    const owner = handle[ownerSymbol];
    const approved = typeof owner === "object" && owner !== null ? listeners.get(owner) : undefined;
    if (typeof approved !== "number") return approved === true;
    const bound: { port?: number } = {};
    Reflect.apply(getsockname, handle, [bound]);
    return bound.port === approved;
  };
  for (const prototype of [tcp, pipe]) {
    patch(prototype, "listen", mayListen);
    // Node opens 0 to 2 itself, when it makes `process.stdin` and its like.
    patch(prototype, "open", (_handle, [fd]) => mayOpen || fd === 0 || fd === 1 || fd === 2);
  }
  hideConstructors(tcp);
  hideConstructors(pipe);

  return {
    approveListening: (server, port) => void listeners.set(server, port),
    opening(body) {
      const before = mayOpen;
      mayOpen = true;
      try {
        return body();
      } finally {
        mayOpen = before;
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
      hideConstructors(prototype);
    },
  };
}

/** Takes the prototypes from two sockets that never leave: one waits for a name, one has no file. */
function nativePrototypes(net: any): { tcp: Native; pipe: Native; ownerSymbol: symbol } {
  const waiting = new net.Socket();
  waiting.on("error", () => {});
  waiting.connect({ host: "moat.invalid", port: 1, lookup: () => {} });
  const tcpHandle = waiting._handle;
  const ownerSymbol = Object.getOwnPropertySymbols(tcpHandle).find((key) => key.description === "owner_symbol");
  waiting.destroy();
  const lost = new net.Socket();
  lost.on("error", () => {});
  lost.connect({ path: MISSING_SOCKET });
  const pipeHandle = lost._handle;
  lost.destroy();
  if (ownerSymbol === undefined) throw new TypeError("This version of Node does not say who owns a socket's handle");
  return { tcp: Object.getPrototypeOf(tcpHandle), pipe: Object.getPrototypeOf(pipeHandle), ownerSymbol };
}

/** `handle.constructor` makes unowned handles, and its like up the chain. */
export function hideConstructors(prototype: Native): void {
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
