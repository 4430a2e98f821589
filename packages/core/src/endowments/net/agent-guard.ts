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
 * authority, so that one found on a response (`res.req.agent`) is no way out.
 */
export interface AgentGuard {
  /** Puts a grant into the options of a request that is about to be made. */
  grant(options: Options, authority: NetworkAuthority, target: SocketTarget): void;
  /** Binds the grant to the request, for when the agent makes it wait. */
  keepGrant(request: object, options: Options): void;
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
  const { Agent: HttpAgent } = powers.builtin("http");
  // Options show their symbols to everybody: what lies there is an empty token.
  const tokens = new WeakMap<object, ConnectGrant>();
  const requests = new WeakMap<object, ConnectGrant>();
  const makers = new WeakMap<object, NetworkAuthority>();

  const { createSocket } = HttpAgent.prototype;
  HttpAgent.prototype.createSocket = function (this: any, request: any, options: any, ...rest: unknown[]): unknown {
    const go = () => Reflect.apply(createSocket, this, [request, options, ...rest]);
    const token = options?.[GRANT];
    const permit = requests.get(request) ?? (isObject(token) ? tokens.get(token) : undefined);
    if (permit === undefined) return go();
    requests.set(request, permit);
    // Through a proxy that the environment names, the socket leads there.
    const proxied = permit.authority.trusted && hasProxy(this);
    return guard.within(proxied ? makePermit(permit.authority) : permit, go);
  };
  Object.defineProperty(HttpAgent.prototype.createSocket, "name", { value: "createSocket" });

  guardCreateConnection(HttpAgent.prototype);

  function guardCreateConnection(prototype: any): void {
    const { createConnection } = prototype;
    prototype.createConnection = function (this: any, ...args: any[]): unknown {
      const maker = makers.get(this);
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
      tokens.set(token, { authority, target });
      options[GRANT] = token;
    },
    keepGrant(request: object, options: Options) {
      const permit = tokens.get(options[GRANT] as object);
      if (permit !== undefined && !requests.has(request)) requests.set(request, permit);
    },
    tagAgent(agent: object, authority: NetworkAuthority) {
      if (!makers.has(agent)) makers.set(agent, authority);
    },
    guardCreateConnection,
  });
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function hasProxy(agent: object): boolean {
  const key = Object.getOwnPropertySymbols(agent).find((symbol) => symbol.description === "kProxyConfig");
  return key !== undefined && Boolean((agent as Record<symbol, unknown>)[key]);
}
