import { domainToASCII } from "node:url";
import { canonicalIPv4, canonicalIPv6, endsInNumber, isGroupAddress, isLinkLocal } from "./ip-address.ts";

/**
 * The grammar of network endpoints: `host:port`, `*.example.com:443`,
 * `127.0.0.1:*`, `[::1]:80`, `*:3000`, `unix:/path`, `*`.
 * Pure: nothing here resolves a name.
 */
export type Endpoint =
  | { readonly kind: "any" }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "host"; readonly host: HostPattern; readonly port: number | "*" };

export type HostPattern =
  | { readonly kind: "any" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "below"; readonly suffix: string }
  | { readonly kind: "address"; readonly address: string };

/** A host that a program asked for, in the one form that is compared. */
export type Host =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "address"; readonly address: string };

const ASCII_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/u;
const NON_ASCII = /[^\0-\x7f]/u;

/** Names of clouds' metadata services, which `*` never covers. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.goog",
  "metadata.google.internal",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Reads an endpoint as a policy writes it; undefined where it is malformed. */
export function parseEndpoint(text: string): Endpoint | undefined {
  if (text === "*") return { kind: "any" };
  if (text.startsWith("unix:")) return parseUnix(text.slice(5));
  const split = /^(\[[^\]]*\]|[^:]*):([^:]*)$/u.exec(text);
  if (split === null) return undefined;
  const host = parseHostPattern(split[1] as string);
  const port = parsePort(split[2] as string);
  if (host === undefined || port === undefined) return undefined;
  return { kind: "host", host, port };
}

/** The canonical text of an endpoint: lower case, punycode, plain addresses. */
export function printEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === "any") return "*";
  if (endpoint.kind === "unix") return `unix:${endpoint.path}`;
  const { host } = endpoint;
  if (host.kind === "any") return `*:${endpoint.port}`;
  if (host.kind === "below") return `*.${host.suffix}:${endpoint.port}`;
  return `${printHost(host)}:${endpoint.port}`;
}

/** A host as it stands before `:port`. */
export function printHost(host: Host): string {
  if (host.kind === "name") return host.name;
  return host.address.includes(":") ? `[${host.address}]` : host.address;
}

function parseUnix(path: string): Endpoint | undefined {
  return path === "" || path.includes("\0") ? undefined : { kind: "unix", path };
}

function parseHostPattern(text: string): HostPattern | undefined {
  if (text === "*") return { kind: "any" };
  if (text.startsWith("[")) {
    const address = canonicalIPv6(text.slice(1, -1));
    return address === undefined || text.includes("%") ? undefined : { kind: "address", address };
  }
  if (text.startsWith("*.")) {
    const host = parseHost(text.slice(2));
    return host?.kind === "name" ? { kind: "below", suffix: host.name } : undefined;
  }
  return parseHost(text);
}

function parsePort(text: string): number | "*" | undefined {
  if (text === "*") return "*";
  if (!/^(0|[1-9][0-9]{0,4})$/u.test(text)) return undefined;
  const port = Number(text);
  return port <= 65535 ? port : undefined;
}

/**
 * Reads a host as a program gives it to Node: a name in any case, with a
 * trailing dot or in Unicode, or an address in any form, IPv6 with or without
 * brackets. Undefined where it is neither, which is then refused.
 *
 * HAZARD: the characters are checked before `domainToASCII`, which parses a
 * URL: it cuts `granted.com/.evil` at the slash and decodes `%65`.
 */
export function parseHost(text: string): Host | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (bare.includes(":")) {
    const address = canonicalIPv6(bare);
    return address === undefined ? undefined : { kind: "address", address };
  }
  if (bare !== text) return undefined;
  const undotted = text.endsWith(".") ? text.slice(0, -1) : text;
  const name = asciiName(undotted);
  if (name === undefined) return undefined;
  if (!endsInNumber(name)) return { kind: "name", name };
  const address = canonicalIPv4(name);
  return address === undefined ? undefined : { kind: "address", address };
}

function asciiName(text: string): string | undefined {
  if (text.length > 253) return undefined;
  const name = text.toLowerCase();
  // Punycode that stands for nothing, or for another spelling, is no name.
  if (ASCII_NAME.test(name)) return name.includes("xn--") && domainToASCII(name) !== name ? undefined : name;
  const ascii = text.replaceAll(/[^\0-\x7f]/gu, "x").toLowerCase();
  if (!NON_ASCII.test(text) || !ASCII_NAME.test(ascii)) return undefined;
  const mapped = domainToASCII(text);
  const undotted = mapped.endsWith(".") ? mapped.slice(0, -1) : mapped;
  return ASCII_NAME.test(undotted) ? undotted : undefined;
}

/** Whether a grant covers a listener. `*` does so on the machine's link-local addresses too, where one on `::` hears as well. */
export function endpointCoversListener(endpoint: Endpoint, host: Host, port: number): boolean {
  const isAnywhere = endpoint.kind === "any" || (endpoint.kind === "host" && endpoint.host.kind === "any");
  if (!isAnywhere || host.kind === "name" || isGroupAddress(host.address)) return endpointCovers(endpoint, host, port);
  return endpoint.kind === "any" || endpoint.port === "*" || endpoint.port === port;
}

/** Whether a grant covers a connection to a host and port. */
export function endpointCovers(endpoint: Endpoint, host: Host, port: number): boolean {
  if (endpoint.kind === "unix") return false;
  if (endpoint.kind === "host" && endpoint.port !== "*" && endpoint.port !== port) return false;
  return hostCovers(endpoint, host);
}

/** Whether a grant covers a host on some port: enough to look its name up. */
export function endpointCoversHost(endpoint: Endpoint, host: Host): boolean {
  return endpoint.kind !== "unix" && hostCovers(endpoint, host);
}

function hostCovers(endpoint: Exclude<Endpoint, { kind: "unix" }>, host: Host): boolean {
  const pattern: HostPattern = endpoint.kind === "any" ? endpoint : endpoint.host;
  if (pattern.kind === "any") {
    if (host.kind === "name") return !METADATA_NAMES.has(host.name);
    return !isLinkLocal(host.address) && !isGroupAddress(host.address);
  }
  if (pattern.kind === "address") {
    return host.kind === "address" && host.address === pattern.address;
  }
  if (host.kind !== "name") return false;
  return pattern.kind === "name" ? host.name === pattern.name : host.name.endsWith(`.${pattern.suffix}`);
}

/**
 * Whether a grant names a unix socket (or Windows pipe) by its absolute path.
 * `*` names none: whose sockets it covers depends on the project's folders.
 */
export function endpointCoversUnix(endpoint: Endpoint, path: string): boolean {
  return endpoint.kind === "unix" && endpoint.path === path;
}
