import { defineMember, noteOriginal } from "../facade.ts";
import { getOwnPropertyDescriptor } from "../native-definitions.ts";
import { facadeFromTable } from "../member-table.ts";
import { hardenNodeObject } from "../harden-node.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { facadeClass } from "./facade-class.ts";
import { HTTPS_MEMBERS, HTTP_MEMBERS } from "./http-members.ts";
import { installAgentGuard } from "./agent-guard.ts";
import type { AgentGuard } from "./agent-guard.ts";
import { makeFetchGlobals } from "./fetch-globals.ts";
import { hardenHttpInstances } from "./http-instances.ts";
import { networkAuthority } from "./network-authority.ts";
import { networkParts } from "./net-facade.ts";
import { clientRequestArguments, requestTarget } from "./request-arguments.ts";
import { carrierOf, mayCarry, offerCarrier, type RequestMaker } from "./request-carriers.ts";
import type { Options } from "./socket-arguments.ts";
import { assertStackRoom, MUCH_ROOM } from "../../stack-room.ts";
import { tlsParts } from "./tls-facade.ts";

const HTTP_CLASSES = ["Agent", "ClientRequest", "IncomingMessage", "OutgoingMessage", "Server", "ServerResponse"];
const HTTPS_CLASSES = ["Agent", "Server"];

/**
 * `http`: real requests, responses and servers. Requests carry the authority
 * of the package that makes them, whatever agent they are given; agents carry
 * none of their own, and each principal has its own global one.
 */
export const makeHttpFacade: BuiltinFactory = (context) => {
  const http = context.powers.builtin("http");
  const { authority, guard } = networkParts(context);
  const parts = clientParts(context, false);
  const { Agent, globalAgent } = parts;
  const Server = facadeClass(http.Server, { made: (server) => guard.tagServer(server, authority) });
  const ClientRequest = httpRequest(context, parts);
  const facade = facadeFromTable(context, "http", HTTP_MEMBERS, {
    Agent,
    ClientRequest,
    Server,
    createServer: function createServer(options?: unknown, listener?: unknown): unknown {
      return new Server(options, listener);
    },
    ...requestFunctions(
      context,
      "http",
      context.isTraced === true
        ? tracedRequest(context, parts)
        : (...args) =>
            // As Node's: whatever somebody has put in the place of the class is not asked.
            Reflect.construct(ClientRequest, args, http.ClientRequest),
    ),
  });
  defineAccessor(
    facade,
    "globalAgent",
    () => globalAgent.current,
    (value) => (globalAgent.current = value),
  );
  defineAccessor(facade, "maxHeaderSize", () => http.maxHeaderSize);
  letReplace(context, facade, ["http.ClientRequest", "http.request", "http.get"]);
  const web = makeFetchGlobals(context);
  for (const name of ["WebSocket", "CloseEvent", "MessageEvent"]) {
    if (Object.hasOwn(http, name)) defineAccessor(facade, name, () => web[name]);
  }
  return facade;
};

/** `https`: as `http`, over `tls`. */
export const makeHttpsFacade: BuiltinFactory = (context) => {
  const https = context.powers.builtin("https");
  const { authority, guard } = networkParts(context);
  const parts = clientParts(context, true);
  const { Agent, globalAgent } = parts;
  const Server = facadeClass(https.Server, { made: (server) => guard.tagServer(server, authority) });
  const facade = facadeFromTable(context, "https", HTTPS_MEMBERS, {
    Agent,
    Server,
    createServer: function createServer(options?: unknown, listener?: unknown): unknown {
      return new Server(options, listener);
    },
    ...requestFunctions(context, "https", httpsRequest(context, parts)),
  });
  letReplace(context, facade, ["https.request", "https.get"]);
  defineAccessor(
    facade,
    "globalAgent",
    () => globalAgent.current,
    (value) => (globalAgent.current = value),
  );
  return facade;
};

/** The realm's agents, guarded and hardened with the rest of `http`. */
export function agentGuard(context: EndowmentContext, isSecure: boolean): AgentGuard {
  const { guard } = networkParts(context);
  const agents = installAgentGuard(context.powers, guard);
  context.shared("hardened-http", () => {
    assertStackRoom(MUCH_ROOM);
    const http = context.powers.builtin("http");
    hardenNodeObject(http.globalAgent);
    hardenHttpInstances(context.powers);
    return HTTP_CLASSES.map((name) => hardenNodeObject(http[name]));
  });
  if (isSecure) {
    tlsParts(context);
    context.shared("hardened-https", () => {
      assertStackRoom(MUCH_ROOM);
      const https = context.powers.builtin("https");
      agents.guardCreateConnection(https.Agent.prototype);
      hardenNodeObject(https.globalAgent);
      return HTTPS_CLASSES.map((name) => hardenNodeObject(https[name]));
    });
  }
  return agents;
}

/**
 * One for each principal, with the settings of Node's own; for trusted code, all of them.
 * HAZARD: Node's own stands in the options of each request by `https`, the
 * application's among them, whose agent a package would then hold.
 */
function makeGlobalAgent(context: EndowmentContext, Agent: any, real: any): { current: any } {
  if (context.principal.trusted) return { current: new Agent(real.options) };
  const { keepAlive, scheduling, timeout } = real.options ?? {};
  return { current: new Agent({ keepAlive, scheduling, timeout }) };
}

interface ClientParts {
  readonly agents: AgentGuard;
  readonly Agent: any;
  readonly globalAgent: { current: any };
  /** Of `https` alone. */
  readonly trust?: ApplicationsAgent;
}

function clientParts(context: EndowmentContext, isSecure: boolean): ClientParts {
  const module = context.powers.builtin(isSecure ? "https" : "http");
  const agents = agentGuard(context, isSecure);
  const { authority } = networkParts(context);
  const Agent = facadeClass(module.Agent, { made: (agent) => agents.tagAgent(agent, authority) });
  const globalAgent = makeGlobalAgent(context, Agent, module.globalAgent);
  if (!isSecure) return { agents, Agent, globalAgent };
  const trust = context.shared("https.globalAgent.options", (): ApplicationsAgent => ({ agent: undefined }));
  if (context.principal.trusted) trust.agent ??= globalAgent;
  return { agents, Agent, globalAgent, trust };
}

/** The application's `https.globalAgent`; undefined until it has looked at `https`. */
interface ApplicationsAgent {
  agent: { readonly current: any } | undefined;
}

/** Whom connections trust: no secrets. Certificates and keys of the application's own stay its own. */
const TRUST = ["ca", "rejectUnauthorized"] as const;

/**
 * What the application has said on its `https.globalAgent` counts for packages' requests by the default agent too, as in
 * Node: `https.globalAgent.options.ca = ofCompany`.
 */
function trustAsApplication(options: Options, { globalAgent, trust }: ClientParts): void {
  const given: unknown = trust?.agent?.current?.options;
  if (options["agent"] !== globalAgent.current || given === undefined || trust?.agent === globalAgent) return;
  for (const name of TRUST) {
    const value: unknown = (given as Options)[name];
    if (value !== undefined && options[name] === undefined && globalAgent.current.options?.[name] === undefined)
      options[name] = value;
  }
}

/** Reads the arguments, settles the agent, and puts the principal's grant in. */
function granted(
  context: EndowmentContext,
  parts: ClientParts,
  args: readonly unknown[],
): { options: Options; callback: unknown } {
  const { agents, Agent, globalAgent } = parts;
  const { options, callback } = clientRequestArguments(args);
  options["agent"] = agents.agentFor(options["agent"], networkAuthority(context));
  if (options["agent"] === false) options["agent"] = new Agent();
  else if (
    (options["agent"] === undefined || options["agent"] === null) &&
    typeof options["createConnection"] !== "function"
  ) {
    options["agent"] = options["_defaultAgent"] ?? globalAgent.current;
  }
  trustAsApplication(options, parts);
  agents.grant(options, networkAuthority(context), requestTarget(options));
  return { options, callback };
}

function httpRequest(context: EndowmentContext, parts: ClientParts): any {
  const { ClientRequest } = context.powers.builtin("http");
  return facadeClass(ClientRequest, {
    instead: () => carrierOf(context, "http.ClientRequest"),
    prepare: (args) => {
      const { options, callback } = granted(context, parts, args);
      options["_defaultAgent"] ??= parts.globalAgent.current;
      return [options, callback];
    },
    made: (request, [options]) => parts.agents.keepGrant(request, options as Options),
  });
}

/** By what stands in the place of Node's `http.request`. */
function tracedRequest(context: EndowmentContext, parts: ClientParts): (...args: unknown[]) => unknown {
  const http = context.powers.builtin("http");
  return (...args) => {
    const { options, callback } = granted(context, parts, args);
    options["_defaultAgent"] ??= parts.globalAgent.current;
    const made = http.request(options, callback);
    parts.agents.keepGrant(made, options);
    return made;
  };
}

/** Node's `https.request` marks requests by a private symbol, so it is Node's that makes them. */
function httpsRequest(context: EndowmentContext, parts: ClientParts): (...args: unknown[]) => unknown {
  const https = context.powers.builtin("https");
  return (...args) => {
    const { options, callback } = granted(context, parts, args);
    const made = https.request(options, callback);
    parts.agents.keepGrant(made, options);
    return made;
  };
}

function requestFunctions(
  context: EndowmentContext,
  module: "http" | "https",
  make: (...args: unknown[]) => unknown,
): { request: Function; get: Function } {
  const carried = (maker: "request" | "get") => carrierOf(context, `${module}.${maker}`);
  return {
    request: function request(...args: unknown[]): unknown {
      return (carried("request") ?? make)(...args);
    },
    get: function get(...args: unknown[]): unknown {
      const carrier = carried("get");
      if (carrier !== undefined) return carrier(...args);
      const made: any = make(...args);
      made.end();
      return made;
    },
  };
}

function defineAccessor(facade: object, name: string, get: () => unknown, set?: (value: unknown) => void): void {
  Object.defineProperty(facade, name, { get, ...(set && { set }), enumerable: true, configurable: true });
}

/**
 * Who puts something in the place of `http.ClientRequest`, `request` or `get` means to have everybody's requests (nock,
 * msw). It has them where its policy shares `http.client`, and else its own package's, which is said: a mock that is
 * asked for nothing lets requests out.
 */
function letReplace(context: EndowmentContext, facade: object, makers: readonly RequestMaker[]): void {
  const { principal } = context;
  if (principal.trusted) return;
  const carries = mayCarry(context);
  for (const maker of makers) {
    const name = maker.slice(maker.indexOf(".") + 1);
    const original: unknown = getOwnPropertyDescriptor(facade, name)?.value;
    // Of the functions nothing is said: tools wrap them for themselves, and mocks replace the class too.
    if (original === undefined || (!carries && maker !== "http.ClientRequest")) continue;
    let value: any = original;
    const set = function (this: object, next: unknown): void {
      // Not on an object that only inherits from it; on the copy with the granted members it is the same accessor.
      if (getOwnPropertyDescriptor(this, name)?.set !== set) {
        defineMember(this, name, next);
        return;
      }
      if (!carries) principal.denies({ capability: "patch", target: maker });
      value = next;
    };
    const get = (): unknown => value;
    if (typeof original === "function") noteOriginal(get, original);
    defineAccessor(facade, name, get, set);
    if (carries)
      offerCarrier(context, maker, () => (value === original || typeof value !== "function" ? undefined : value));
  }
}
