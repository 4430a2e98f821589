import { makePermit, isWithinTarget } from "./network-permit.ts";
import type { ConnectGrant, SocketPermit } from "./network-permit.ts";
import { receiveServers } from "./received-servers.ts";
import { connectDenied, connectionEnded, listenDenied, nameNotFound } from "./network-errors.ts";
import { guardNativeHandles } from "./native-handles.ts";
import { hardenErrorsOfConnecting } from "../harden-errors.ts";
import { hardenStreamRequests } from "./native-requests.ts";
import { descriptorOf, isPlainlyAddress, readConnectArguments, readListenArguments } from "./socket-arguments.ts";
import { addOwnDefaults } from "./own-defaults.ts";
import { approvedLookup, trustedLookup } from "./approved-lookup.ts";
import { addressKey } from "./network-permit.ts";
import { disarmClass } from "../disarm-clones.ts";
import { veilTimer } from "./veiled-timers.ts";
import type { NetworkAuthority } from "./network-authority.ts";
import type { Powers } from "../principal.ts";

/**
 * The choke point under all of Node's networking: `connect` of the one
 * `net.Socket.prototype` and `listen` of the one `net.Server.prototype`, and
 * below them the native handles, work only for objects that a facade has
 * tagged with its principal's authority.
 *
 * So the sockets, servers and requests that trusted code hands to a package
 * are harmless to climb: `new req.socket.constructor()` is a socket that
 * connects nowhere.
 */
export interface NetworkGuard {
  /** Gives a socket its authority, once: a tagged socket is never tagged anew. */
  tagSocket(socket: object, permit: SocketPermit): void;
  tagServer(server: object, authority: NetworkAuthority): void;
  /**
   * Runs Node's own code that makes one socket and connects it at once. The
   * first untagged socket that connects before it returns gets the permit.
   * HAZARD: no code of a package may run in there but with its own permit.
   */
  within<T>(permit: ConnectGrant, body: () => T): T;
  /** The error for whoever is given a socket that was made for somebody else's request, and may not connect there. */
  denyShare(socket: object, authority: NetworkAuthority): Error | undefined;
  /** Whether `within` holds a permit that no socket has taken. */
  isPermitWaiting(): boolean;
  /** Runs Node's own code that opens a descriptor which trusted code gave it, if it gave one. */
  opening<T>(descriptor: number | undefined, body: () => T): T;
  /** Runs Node's own code that listens for a worker of the application's cluster, or makes a server of what the parent has sent. */
  listeningForWorkers<T>(body: () => T): T;
  /** Registers a `TLSWrap`, whose inner handle has no owner of its own. */
  guardTls(tlsHandle: object): void;
}

const guards = new WeakMap<object, NetworkGuard>();

/**
 * Installs the guard into the realm's `net`; again, it returns the same one.
 * @param hint what the error of a socket that nobody's facade made says besides
 */
export function installNetworkGuard(powers: Powers, hint?: string): NetworkGuard {
  const net = powers.builtin("net");
  const installed = guards.get(net.Socket);
  if (installed !== undefined) return installed;
  const guard = makeGuard(powers, net, hint);
  guards.set(net.Socket, guard);
  receiveServers(powers.process, guard.listeningForWorkers);
  return guard;
}

/**
 * HAZARD: from Node 24 on a socket can be sent, and whoever sends one says of which class it is to arrive:
 * a server, a `BoundSocket` that binds a port of itself, an heir that nobody has hardened yet; see
 * `disarm-clones.ts`. What arrives has no authority anyway.
 */
function keepSocketsInTheirThread(net: any): void {
  for (const Class of [net.Socket, net.Server, net.BoundSocket]) if (Class !== undefined) disarmClass(Class.prototype);
}

/** A `lookup` that asks nobody. */
function findNothing(hostname: string, _options: unknown, callback: (error: Error) => void): void {
  callback(nameNotFound(hostname));
}

function makeGuard(powers: Powers, net: any, hint: string | undefined): NetworkGuard {
  const sockets = new WeakMap<object, SocketPermit>();
  const servers = new WeakMap<object, NetworkAuthority>();
  const haveListened = new WeakSet<object>();
  const { connect: realConnect, destroy: realDestroy, emit: realEmit } = net.Socket.prototype;
  const { listen: realListen, close: realClose } = net.Server.prototype;
  const endConnection = (socket: any): unknown => Reflect.apply(realDestroy, socket, [connectionEnded()]);
  const endServer = (server: any): unknown => {
    const ended = Reflect.apply(realClose, server, []);
    // Else clients that keep their connections would go on being served.
    for (const name of ["http", "https"]) {
      const { Server } = powers.builtin(name);
      if (server instanceof Server) Reflect.apply(Server.prototype.closeAllConnections, server, []);
    }
    return ended;
  };
  const { nextTick } = powers.process;
  const later = (task: () => void) => Reflect.apply(nextTick, powers.process, [task]);
  const setImmediate: any = powers.globals["setImmediate"];
  const dnsLookup = (...args: unknown[]) => powers.builtin("dns").lookup(...args);
  keepSocketsInTheirThread(net);
  hardenStreamRequests(powers);
  const native = guardNativeHandles(net, powers.process, (socket) => sockets.get(socket));
  veilTimer(net.Socket.prototype, new net.Socket(), "timeout");
  let waiting: SocketPermit | undefined;
  let isListeningForWorkers = false;
  let hasLookedUp = false;

  /** Before a name is looked up: an address has no such errors, and to make them costs milliseconds. */
  function hardenErrorsOfNames(): void {
    if (hasLookedUp) return;
    hardenErrorsOfConnecting(powers, realConnect);
    hasLookedUp = true;
  }

  /**
   * Fails as a connection that the kernel refuses does: through the stream, once the ticks and promises of
   * whoever asked have run, in which requests come to listen for errors of their socket.
   */
  function refuseConnection(socket: any, error: Error): unknown {
    const wasDestroyed = socket.destroyed === true;
    if (!wasDestroyed) {
      // An unconnected handle, which `http2` and others look for; the name is never looked up.
      if (!socket._handle) Reflect.apply(realConnect, socket, [{ host: "moat.invalid", port: 1, lookup: () => {} }]);
      socket.connecting = true;
    }
    setImmediate(() => {
      if (wasDestroyed) Reflect.apply(realEmit, socket, ["error", error]);
      else Reflect.apply(realDestroy, socket, [error]);
    });
    return socket;
  }

  function withHint(error: Error): Error {
    if (hint !== undefined) error.message += ` (${hint})`;
    return error;
  }

  function permitOf(socket: object): SocketPermit | undefined {
    const known = sockets.get(socket);
    if (known !== undefined || waiting === undefined) return known;
    const permit = waiting;
    waiting = undefined;
    sockets.set(socket, permit);
    return permit;
  }

  net.Socket.prototype.connect = function connect(this: any, ...args: unknown[]): unknown {
    if (!(this instanceof net.Socket)) throw new TypeError("Illegal invocation");
    const permit = permitOf(this);
    if (permit?.authority.trusted === true && permit.target === undefined) {
      if (!hasLookedUp && !isPlainlyAddress(args, net.isIP)) hardenErrorsOfNames();
      return Reflect.apply(realConnect, this, args);
    }
    const { options, callback, target } = readConnectArguments(args);
    const go = () => Reflect.apply(realConnect, this, callback === undefined ? [options] : [options, callback]);
    // Malformed: Node's own error, before anything is connected. HAZARD: what it takes all the same (no port, and an
    // empty path) begins with the name.
    if (target === undefined) {
      options["lookup"] = findNothing;
      return go();
    }
    const shown = target.path ?? target.host;
    const port = target.path === undefined ? target.port : undefined;
    if (permit === undefined) return refuseConnection(this, withHint(connectDenied(shown, port)));
    if (!isWithinTarget(permit, target)) return refuseConnection(this, connectDenied(shown, port));
    const { authority, approved } = permit;
    approved.clear();
    if (target.path !== undefined) {
      const path = authority.unixTarget(target.path, "net.connect");
      if (path === undefined) return refuseConnection(this, connectDenied(shown, port));
      options["path"] = path;
      approved.add(addressKey(path, -1));
      authority.endWithGrant(this, { by: "connect", path }, endConnection);
      return go();
    }
    if (!authority.mayConnect(target.host, target.port, "net.connect")) {
      return refuseConnection(this, connectDenied(shown, port));
    }
    authority.endWithGrant(this, { by: "connect", host: target.host, port: target.port }, endConnection);
    if (net.isIP(target.host) !== 0) {
      approved.add(addressKey(target.host, target.port));
      return go();
    }
    hardenErrorsOfNames();
    addOwnDefaults(options, authority.defaults);
    options["lookup"] = authority.trusted
      ? trustedLookup(permit, target, options["lookup"], dnsLookup)
      : approvedLookup(permit, target, options["lookup"], dnsLookup, net.isIP);
    return go();
  };

  net.Server.prototype.listen = function listen(this: any, ...args: unknown[]): unknown {
    if (!(this instanceof net.Server)) throw new TypeError("Illegal invocation");
    const authority = servers.get(this);
    const refuse = (where: string, port: number | undefined) => {
      later(() => Reflect.apply(realEmit, this, ["error", listenDenied(where, port)]));
      return this;
    };
    if (authority?.trusted === true || (authority === undefined && isListeningForWorkers)) {
      const descriptor = descriptorOf(Array.isArray(args[0]) ? args[0][0] : args[0]);
      // HAZARD: a request leads to the server that it came to. Who makes one listens on what was opened for it before anybody has it.
      if (descriptor !== undefined && haveListened.has(this)) return refuse(`fd:${descriptor}`, undefined);
      haveListened.add(this);
      native.approveListening(this, true);
      return native.opening(descriptor, () =>
        native.bindingPipe(true, () => Reflect.apply(realListen, this, args) as unknown),
      );
    }
    const wanted = readListenArguments(args);
    if (authority === undefined && hint !== undefined) {
      const error = withHint(listenDenied(wanted.path ?? wanted.host ?? "::", wanted.port));
      later(() => Reflect.apply(realEmit, this, ["error", error]));
      return this;
    }
    if (authority === undefined) return refuse(wanted.path ?? wanted.host ?? "::", wanted.port);
    if (wanted.foreign !== undefined) return refuse(wanted.foreign, undefined);
    let approvedPath: string | undefined;
    if (wanted.path !== undefined) {
      const path = authority.unixListener(wanted.path, "net.Server.listen");
      if (path === undefined) return refuse(wanted.path, undefined);
      approvedPath = wanted.options["path"] = path;
      native.approveListening(this, path);
      authority.endWithGrant(this, { by: "listen", path }, endServer);
    } else if (wanted.port !== undefined) {
      if (!authority.mayListen(wanted.host, wanted.port, "net.Server.listen"))
        return refuse(wanted.host ?? "::", wanted.port);
      native.approveListening(this, { port: wanted.port, host: wanted.host });
      authority.endWithGrant(this, { by: "listen", host: wanted.host, port: wanted.port }, endServer);
    }
    const go = () =>
      Reflect.apply(
        realListen,
        this,
        wanted.callback === undefined ? [wanted.options] : [wanted.options, wanted.callback],
      ) as unknown;
    return approvedPath === undefined ? go() : native.bindingPipe(approvedPath, go);
  };

  return Object.freeze({
    tagSocket(socket: object, permit: SocketPermit) {
      if (!sockets.has(socket)) sockets.set(socket, permit);
    },
    tagServer(server: object, authority: NetworkAuthority) {
      if (!servers.has(server)) servers.set(server, authority);
    },
    within<T>(permit: ConnectGrant, body: () => T): T {
      const before = waiting;
      // Each use has its own approved addresses.
      waiting = makePermit(permit.authority, permit.target, permit);
      try {
        return body();
      } finally {
        waiting = before;
      }
    },
    denyShare(socket: object, authority: NetworkAuthority) {
      const { authority: maker, target } = sockets.get(socket) ?? {};
      if (target === undefined || maker === authority || authority.trusted) return undefined;
      const { host, port, path } = target;
      if (path === undefined)
        return authority.mayConnect(host, port, "http.request") ? undefined : connectDenied(host, port);
      return authority.unixTarget(path, "http.request") === undefined ? connectDenied(path, undefined) : undefined;
    },
    isPermitWaiting: () => waiting !== undefined,
    opening: native.opening,
    listeningForWorkers<T>(body: () => T): T {
      isListeningForWorkers = true;
      try {
        return native.bindingPipe(true, body);
      } finally {
        isListeningForWorkers = false;
      }
    },
    guardTls: native.guardTls,
  });
}
