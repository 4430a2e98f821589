import type { NetworkAuthority } from "./network-authority.ts";

/** What a request, and the socket that is made for it, may connect to. */
export interface ConnectGrant {
  readonly authority: NetworkAuthority;
  readonly target: SocketTarget | undefined;
  /** Through which the target may be asked for in its place. */
  readonly proxy?: SocketTarget | undefined;
  /** Functions, among others, that trusted code named to look the target's name up. */
  readonly lookups?: readonly unknown[];
}

/**
 * What a socket may connect to: its maker's authority, and where the socket was
 * made for one endpoint (by an agent, by `tls.connect`), only that endpoint,
 * so that handing such a socket on hands on nothing else.
 */
export interface SocketPermit extends ConnectGrant {
  /** Numeric addresses and paths that this connection attempt was allowed, as `address|port`. */
  readonly approved: Set<string>;
  readonly lookups: readonly unknown[];
}

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string | undefined;
}

export function makePermit(
  authority: NetworkAuthority,
  target?: SocketTarget,
  { proxy, lookups }: Pick<ConnectGrant, "proxy" | "lookups"> = {},
): SocketPermit {
  return Object.freeze({ authority, target, proxy, lookups: lookups ?? [], approved: new Set<string>() });
}

/** Whether a connection is the one that the permit was made for. */
export function isWithinTarget({ target, proxy }: ConnectGrant, wanted: SocketTarget): boolean {
  if (target === undefined || isSame(target, wanted)) return true;
  return proxy !== undefined && isSame(proxy, wanted);
}

function isSame(target: SocketTarget, wanted: SocketTarget): boolean {
  if (target.path !== undefined || wanted.path !== undefined) return target.path === wanted.path;
  return target.port === wanted.port && target.host === wanted.host;
}

export const addressKey = (address: string, port: number): string => `${address}|${port}`;
