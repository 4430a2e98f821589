import { facadeFromTable } from "../member-table.ts";
import { accessDenied } from "../access-denied.ts";
import { named } from "../facade.ts";
import { reach } from "../handed-builtin.ts";
import { hardenClassOfError, hardenErrorsOf } from "../harden-errors.ts";
import { hardenNodeObject } from "../harden-node.ts";
import type { BuiltinFactory, EndowmentContext, Powers } from "../principal.ts";
import { doneLater } from "./done-later.ts";
import { facadeClass } from "./facade-class.ts";
import { knowRequests } from "./native-arguments.ts";
import { hardenHandles } from "./native-handles.ts";
import { networkParts } from "./net-facade.ts";
import type { NetworkParts } from "./net-facade.ts";
import { makePermit } from "./network-permit.ts";
import { netArguments, settleTarget } from "./socket-arguments.ts";
import type { Options } from "./socket-arguments.ts";
import { streamToNowhere } from "./stream-to-nowhere.ts";
import { assertStackRoom, MUCH_ROOM } from "../../stack-room.ts";
import { forgetKeys } from "./tls-keys.ts";
import { TLS_MEMBERS } from "./tls-members.ts";
import { wrapGenuineHandles } from "./tls-wrapping.ts";

/** As `networkParts`, with the realm's `tls` guarded and hardened too. */
export function tlsParts(context: EndowmentContext): NetworkParts {
  const parts = networkParts(context);
  context.shared("guarded-tls", () => {
    assertStackRoom(MUCH_ROOM);
    const tls = context.powers.builtin("tls");
    // Without authorities to trust: reading those of the system or of Node takes longer than most programs' start.
    const secureContext = tls.createSecureContext({ ca: [] });
    const unused = new tls.TLSSocket(null, { secureContext });
    doneLater(Object.getPrototypeOf(unused._handle), "destroySSL", context.powers);
    parts.guard.guardTls(unused._handle);
    forgetKeys(tls);
    unused.destroy();
    hardenErrorsOf(context.powers, "tls");
    hardenTlsOverStreams(tls, secureContext, context.powers);
    hardenErrorsOfHandshakes(tls, secureContext);
    const { context: nativeContext } = secureContext;
    wrapGenuineHandles(tls.TLSSocket, nativeContext);
    refuseEngines(nativeContext);
    hardenHandles(Object.getPrototypeOf(nativeContext));
    for (const name of ["getPeerX509Certificate", "getX509Certificate"])
      hardenCertificatesOf(context, tls.TLSSocket.prototype, name);
    for (const name of ["TLSSocket", "Server", "SecureContext"]) hardenNodeObject(tls[name]);
    return true;
  });
  return parts;
}

/**
 * Hardens what stands between TLS and a stream that is no socket, which `socket._handle` leads to: a class
 * of Node's and its native handle.
 */
function hardenTlsOverStreams(tls: any, secureContext: object, powers: Powers): void {
  const overNowhere = () => new tls.TLSSocket(streamToNowhere(powers), { secureContext }).on("error", () => {});
  const asked = overNowhere();
  knowRequests(asked._handle._parent, powers.builtin("net").Socket);
  asked.destroy();
  const socket = overNowhere();
  const { _parent: handle, _parentWrap: wrap } = socket._handle;
  hardenHandles(Object.getPrototypeOf(handle));
  hardenNodeObject(Object.getPrototypeOf(wrap));
  socket.destroy();
}

/** Of a connection that ends before it is a secure one: nobody's, which the guard refuses, so that no handshake begins. */
function hardenErrorsOfHandshakes(tls: any, secureContext: object): void {
  const socket = tls.connect({ host: "moat.invalid", port: 1, secureContext }).on("error", () => {});
  socket.emit("end");
  hardenClassOfError(socket.errored);
}

/** Certificates are of a class of `crypto`, which waits with its keys until somebody can have one. */
function hardenCertificatesOf(context: EndowmentContext, sockets: any, name: string): void {
  const real: unknown = sockets[name];
  if (typeof real !== "function") return;
  sockets[name] = named(name, real.length, function (this: unknown): unknown {
    reach(context, "crypto", "X509Certificate");
    return Reflect.apply(real, this, []);
  });
}

/**
 * HAZARD: `privateKeyEngine` and `clientCertEngine`, which every TLS option
 * object may hold, make OpenSSL load a native library from a path.
 * The native context is shared by all, so they are refused to all.
 */
function refuseEngines(nativeContext: object): void {
  const prototype = Object.getPrototypeOf(nativeContext);
  for (const name of ["setEngineKey", "setClientCertEngine"]) {
    if (typeof prototype[name] !== "function") continue;
    prototype[name] = () => {
      throw accessDenied(`tls.${name}`, "native");
    };
  }
}

/** `(port, host, options, cb)` in all its shortened forms, as one plain copy. */
function tlsConnectArguments(args: readonly unknown[]): { options: Options; callback: unknown } {
  const { options, callback } = netArguments(args);
  const extra = [args[1], args[2]].find((value) => typeof value === "object" && value !== null);
  return { options: { ...options, ...(extra as Options | undefined) }, callback };
}

/** A socket made and connected under a principal's authority: `tls.connect`. */
export function connectTls(context: EndowmentContext, args: readonly unknown[]): any {
  const { authority, guard } = tlsParts(context);
  const tls = context.powers.builtin("tls");
  const { options, callback } = tlsConnectArguments(args);
  if (options["socket"]) return tls.connect(options, callback);
  // HAZARD: what Node runs of the caller's in there finds a permit for this endpoint alone.
  return guard.within(makePermit(authority, settleTarget(options), { lookups: [options["lookup"]] }), () =>
    tls.connect(options, callback),
  );
}

export const makeTlsFacade: BuiltinFactory = (context) => {
  const tls = context.powers.builtin("tls");
  const { authority, guard } = tlsParts(context);
  const TLSSocket = facadeClass(tls.TLSSocket, {
    made: (socket) => guard.tagSocket(socket, makePermit(authority)),
  });
  const Server = facadeClass(tls.Server, { made: (server) => guard.tagServer(server, authority) });
  const facade = facadeFromTable(context, "tls", TLS_MEMBERS, {
    TLSSocket,
    Server,
    createServer: function createServer(options?: unknown, listener?: unknown): unknown {
      return new Server(options, listener);
    },
    connect: function connect(...args: unknown[]): unknown {
      return connectTls(context, args);
    },
  });
  Object.defineProperty(facade, "rootCertificates", {
    get: () => tls.rootCertificates,
    enumerable: true,
    configurable: true,
  });
  return facade;
};
