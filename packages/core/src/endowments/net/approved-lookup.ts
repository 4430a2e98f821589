import { isLinkLocal } from "../../policy/ip-address.ts";
import { parseHost } from "../../policy/endpoint.ts";
import { nameNotFound, connectDenied } from "./network-errors.ts";
import { inOwnOrder } from "./own-defaults.ts";
import { addressKey } from "./network-permit.ts";
import type { SocketPermit, SocketTarget } from "./network-permit.ts";

type LookupCallback = (error: unknown, address?: unknown, family?: unknown) => void;
interface Resolved {
  readonly address: string;
  readonly family: number;
}

/**
 * A `lookup` for one connection: Node's resolver, or the package's own, with
 * every address checked and approved for the ground layer before Node sees it.
 *
 * A granted name may lead anywhere but to link-local addresses, when Node
 * resolved it. What a package's own function answers must be granted by number
 * or have come from Node's resolver: else `lookup` makes one grant all grants.
 */
export function approvedLookup(
  permit: SocketPermit,
  target: SocketTarget,
  own: unknown,
  nodeLookup: (...args: unknown[]) => void,
  isIP: (text: string) => number,
): Function {
  const { authority, approved } = permit;
  const { host, port } = target;
  const isName = parseHost(host)?.kind === "name";
  const lookup = own ?? nodeLookup;

  const isAllowed = (address: string): boolean => {
    const numeric = parseHost(address);
    if (numeric?.kind !== "address") return false;
    const known = own == null || authority.isResolutionOf(host, address);
    if (isName && known && !isLinkLocal(numeric.address)) return true;
    return authority.mayConnect(address, port, "net.connect");
  };
  const approve = (entry: Resolved): boolean => {
    if (isIP(entry.address) === 0 || !isAllowed(entry.address)) return false;
    approved.add(addressKey(entry.address, port));
    if (own == null) authority.noteResolution(host, entry.address);
    return true;
  };

  // HAZARD: anything but a function must still fail in Node's own check.
  if (typeof lookup !== "function") return lookup as Function;
  return function moatLookup(hostname: string, options: Record<string, unknown>, callback: LookupCallback): void {
    const wantsAll = options?.["all"] === true;
    const answer: LookupCallback = (error, found, family) => {
      if (error) return callback(error);
      const entries = resolvedEntries(found, family);
      if (entries.length === 0) return callback(nameNotFound(hostname));
      const allowed = entries.filter(approve);
      const first = allowed[0];
      if (first === undefined) return callback(connectDenied(entries[0]!.address, port));
      if (wantsAll) callback(null, allowed);
      else callback(null, first.address, first.family);
    };
    Reflect.apply(lookup, undefined, [
      hostname,
      own == null ? inOwnOrder(options, authority.defaults) : options,
      answer,
    ]);
  };
}

/**
 * The same for the application, whose sockets lead anywhere: what comes is approved, and passed on as it is.
 * HAZARD: a package that has the socket, or the agent that makes it, names a `lookup` too. What trusted code has not
 * named chooses among Node's own answers, or fails; where it says something else, these are taken.
 */
export function trustedLookup(
  { approved, lookups }: SocketPermit,
  { host, port }: SocketTarget,
  own: unknown,
  nodeLookup: (...args: unknown[]) => void,
): unknown {
  const lookup = own ?? nodeLookup;
  if (typeof lookup !== "function") return lookup;
  const isKnown = own === undefined || own === null || lookups.includes(own);
  return function moatLookup(hostname: string, options: Record<string, unknown>, callback: LookupCallback): void {
    const approve = (entries: readonly Resolved[]) => {
      for (const { address } of entries) approved.add(addressKey(address, port));
    };
    const answer: LookupCallback = (error, found, family) => {
      if (error) return callback(error, found, family);
      const entries = resolvedEntries(found, family);
      if (isKnown) {
        approve(entries);
        return callback(error, found, family);
      }
      nodeLookup(
        host,
        { family: options?.["family"], hints: options?.["hints"], all: true },
        (failure: unknown, known: Resolved[]) => {
          if (failure) return callback(failure);
          const said = known.filter(({ address }) => entries.some((entry) => entry.address === address));
          const taken = said.length > 0 ? said : known;
          approve(taken);
          if (options?.["all"] === true) callback(null, taken);
          else callback(null, taken[0]!.address, taken[0]!.family);
        },
      );
    };
    Reflect.apply(lookup, undefined, [hostname, options, answer]);
  };
}

/** Both shapes of an answer, as primitives read once. */
function resolvedEntries(found: unknown, family: unknown): Resolved[] {
  const list: unknown[] = Array.isArray(found) ? found : [{ address: found, family }];
  const entries: Resolved[] = [];
  for (let index = 0; index < list.length && index < 256; index += 1) {
    const entry = list[index] as { address?: unknown; family?: unknown } | null | undefined;
    const address = entry?.address;
    const kind = entry?.family;
    if (typeof address !== "string") continue;
    entries.push({ address, family: kind === 6 || kind === "IPv6" || address.includes(":") ? 6 : 4 });
  }
  return entries;
}
