import { dirname, isAbsolute, join, normalize, basename, resolve, sep } from "node:path";
import { assertAnswer } from "../../errors/assert-answer.ts";
import {
  endpointCovers,
  endpointCoversHost,
  endpointCoversListener,
  endpointCoversUnix,
  parseEndpoint,
  parseHost,
  printHost,
} from "../../policy/endpoint.ts";
import type { Endpoint, Host } from "../../policy/endpoint.ts";
import { takesOrders } from "../../policy/sockets-of-others.ts";
import { derivedFromPolicy } from "../derived-from-policy.ts";
import type { EndowmentContext } from "../principal.ts";
import { makeOpenConnections } from "./open-connections.ts";
import type { NetworkDefaults } from "./own-defaults.ts";

/**
 * What one principal may reach. All questions take primitives that the caller
 * has coerced once; those named `may…` report a refusal, `covers…` do not.
 */
export interface NetworkAuthority {
  readonly trusted: boolean;
  /** What a package has set for its own; Node's own settings where the principal is trusted. */
  readonly defaults: NetworkDefaults;
  mayConnect(host: string, port: number, via: string): boolean;
  /** By the policy alone, on a numeric address: the last check before the kernel. */
  coversAddress(address: string, port: number): boolean;
  /** The path to connect to (links resolved), or undefined where it is refused. */
  unixTarget(path: string, via: string): string | undefined;
  /** Without a host: on all interfaces. */
  mayListen(host: string | undefined, port: number, via: string): boolean;
  coversListening(address: string, port: number): boolean;
  unixListener(path: string, via: string): string | undefined;
  mayResolve(name: string, via: string): boolean;
  /** Ends a connection or a server, once the grant that it was opened by is dropped; without `what`, whenever one is. */
  endWithGrant(open: object, what: Opened | undefined, end: (open: any) => void): void;
  /** Remembers that Node's own resolver gave this address for a granted name. */
  noteResolution(name: string, address: string): void;
  /** Whether an address that a package's own `lookup` gives is one of the name's. */
  isResolutionOf(name: string, address: string): boolean;
}

/** As it was checked when it was opened. */
export interface Opened {
  readonly by: "connect" | "listen";
  /** Absolute path of a socket, or else a host and port. */
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

const REMEMBERED_NAMES = 512;
const REMEMBERED_ADDRESSES = 64;

const endpointsOf = (list: readonly string[] | undefined): readonly Endpoint[] =>
  (list ?? []).map(parseEndpoint).filter((endpoint) => endpoint !== undefined);

/** The principal's authority after its policy; the same object every time. */
export function networkAuthority(context: EndowmentContext): NetworkAuthority {
  const known = context.shared("network-authorities", () => new WeakMap<object, NetworkAuthority>());
  const made = known.get(context.principal) ?? makeAuthority(context);
  known.set(context.principal, made);
  return made;
}

function makeAuthority(context: EndowmentContext): NetworkAuthority {
  const { principal, paths } = context;
  const connect = derivedFromPolicy(principal, ({ net }) => endpointsOf(net?.connect));
  const listen = derivedFromPolicy(principal, ({ net }) => endpointsOf(net?.listen));
  const resolutions = new Map<string, Set<string>>();
  const opened = principal.trusted ? undefined : makeOpenConnections(principal);

  const allows = (
    covered: boolean,
    capability: "net.connect" | "net.listen" | "dns",
    target: string,
    via: string,
  ): boolean => {
    if (principal.trusted) return true;
    if (covered) principal.uses?.({ capability, target });
    return covered || !principal.denies({ capability, target, via });
  };
  const shown = (host: Host | undefined, text: string): string => (host === undefined ? text : printHost(host));

  /** `*` means sockets of the project and of the temp folder, but for those by which other programs take orders. */
  const isOwnSocket = (path: string): boolean => {
    if (context.reservedPaths.includes(path)) return false;
    if (path.startsWith(paths.project + sep)) return true;
    return path.startsWith(paths.tmp + sep) && !takesOrders(path.slice(paths.tmp.length + sep.length));
  };
  const coversPath = (endpoints: readonly Endpoint[], path: string): boolean =>
    endpoints.some((endpoint) => endpointCoversUnix(endpoint, path) || (endpoint.kind === "any" && isOwnSocket(path)));
  /**
   * HAZARD: Node asks for a server's name before it listens, which is a message to whoever serves that name. A grant that
   * names no host covers this machine's own names, and those that may be asked for anyway.
   */
  const mayBeAsked = (host: Host): boolean =>
    host.kind === "address" ||
    isOwnName(host.name) ||
    connect().some((endpoint) => endpointCoversHost(endpoint, host)) ||
    listen().some((endpoint) => namesHost(endpoint) && endpointCoversHost(endpoint, host));
  const isOwnName = (name: string): boolean =>
    name === "localhost" || name === context.powers.builtin("os").hostname().toLowerCase();
  const coversListener = (text: string | undefined, port: number): boolean => {
    const host = parseHost(text ?? "::");
    if (host === undefined || !mayBeAsked(host)) return false;
    const candidates = host.kind === "name" && host.name === "localhost" ? [host, ...LOOPBACK] : [host];
    return candidates.some((candidate) =>
      listen().some((endpoint) => endpointCoversListener(endpoint, candidate, port)),
    );
  };
  const isGranted = ({ by, path, host: text, port = 0 }: Opened): boolean => {
    if (path !== undefined) return coversPath(by === "connect" ? connect() : listen(), path);
    if (by === "listen") return coversListener(text, port);
    const host = parseHost(text ?? "");
    return host !== undefined && connect().some((endpoint) => endpointCovers(endpoint, host, port));
  };
  const unix = (
    endpoints: readonly Endpoint[],
    given: string,
    capability: "net.connect" | "net.listen",
    via: string,
  ): string | undefined => {
    if (principal.trusted) return given;
    const path = realSocketPath(context, given);
    const covered = path !== undefined && coversPath(endpoints, path);
    return allows(covered, capability, `unix:${given}`, via) ? (path ?? given) : undefined;
  };

  return Object.freeze({
    trusted: principal.trusted,
    defaults: {},
    mayConnect(text: string, port: number, via: string): boolean {
      if (principal.trusted) return true;
      const host = parseHost(text);
      const covered = host !== undefined && connect().some((endpoint) => endpointCovers(endpoint, host, port));
      return allows(covered, "net.connect", `${shown(host, text)}:${port}`, via);
    },
    coversAddress(address: string, port: number): boolean {
      const host = parseHost(address);
      return host?.kind === "address" && connect().some((endpoint) => endpointCovers(endpoint, host, port));
    },
    unixTarget: (path: string, via: string) => unix(connect(), path, "net.connect", via),
    mayListen(text: string | undefined, port: number, via: string): boolean {
      if (principal.trusted) return true;
      const host = parseHost(text ?? "::");
      const covered = coversListener(text, port);
      return allows(covered, "net.listen", `${text === undefined ? "*" : shown(host, text)}:${port}`, via);
    },
    coversListening(address: string, port: number): boolean {
      const host = parseHost(address);
      return host?.kind === "address" && listen().some((endpoint) => endpointCoversListener(endpoint, host, port));
    },
    unixListener: (path: string, via: string) => unix(listen(), path, "net.listen", via),
    mayResolve(text: string, via: string): boolean {
      if (principal.trusted) return true;
      const host = parseHost(text);
      const covered = host !== undefined && connect().some((endpoint) => endpointCoversHost(endpoint, host));
      return allows(covered, "dns", shown(host, text), via);
    },
    endWithGrant: (open: object, what: Opened | undefined, end: (open: any) => void) =>
      opened?.add(open, () => what !== undefined && isGranted(what), end),
    noteResolution(text: string, address: string): void {
      const name = keyOf(text);
      const addresses = resolutions.get(name) ?? new Set();
      const oldest = resolutions.size >= REMEMBERED_NAMES ? resolutions.keys().next().value : undefined;
      if (oldest !== undefined && !resolutions.has(name)) resolutions.delete(oldest);
      if (addresses.size >= REMEMBERED_ADDRESSES) addresses.clear();
      addresses.add(keyOf(address));
      resolutions.set(name, addresses);
    },
    isResolutionOf: (name: string, address: string) => resolutions.get(keyOf(name))?.has(keyOf(address)) === true,
  });
}

/** Whether a grant is of one host, or of those below one. */
const namesHost = (endpoint: Endpoint): boolean => endpoint.kind === "host" && endpoint.host.kind !== "any";

const LOOPBACK: readonly Host[] = [
  { kind: "address", address: "127.0.0.1" },
  { kind: "address", address: "::1" },
];

function keyOf(text: string): string {
  const host = parseHost(text);
  return host === undefined ? text : printHost(host);
}

/**
 * Where a socket really is: a link in a folder that a package writes to may
 * lead to `/var/run/docker.sock`. Abstract sockets (`\0name`) are refused.
 */
function realSocketPath(context: EndowmentContext, given: string): string | undefined {
  if (given === "" || given.includes("\0")) return undefined;
  if (isWindows(context)) return normalize(given);
  const absolute = isAbsolute(given) ? normalize(given) : resolve(context.paths.cwd, given);
  const { realpathSync } = context.powers.builtin("fs");
  try {
    return realpathSync.native(absolute);
  } catch (error) {
    assertAnswer(error);
    try {
      return join(realpathSync.native(dirname(absolute)), basename(absolute));
    } catch (failure) {
      assertAnswer(failure);
      return absolute;
    }
  }
}

const isWindows = (context: EndowmentContext): boolean => context.powers.process.platform === "win32";
