import {
  endpointCovers,
  endpointCoversHost,
  endpointCoversUnix,
  parseEndpoint,
  parseHost,
  type Endpoint,
} from "./endpoint.ts";
import { makeEnvCovers } from "./env-covers.ts";
import type { Grant } from "./grant.ts";
import { isAbsoluteScope } from "./scope-place.ts";
import { isReservedForWrite, isSecret } from "./scope-rules.ts";

/** Scopes that reach further than what anybody means by them. */
export const BROAD_SCOPES: ReadonlySet<string> = new Set([".", "<cwd>", "<home>"]);

/** Whether a scope for writing leaves out build files and the like, as it names no folder of its own: `.` and not `./dist`. */
export function leavesOutOrders(scope: string): boolean {
  return BROAD_SCOPES.has(scope) || scope === "<package>";
}

/**
 * Whether a grant lets a package do what another text of the same kind says, by
 * the texts alone: `.` reaches `./data/a.json` and not `./.env`, `*` reaches
 * `api.example.com:443`. What depends on the disk (executable bits, links) is
 * not asked: the run time decides, this tells.
 */
export function grantReaches(held: Grant, wanted: Grant): boolean {
  if (held.capability !== wanted.capability) return false;
  switch (held.capability) {
    case "fs.read":
    case "fs.write":
      return scopeReaches(held.target, wanted.target, held.capability === "fs.write");
    case "net.connect":
    case "net.listen":
      return endpointReaches(held.target, wanted.target);
    case "env":
      return makeEnvCovers([held.target], false)(wanted.target);
    case "command":
    case "change":
      return held.target === "*" || held.target === wanted.target;
    case "builtin":
      return (
        held.target === wanted.target &&
        (wanted.member === undefined || held.member === "*" || held.member === wanted.member)
      );
    default:
      return held.target === wanted.target;
  }
}

/** What of a path lies below a scope, as segments; undefined where it lies elsewhere. */
export function segmentsBelowScope(scope: string, path: string): string[] | undefined {
  if (path === scope) return [];
  const prefix = `${scope.replace(/\/$/u, "")}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length).split("/") : undefined;
}

function scopeReaches(scope: string, path: string, writes: boolean): boolean {
  const below = segmentsBelowScope(scope, path);
  if (below === undefined || below.includes("..")) return false;
  if (writes) return !isReservedForWrite(below, leavesOutOrders(scope), false);
  return scope.startsWith("<package>") || isAbsoluteScope(scope) || !isSecret(below, false);
}

function endpointReaches(held: string, wanted: string): boolean {
  const by = parseEndpoint(held);
  const to = parseEndpoint(wanted);
  if (by === undefined || to === undefined) return false;
  if (held === wanted) return true;
  if (to.kind === "unix") return endpointCoversUnix(by, to.path);
  if (to.kind === "any" || to.host.kind === "below") return false;
  if (to.host.kind === "any")
    return by.kind === "any" || (by.kind === "host" && by.host.kind === "any" && portReaches(by, to.port));
  if (to.port === "*")
    return endpointCoversHost(by, to.host) && (by.kind === "any" || (by.kind === "host" && by.port === "*"));
  return endpointCovers(by, to.host, to.port);
}

function portReaches(by: Extract<Endpoint, { kind: "host" }>, port: number | "*"): boolean {
  return by.port === "*" || by.port === port;
}

/** Whether a grant is enough to look a host's name up. */
export function endpointReachesHost(held: string, host: string): boolean {
  const by = parseEndpoint(held);
  const name = parseHost(host);
  return by !== undefined && name !== undefined && endpointCoversHost(by, name);
}
