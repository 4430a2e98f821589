import { ownSymbol } from "../own-symbol.ts";
import { agentOfView, viewOf } from "./agent-view.ts";
import type { Powers } from "../principal.ts";
import type { NetworkAuthority } from "./network-authority.ts";
import type { NetworkGuard } from "./network-guard.ts";
import { makePermit } from "./network-permit.ts";
import type { ConnectGrant, SocketTarget } from "./network-permit.ts";
import { settleTarget } from "./socket-arguments.ts";
import type { Options } from "./socket-arguments.ts";

/**
 * Lets Node's agents connect with the authority of the package whose request
 * it is, to the endpoint of that request alone. An agent by itself has no
 * authority, and a request shows none (`agent-view.ts`): neither is a way out.
 */
export interface AgentGuard {
  /** Puts a grant into the options of a request that is about to be made. */
  grant(options: Options, authority: NetworkAuthority, target: SocketTarget): void;
  /** Binds the grant to the request, for when the agent makes it wait, and takes the agent off it. */
  keepGrant(request: object, options: Options): void;
  /** What `agent` means where a request has shown it: the agent to those who may know it. */
  agentFor(shown: unknown, authority: NetworkAuthority): unknown;
  /** Whose agent it is, for packages that call `createConnection` themselves. */
  tagAgent(agent: object, authority: NetworkAuthority): void;
  /** For the prototypes of agents that have a `createConnection` of their own. */
  guardCreateConnection(prototype: object): void;
}

const GRANT = Symbol("moat.network");
const guards = new WeakMap<object, AgentGuard>();

export function installAgentGuard(powers: Powers, guard: NetworkGuard): AgentGuard {
  const { Agent } = powers.builtin("http");
  const installed = guards.get(Agent);
  if (installed !== undefined) return installed;
  const made = makeAgentGuard(powers, guard);
  guards.set(Agent, made);
  return made;
}

function makeAgentGuard(powers: Powers, guard: NetworkGuard): AgentGuard {
  const { Agent: HttpAgent, ClientRequest } = powers.builtin("http");
  // Options show their symbols to everybody: what lies there is an empty token.
  const tokens = new WeakMap<object, ConnectGrant>();
  const requests = new WeakMap<object, ConnectGrant>();
  const makers = new WeakMap<object, NetworkAuthority>();
  // HAZARD: who holds an agent, a response's reader for one, can set what it leads by; what counts is what trusted code made it with.
  const settings = new WeakMap<object, { readonly proxy: SocketTarget | undefined; readonly lookup: unknown }>();

  const { createSocket } = HttpAgent.prototype;
  HttpAgent.prototype.createSocket = function (this: any, request: any, options: any, ...rest: unknown[]): unknown {
    const go = () => Reflect.apply(createSocket, this, [request, options, ...rest]);
    const token = options?.[GRANT];
    const permit = requests.get(request) ?? (isObject(token) ? tokens.get(token) : undefined);
    if (permit === undefined) return go();
    requests.set(request, permit);
    const made = permit.authority.trusted ? settings.get(this) : undefined;
    return guard.within(
      made === undefined ? permit : { ...permit, proxy: made.proxy, lookups: [...(permit.lookups ?? []), made.lookup] },
      go,
    );
  };
  Object.defineProperty(HttpAgent.prototype.createSocket, "name", { value: "createSocket" });

  const { addRequest } = HttpAgent.prototype;
  HttpAgent.prototype.addRequest = function (this: any, request: object, options: any, ...rest: unknown[]): unknown {
    const permit = isObject(options?.[GRANT]) ? tokens.get(options[GRANT]) : undefined;
    if (permit !== undefined) requests.set(request, permit);
    return Reflect.apply(addRequest, this, [request, options, ...rest]);
  };
  Object.defineProperty(HttpAgent.prototype.addRequest, "name", { value: "addRequest" });

  // HAZARD: an agent gives a request a socket that was made for another one, which nobody connects again.
  const { onSocket } = ClientRequest.prototype;
  ClientRequest.prototype.onSocket = function (this: object, socket: unknown, error?: unknown): unknown {
    const permit = requests.get(this);
    const denial = permit !== undefined && isObject(socket) ? guard.denyShare(socket, permit.authority) : undefined;
    return Reflect.apply(onSocket, this, [socket, error ?? denial]);
  };
  Object.defineProperty(ClientRequest.prototype.onSocket, "name", { value: "onSocket" });

  guardCreateConnection(HttpAgent.prototype);

  function guardCreateConnection(prototype: any): void {
    const { createConnection } = prototype;
    prototype.createConnection = function (this: any, ...args: any[]): unknown {
      const maker = makers.get(this);
      // A socket of TLS keeps its options.
      if (isObject(args[0]) && "agent" in args[0]) args[0] = { __proto__: null, ...args[0], agent: undefined };
      const options = isObject(args[0]) ? (args[0] as Options) : undefined;
      if (guard.isPermitWaiting() || maker === undefined || maker.trusted || options === undefined) {
        return Reflect.apply(createConnection, this, args);
      }
      const copy: Options = { __proto__: null, ...options } as unknown as Options;
      const target = settleTarget(copy);
      return guard.within(makePermit(maker, target), () =>
        Reflect.apply(createConnection, this, [copy, ...args.slice(1)]),
      );
    };
    Object.defineProperty(prototype.createConnection, "name", { value: "createConnection" });
  }

  return Object.freeze({
    grant(options: Options, authority: NetworkAuthority, target: SocketTarget) {
      const token = Object.freeze({ __proto__: null });
      tokens.set(token, { authority, target, lookups: [options["lookup"]] });
      options[GRANT] = token;
    },
    keepGrant(request: object, options: Options) {
      const permit = tokens.get(options[GRANT] as object);
      if (permit !== undefined && !requests.has(request)) requests.set(request, permit);
      const made = request as { agent?: unknown };
      if (isObject(made.agent)) made.agent = viewOf(made.agent);
    },
    agentFor(shown: unknown, authority: NetworkAuthority): unknown {
      const agent = agentOfView(shown);
      if (agent === undefined) return shown;
      return authority.trusted || makers.get(agent) === authority ? agent : undefined;
    },
    tagAgent(agent: object, authority: NetworkAuthority) {
      if (makers.has(agent)) return;
      makers.set(agent, authority);
      if (authority.trusted)
        settings.set(agent, { proxy: proxyOf(agent), lookup: (agent as { options?: Options }).options?.["lookup"] });
    },
    guardCreateConnection,
  });
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Where Node's own agent leads its sockets, by the environment's variables. */
function proxyOf(agent: object): SocketTarget | undefined {
  const key = ownSymbol(agent, "kProxyConfig");
  const { proxyConnectionOptions } = (key !== undefined && (agent as Record<symbol, any>)[key]) || {};
  return isObject(proxyConnectionOptions) ? settleTarget({ ...proxyConnectionOptions }) : undefined;
}
