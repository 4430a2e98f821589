import type { NetworkAuthority } from "./network-authority.ts";

/** What a request, and the socket that is made for it, may connect to. */
export interface ConnectGrant {
  readonly authority: NetworkAuthority;
  readonly target: SocketTarget | undefined;
}

/**
 * What a socket may connect to: its maker's authority, and where the socket was
 * made for one endpoint (by an agent, by `tls.connect`), only that endpoint,
 * so that handing such a socket on hands on nothing else.
 */
export interface SocketPermit extends ConnectGrant {
  /** Numeric addresses and paths that this connection attempt was allowed, as `address|port`. */
  readonly approved: Set<string>;
}

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string | undefined;
}

export function makePermit(authority: NetworkAuthority, target?: SocketTarget): SocketPermit {
  return Object.freeze({ authority, target, approved: new Set<string>() });
}

/** Whether a connection is the one that the permit was made for. */
export function isWithinTarget(permit: SocketPermit, wanted: SocketTarget): boolean {
  const { target } = permit;
  if (target === undefined) return true;
  if (target.path !== undefined || wanted.path !== undefined) return target.path === wanted.path;
  return target.port === wanted.port && target.host === wanted.host;
}

export const addressKey = (address: string, port: number): string => `${address}|${port}`;
