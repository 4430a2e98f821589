import { DENIED } from "../denied-errno.ts";
import { facadeFromTable } from "../member-table.ts";
import type { MemberTable } from "../member-table.ts";
import { hardenErrorsOf } from "../harden-errors.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { isLinkLocal } from "../../policy/ip-address.ts";
import { parseHost } from "../../policy/endpoint.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { assertStackRoom, MUCH_ROOM } from "../../stack-room.ts";
import { facadeClass } from "./facade-class.ts";
import { ownSymbol } from "../own-symbol.ts";
import { hideConstructor } from "../shared-prototype.ts";
import { hardenHandles } from "./native-handles.ts";
import { hardenDatagramRequests } from "./native-requests.ts";
import { networkAuthority } from "./network-authority.ts";
import type { NetworkAuthority } from "./network-authority.ts";
import { nameNotFound } from "./network-errors.ts";
import { addressKey } from "./network-permit.ts";

/** What `dgram` has on Node 20, 22, 24 and 26. */
export const DGRAM_MEMBERS: MemberTable = {
  _createSocketHandle: ["refuse", "makes and binds a native handle"],
  createSocket: ["own", "sends and listens"],
  Socket: ["own", "sends and listens"],
};

/** What a UDP socket may do; each datagram is checked on its final address. */
interface DatagramPermit {
  readonly authority: NetworkAuthority;
  /** Addresses that names gave, to the names. */
  readonly names: Map<string, string>;
  readonly approved: Set<string>;
  /** Address and port of a connected socket. */
  connected?: readonly [address: unknown, port: unknown];
}

type Native = Record<PropertyKey, any>;
interface DatagramGuard {
  tag(socket: object, permit: DatagramPermit): void;
}

const REMEMBERED = 256;

/** `dgram`: sends to what is granted. A fixed port to receive on needs `net.listen`. */
export const makeDgramFacade: BuiltinFactory = (context) => {
  const dgram = context.powers.builtin("dgram");
  const authority = networkAuthority(context);
  const guard = context.shared("datagram-guard", () => {
    assertStackRoom(MUCH_ROOM);
    hardenErrorsOf(context.powers, "dns");
    const made = guardDatagrams(dgram);
    // HAZARD: one of Node's own class looks names up by itself, before a handle is asked.
    hideConstructor(dgram.Socket);
    hardenNodeObject(dgram.Socket);
    return made;
  });
  const permits = new WeakMap<object, DatagramPermit>();

  const Socket = facadeClass(dgram.Socket, {
    prepare: ([type, ...rest]) => {
      const permit: DatagramPermit = { authority, names: new Map(), approved: new Set() };
      const given: any = typeof type === "string" ? { type } : type;
      if (typeof given !== "object" || given === null) return [type, ...rest];
      const options = authority.trusted
        ? { ...given }
        : { ...given, lookup: datagramLookup(context, permit, given.lookup) };
      permits.set(options, permit);
      return [options, ...rest];
    },
    made(socket, [options]) {
      const permit = permits.get(options as object)!;
      guard.tag(socket, permit);
      // What was approved by a grant that is dropped is asked again.
      authority.endWithGrant(socket, undefined, () => permit.approved.clear());
    },
  });
  return facadeFromTable(context, "dgram", DGRAM_MEMBERS, {
    Socket,
    createSocket: function createSocket(type: unknown, listener?: unknown): unknown {
      return new Socket(type, listener);
    },
  });
};

/** Patches the one prototype of UDP handles. */
function guardDatagrams(dgram: any): DatagramGuard {
  const handles = new WeakMap<object, DatagramPermit>();
  const probe = dgram.createSocket("udp4");
  const stateSymbol = ownSymbol(probe, "state symbol");
  if (stateSymbol === undefined)
    throw new TypeError("This version of Node does not show the handle of a datagram socket");
  const prototype: Native = Object.getPrototypeOf(probe[stateSymbol].handle);
  hardenDatagramRequests(probe, probe[stateSymbol].handle);
  probe.close();

  const patch = (name: string, isAllowed: (permit: DatagramPermit, args: unknown[]) => boolean): void => {
    const real = prototype[name];
    if (typeof real !== "function") return;
    const guarded = function (this: Native, ...args: unknown[]): unknown {
      const permit = handles.get(this);
      if (permit === undefined) return DENIED;
      return permit.authority.trusted || isAllowed(permit, args) ? Reflect.apply(real, this, args) : DENIED;
    };
    Object.defineProperty(prototype, name, { value: guarded, writable: true, enumerable: false, configurable: true });
  };
  for (const version of ["", "6"]) {
    // A connected socket sends with four arguments: its address was checked when it connected.
    patch(`send${version}`, (permit, args) =>
      args.length < 5 ? isStillConnected(permit) : maySend(permit, args[4], args[3]),
    );
    patch(`connect${version}`, (permit, [address, port]) => {
      permit.connected = [address, port];
      return maySend(permit, address, port);
    });
    patch(`bind${version}`, (permit, args) => {
      // HAZARD: native code would ask them once more, and may be told something else.
      const address = (args[0] = String(args[0]));
      const port = (args[1] = Number(args[1]));
      // Node binds a sender to a free port by itself.
      return port === 0 || permit.authority.mayListen(address, port, "dgram.Socket.bind");
    });
  }
  patch("open", () => false);
  hardenHandles(prototype);
  return Object.freeze({
    tag: (socket: any, permit: DatagramPermit) => void handles.set(socket[stateSymbol].handle, permit),
  });
}

function isStillConnected(permit: DatagramPermit): boolean {
  return permit.connected === undefined || maySend(permit, ...permit.connected);
}

function maySend({ authority, names, approved }: DatagramPermit, address: unknown, port: unknown): boolean {
  if (typeof address !== "string" || typeof port !== "number") return false;
  const key = addressKey(address, port);
  if (approved.has(key)) return true;
  const host = parseHost(address);
  if (host?.kind !== "address") return false;
  const name = isLinkLocal(host.address) ? undefined : names.get(address);
  if (!authority.mayConnect(name ?? address, port, "dgram.Socket.send")) return false;
  if (approved.size >= REMEMBERED) approved.clear();
  approved.add(key);
  return true;
}

/** Looks up granted names only, and remembers which address came from which. */
function datagramLookup(context: EndowmentContext, permit: DatagramPermit, own: unknown): Function {
  const { authority, names } = permit;
  return (
    hostname: string,
    family: unknown,
    callback: (error: unknown, address?: unknown, family?: unknown) => void,
  ): void => {
    const node = context.powers.builtin("dns").lookup;
    const { isIP } = context.powers.builtin("net");
    if (isIP(hostname) !== 0) return node(hostname, family, callback);
    if (!authority.mayResolve(hostname, "dgram")) return callback(nameNotFound(hostname));
    const lookup = typeof own === "function" ? own : node;
    Reflect.apply(lookup, undefined, [
      hostname,
      family,
      (error: unknown, found: unknown, kind: unknown) => {
        if (error) return callback(error);
        if (typeof found !== "string" || isIP(found) === 0) return callback(nameNotFound(hostname));
        if (lookup === node) authority.noteResolution(hostname, found);
        // What a package's own function answers is an address like any other, unless Node gave it.
        if (!authority.isResolutionOf(hostname, found)) return callback(null, found, kind);
        if (names.size >= REMEMBERED) names.clear();
        names.set(found, hostname);
        callback(null, found, kind);
      },
    ]);
  };
}
