/** `fetch`, its classes, `WebSocket` and `EventSource` of a principal, over its own connections. */
import { hardenClassOfError } from "../harden-errors.ts";
import { hardenNodeObject } from "../harden-node.ts";
import { assertMayUse } from "../access-denied.ts";
import type { EndowmentContext } from "../principal.ts";
import { DISPATCHER_SYMBOLS, makeCarriers, type Carriers, type Dispatcher } from "./default-dispatcher.ts";
import { facadeClass } from "./facade-class.ts";
import { connectSocket, networkParts } from "./net-facade.ts";
import { connectTls } from "./tls-facade.ts";
import { hardenSignals, hardenWebStreams } from "../leads-to.ts";
import { hardenInstancesOf } from "../sample-instances.ts";
import { hardenDataClass, tameForEach } from "./data-classes.ts";
import { getOwnPropertyDescriptor } from "../native-definitions.ts";
import { carrierOf, mayCarry, offerCarrier } from "./request-carriers.ts";
import { ownSymbol } from "../own-symbol.ts";
import { pickOptions } from "./socket-arguments.ts";
import type { Options } from "./socket-arguments.ts";

/** Classes of `fetch` that compute and hold data; one for all principals. */
const DATA_CLASSES = ["Headers", "Request", "Response", "FormData", "CloseEvent", "MessageEvent"] as const;

const REQUEST_INIT = [
  "method",
  "headers",
  "body",
  "referrer",
  "referrerPolicy",
  "mode",
  "credentials",
  "cache",
  "redirect",
  "integrity",
  "keepalive",
  "signal",
  "window",
  "duplex",
  "priority",
  "dispatcher",
] as const;

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A principal's `fetch` and its classes, as getters that keep what they made:
 * the first touch of any but `fetch` loads Node's HTTP client (20 to 30 ms).
 * Names that this Node lacks are absent.
 */
export function makeFetchGlobals(context: EndowmentContext): Record<string, unknown> {
  const known = context.shared("fetch-globals", () => new WeakMap<object, Record<string, unknown>>());
  const facade = known.get(context.principal) ?? buildFetchGlobals(context);
  known.set(context.principal, facade);
  return facade;
}

function buildFetchGlobals(context: EndowmentContext): Record<string, unknown> {
  const { globals } = context.powers;
  const names = new Set(Reflect.ownKeys(globals));
  const makers: Record<string, () => unknown> = { fetch: () => makeFetch(context) };
  for (const name of DATA_CLASSES)
    makers[name] = () => {
      hardenDataClasses(context);
      return name === "Headers" && mayCarry(context) ? changeableHeaders(globals[name]) : globals[name];
    };
  makers["WebSocket"] = () => makeWebSocket(context);
  makers["EventSource"] = () => makeEventSource(context);
  const made = new Map<string, unknown>();
  const facade = { __proto__: null } as unknown as Record<string, unknown>;
  for (const [name, make] of Object.entries(makers)) {
    if (!names.has(name) && !(name in globals)) continue;
    const get = () => {
      if (!made.has(name)) made.set(name, make());
      return made.get(name);
    };
    Object.defineProperty(facade, name, { get, enumerable: true, configurable: true });
  }
  return facade;
}

/** For mocks of the network, which replace methods of `Headers` to note names as they were written: a class of their own, of which Node's instances are too. */
function changeableHeaders(real: any): unknown {
  const Headers = { Headers: class extends real {} }.Headers;
  Object.defineProperty(Headers, Symbol.hasInstance, { value: (value: unknown) => value instanceof real });
  return Headers;
}

/** One of them leads to the others, and so does what `fetch` resolves to. */
function hardenDataClasses(context: EndowmentContext): void {
  const { globals } = context.powers;
  context.shared("hardened.fetch", () => {
    for (const name of ["Headers", "FormData"]) tameForEach(globals[name]);
    hardenWebStreams(context);
    hardenInstancesOf(context, "url");
    for (const name of DATA_CLASSES) if (name in globals) hardenDataClass(globals[name]);
    return true;
  });
}

function makeFetch(context: EndowmentContext): Function {
  const real = context.powers.globals["fetch"];
  const own = async function fetch(input: unknown, init: unknown = undefined): Promise<unknown> {
    const carrier = carrierOf(context, "fetch");
    if (carrier !== undefined) return carrier(input, init);
    const given = typeof init === "object" && init !== null ? pickOptions(init as Options, REQUEST_INIT) : {};
    return real(input, { ...given, dispatcher: chosenDispatcher(context, given["dispatcher"]) });
  };
  if (mayCarry(context)) offerCarrier(context, "fetch", () => replacementOf(context.loader.globalThis, own));
  return own;
}

/** What a package has put on its global object in the place of its `fetch`; not an accessor, which would run at each look. */
function replacementOf(global: object, own: Function): Function | undefined {
  const value: unknown = getOwnPropertyDescriptor(global, "fetch")?.value;
  return typeof value === "function" && value !== own ? value : undefined;
}

/**
 * A package's own dispatcher (npm's undici over its own sockets) may carry its
 * requests; one of Node's internal classes could only be somebody else's.
 */
function chosenDispatcher(context: EndowmentContext, given: unknown): unknown {
  const { own, carriers } = clientOf(context);
  const chosen = (given ?? carriers.replacement() ?? own) as Dispatcher;
  if (chosen === own) return own;
  const isForeign = chosen instanceof Object.getPrototypeOf(Object.getPrototypeOf(own.constructor));
  if (isForeign) assertMayUse(context, "fetch.dispatcher", "net.connect");
  return carriers.carriedBy(chosen);
}

interface Client {
  /** The principal's own pool of connections: Node's own agent. */
  readonly own: any;
  readonly carriers: Carriers;
}

function clientOf(context: EndowmentContext): Client {
  const clients = context.shared("fetch-clients", () => new WeakMap<object, Client>());
  const known = clients.get(context.principal);
  if (known !== undefined) return known;
  networkParts(context);
  hardenDataClasses(context);
  const { Agent, symbols } = context.shared("fetch-agent-class", () => internalAgentClass(context));
  const own = new Agent({ connect: makeConnector(context) });
  hardenErrorsOfRequests(own);
  const made: Client = { own, carriers: makeCarriers(context, symbols, own) };
  clients.set(context.principal, made);
  return made;
}

/** Hardens the classes of errors, which no module exports, as the client tells of one: before whoever asked comes by it. */
function hardenErrorsOfRequests(agent: any): void {
  const { dispatch } = agent;
  agent.dispatch = (options: unknown, handler: Record<string, unknown>): unknown => {
    for (const name of ["onError", "onResponseError"]) {
      const tell = handler[name];
      if (typeof tell !== "function") continue;
      handler[name] = (...args: unknown[]) => {
        args.forEach(hardenClassOfError);
        return Reflect.apply(tell, handler, args);
      };
    }
    return Reflect.apply(dispatch, agent, [options, handler]);
  };
}

/**
 * Node's own client class, which it shows nowhere but as the default dispatcher.
 * HAZARD: loading it defines the dispatcher's symbol on the real global, which
 * must still take it: an own, writable property where the global is sealed.
 * @returns with it the symbols, the one that Node's `fetch` reads first.
 */
function internalAgentClass(context: EndowmentContext): { readonly Agent: any; readonly symbols: readonly symbol[] } {
  const { globals } = context.powers;
  void globals["Response"];
  Promise.resolve(globals["fetch"]("data:,")).catch(() => {});
  const kept = (symbol: symbol): any => globals[symbol as unknown as string] ?? (globalThis as any)[symbol];
  const symbols = DISPATCHER_SYMBOLS.filter((symbol) => kept(symbol) !== undefined);
  const agent = symbols.map(kept).find((dispatcher) => dispatcher.constructor?.name === "Agent");
  // One value under both is for later versions of the client, which wrap it for earlier ones: this one reads the old place.
  const readsOld = new Set(symbols.map(kept)).size === 1;
  if (agent !== undefined) return { Agent: agent.constructor, symbols: readsOld ? symbols.toReversed() : symbols };
  throw new TypeError("This version of Node does not show the client under its fetch");
}

interface ConnectorOptions {
  readonly hostname: string;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string | null;
  readonly localAddress?: string | null;
  readonly httpSocket?: unknown;
}

/** Each hop of each redirect comes through here, on the way to its socket. */
function makeConnector(context: EndowmentContext): Function {
  const { setTimeout: wait, clearTimeout: stop } = context.powers.globals;
  return function connect(
    options: ConnectorOptions,
    callback: (error: Error | null, socket?: unknown) => void,
  ): unknown {
    const { hostname, protocol, port, servername, localAddress, httpSocket } = options;
    const isSecure = protocol === "https:";
    const where = {
      host: hostname,
      port: Number(port) || (isSecure ? 443 : 80),
      ...(localAddress && { localAddress }),
    };
    const socket = isSecure
      ? connectTls(context, [
          {
            ...where,
            highWaterMark: 16_384,
            ALPNProtocols: ["http/1.1"],
            servername: servername || (context.powers.builtin("net").isIP(hostname) === 0 ? hostname : undefined),
            ...(httpSocket ? { socket: httpSocket } : {}),
          },
        ])
      : connectSocket(context, [{ ...where, highWaterMark: 65_536 }]);
    socket.setKeepAlive(true, 60_000);
    let pending: typeof callback | undefined = callback;
    const settle = (error: Error | null) => {
      stop(timer);
      const done = pending;
      pending = undefined;
      if (error === null) done?.(null, socket);
      else done?.(error);
    };
    const timer = wait(() => socket.destroy(connectTimeout(hostname)), CONNECT_TIMEOUT_MS);
    socket.setNoDelay(true).once(isSecure ? "secureConnect" : "connect", () => settle(null));
    socket.on("error", settle);
    return socket;
  };
}

function connectTimeout(hostname: string): Error {
  const error = new Error(`Connect Timeout Error (attempted address: ${hostname}, timeout: ${CONNECT_TIMEOUT_MS}ms)`);
  return Object.assign(error, { name: "ConnectTimeoutError", code: "UND_ERR_CONNECT_TIMEOUT" });
}

function makeWebSocket(context: EndowmentContext): unknown {
  hardenSignals(context);
  const real = hardenNodeObject(context.powers.globals["WebSocket"]);
  return facadeClass(real, {
    prepare: ([url, given]) => {
      const isInit = typeof given === "object" && given !== null && !(Symbol.iterator in given);
      const init = isInit
        ? pickOptions(given as Options, ["protocols", "headers", "dispatcher"])
        : given === undefined
          ? {}
          : { protocols: given };
      const protocols = init["protocols"];
      const list = protocols === undefined ? [] : typeof protocols === "string" ? [protocols] : protocols;
      const headers = init["headers"] === undefined ? {} : { headers: init["headers"] };
      return [url, { ...headers, protocols: list, dispatcher: chosenDispatcher(context, init["dispatcher"]) }];
    },
    heirsAfterwards: true,
    made(socket) {
      hideController(socket);
      hardenParserOf(socket, context);
    },
  });
}

/**
 * HAZARD: up to Node 22 an open `WebSocket` keeps what parses its messages under a symbol, of a class that all share,
 * and whose instances hold the socket that they parse for. It is there right before the socket says that it is open:
 * this listener is the first to hear of it.
 */
function hardenParserOf(socket: object, { powers }: EndowmentContext): void {
  const { addEventListener } = (powers.globals["EventTarget"] as typeof EventTarget).prototype;
  const harden = (): void => {
    const symbol = ownSymbol(socket, "byte parser");
    if (symbol !== undefined) hardenNodeObject(Object.getPrototypeOf((socket as Record<symbol, unknown>)[symbol]));
  };
  Reflect.apply(addEventListener, socket, ["open", harden, { once: true }]);
}

/**
 * HAZARD: on Node 22 a `WebSocket` keeps the controller of its request under a
 * symbol, and by it the client, its timers and the memory of the parser that all
 * clients share. Node only aborts by it.
 */
function hideController(socket: object): void {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    if (symbol.description !== "controller") continue;
    const controller = (socket as Record<symbol, any>)[symbol];
    const abort = Object.freeze({ abort: (reason: unknown) => void controller.abort(reason) }.abort);
    const value = Object.freeze({ __proto__: null, abort });
    Object.defineProperty(socket, symbol, { value, writable: false, enumerable: false, configurable: false });
  }
}

function makeEventSource(context: EndowmentContext): unknown {
  hardenSignals(context);
  const real = hardenNodeObject(context.powers.globals["EventSource"]);
  return facadeClass(real, {
    heirsAfterwards: true,
    prepare: ([url, given]) => {
      const init =
        typeof given === "object" && given !== null ? pickOptions(given as Options, ["withCredentials", "node"]) : {};
      const dispatcher = chosenDispatcher(context, undefined);
      const node = typeof init["node"] === "object" && init["node"] !== null ? { ...init["node"] } : {};
      return [url, { withCredentials: init["withCredentials"] === true, dispatcher, node: { ...node, dispatcher } }];
    },
  });
}
