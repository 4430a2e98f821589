/** Hosts in every spelling against random grants: what moat lets through must be what the host really is. */
import fc from "fast-check";
import { endpointCovers, parseEndpoint, parseHost } from "../../packages/core/src/policy/endpoint.ts";
import { anyGrant, anyHost, covers, type Grant, type Host } from "./hosts.ts";

export interface EndpointCase {
  readonly grants: readonly Grant[];
  readonly host: Host;
  readonly port: number;
}

export const endpointCases: fc.Arbitrary<EndpointCase> = fc.record({
  grants: fc.array(anyGrant, { maxLength: 3 }),
  host: anyHost,
  port: fc.constantFrom(443, 80, 8080, 22),
});

/** Names with a dot too many, and the like, mean nothing to the model: only `*` may let them through, to fail in the resolver. */
const isOnlyAny = (grants: readonly Grant[]): boolean => grants.some(({ host }) => host.kind === "any");

export const endpointProperty = fc.property(endpointCases, ({ grants, host, port }) => {
  const endpoints = grants.map(({ text }) => {
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined) throw new Error(`the grant ${text} is not read`);
    return endpoint;
  });
  const parsed = parseHost(host.text);
  const isAllowed = parsed !== undefined && endpoints.some((endpoint) => endpointCovers(endpoint, parsed, port));
  const expected = grants.some((grant) => covers(grant, host.truth, port));
  if (isAllowed && !expected && !(host.truth.kind === "other" && parsed.kind === "name" && isOnlyAny(grants)))
    throw new Error(`escape: ${JSON.stringify(host.text)}:${port} by ${grants.map(({ text }) => text).join(" ")}`);
  if (!isAllowed && expected && host.isUsual)
    throw new Error(`${host.text}:${port} is refused although ${grants.map(({ text }) => text).join(" ")} covers it`);
});
