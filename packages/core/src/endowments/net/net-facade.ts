import { facadeFromTable } from "../member-table.ts";
import { hardenErrorsOf } from "../harden-errors.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { hardenPrototypesOf } from "../harden-instances.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { facadeClass } from "./facade-class.ts";
import { NET_MEMBERS } from "./net-members.ts";
import { networkAuthority } from "./network-authority.ts";
import type { NetworkAuthority } from "./network-authority.ts";
import { installNetworkGuard } from "./network-guard.ts";
import type { NetworkGuard } from "./network-guard.ts";
import { makePermit } from "./network-permit.ts";
import { netDefaults } from "./own-defaults.ts";
import { descriptorOf, SOCKET_OPTIONS, netArguments, pickOptions, readConnectArguments } from "./socket-arguments.ts";
import type { Options } from "./socket-arguments.ts";

/** What the factories of this folder work with. */
export interface NetworkParts {
  readonly authority: NetworkAuthority;
  readonly guard: NetworkGuard;
}

/** The principal's authority, over the realm's guarded and hardened `net`. */
export function networkParts(context: EndowmentContext): NetworkParts {
  const guard = installNetworkGuard(context.powers);
  context.shared("hardened-net", () => {
    const net = context.powers.builtin("net");
    hardenErrorsOf(context.powers, "listening");
    for (const name of ["Socket", "Server", "BlockList", "SocketAddress"]) hardenNodeObject(net[name]);
    for (const name of ["BlockList", "SocketAddress"]) hardenPrototypesOf(new net[name]());
    return true;
  });
  return { authority: networkAuthority(context), guard };
}

/** A socket made and connected under a principal's authority: `net.connect`. */
export function connectSocket(context: EndowmentContext, args: readonly unknown[]): any {
  const { authority, guard } = networkParts(context);
  const net = context.powers.builtin("net");
  const { options: given, callback } = netArguments(args);
  if (authority.trusted) {
    const trusted = guard.opening(descriptorOf(given), () => new net.Socket(given));
    guard.tagSocket(trusted, makePermit(authority));
    if (given["timeout"]) trusted.setTimeout(given["timeout"]);
    return trusted.connect(given, callback);
  }
  const { options } = readConnectArguments([given]);
  const socket = new net.Socket(pickOptions(given, SOCKET_OPTIONS));
  guard.tagSocket(socket, makePermit(authority));
  if (options["timeout"]) socket.setTimeout(options["timeout"]);
  return socket.connect(options, callback);
}

export const makeNetFacade: BuiltinFactory = (context) => {
  const net = context.powers.builtin("net");
  const { authority, guard } = networkParts(context);

  const Socket = facadeClass(net.Socket, {
    prepare: ([options, ...rest]) => {
      if (authority.trusted) return [options, ...rest];
      if (typeof options !== "object" || options === null) return [];
      const given = options as Options;
      if (given["fd"] !== undefined || given["handle"]) {
        context.principal.denies({ capability: "net.connect", target: "fd", via: "net.Socket" });
      }
      return [pickOptions(given, SOCKET_OPTIONS)];
    },
    ...(authority.trusted && {
      making: ([options]: readonly unknown[], make: () => unknown) => guard.opening(descriptorOf(options), make),
    }),
    made: (socket) => guard.tagSocket(socket, makePermit(authority)),
  });
  const Server = facadeClass(net.Server, { made: (server) => guard.tagServer(server, authority) });
  const connect = (...args: unknown[]): unknown => connectSocket(context, args);

  return facadeFromTable(context, "net", NET_MEMBERS, {
    ...netDefaults(net, authority),
    Socket,
    Stream: Socket,
    Server,
    connect,
    createConnection: connect,
    createServer: function createServer(options?: unknown, listener?: unknown): unknown {
      return new Server(options, listener);
    },
  });
};
