/**
 * What stands in the place of `http.request` and its like for everybody: the mock of a package that the project's
 * tests import (nock, msw), where its policy shares `http.client`.
 *
 * Each principal's own functions ask here at each call, so the mock is there and gone again as it is put and taken
 * away. The application's requests are carried by whoever has that share. A mock may send on what it carries, with
 * its own grants: a package's request is carried only where the package may connect to all that the mock may.
 */
import { grantReaches } from "../../policy/grant-reach.ts";
import { CLIENT_SHARE } from "../../policy/special-shares.ts";
import type { EndowmentContext, Principal } from "../principal.ts";

/** Functions and the class by which requests are made. */
export type RequestMaker = "http.ClientRequest" | "http.request" | "http.get" | "https.request" | "https.get" | "fetch";

interface Offer {
  readonly principal: Principal;
  /** What the package has there now; undefined where it is Node's. */
  readonly current: () => Function | undefined;
}

/** Whether the principal's policy lets it stand in for the makers of requests of others. */
export const mayCarry = ({ principal }: EndowmentContext): boolean =>
  !principal.trusted && principal.policy.shares?.includes(CLIENT_SHARE) === true;

/** Has others' requests ask what a principal that may carry them has put in the place of a maker. */
export function offerCarrier(
  { principal, shared }: EndowmentContext,
  maker: RequestMaker,
  current: Offer["current"],
): void {
  const all = shared("request-carriers", noOffers);
  all.set(maker, [...(all.get(maker) ?? []), { principal, current }]);
}

const noOffers = (): Map<RequestMaker, readonly Offer[]> => new Map();

/** What carries the principal's request; undefined where Node does. */
export function carrierOf(context: EndowmentContext, maker: RequestMaker): Function | undefined {
  const offers = context.shared("request-carriers", noOffers).get(maker);
  // Whoever carries makes its own requests by Node's functions, or a mock would have to carry what it sends on.
  if (offers === undefined || mayCarry(context)) return undefined;
  for (const { principal, current } of offers) {
    const carrier = principal.policy.shares?.includes(CLIENT_SHARE) === true ? current() : undefined;
    if (carrier !== undefined && mayBeCarried(context.principal, principal, maker)) return carrier;
  }
  return undefined;
}

/** Whether a principal may connect to all that the carrier may; says so where not. */
export function mayBeCarried(whose: Principal, by: Principal, maker: RequestMaker | "XMLHttpRequest"): boolean {
  if (whose.trusted) return true;
  const held = whose.policy.net?.connect ?? [];
  const beyond = (by.policy.net?.connect ?? []).find((target) => !held.some((own) => reaches(own, target)));
  return (
    beyond === undefined ||
    !whose.denies({ capability: "net.connect", target: beyond, via: `${maker}, which ${by.name} carries` })
  );
}

const reaches = (held: string, target: string): boolean =>
  grantReaches({ capability: "net.connect", target: held }, { capability: "net.connect", target });
