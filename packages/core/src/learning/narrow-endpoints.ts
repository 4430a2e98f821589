import { endpointReachesHost, grantReaches } from "../policy/grant-reach.ts";

export interface UsedEndpoints {
  readonly capability: "net.connect" | "net.listen";
  readonly granted: readonly string[];
  /** `host:port`, `unix:/path`. */
  readonly used: readonly string[];
  /** Names that were looked up. */
  readonly lookedUp?: readonly string[];
}

/** More hosts than this are no list that a person would keep. */
const MOST_HOSTS = 20;
/** From here on the system chooses ports. */
const FIRST_EPHEMERAL_PORT = 32_768;

/** The endpoints that are enough for what was used: each is one of those granted, or one that a pattern covers. */
export function narrowEndpoints({ capability, granted, used, lookedUp = [] }: UsedEndpoints): string[] {
  const byGrant = new Map<string, Set<string>>();
  for (const endpoint of used) {
    const covering = granted.filter((held) =>
      grantReaches({ capability, target: held }, { capability, target: endpoint }),
    );
    // A socket in the project's or the temp folder, which `*` covers and no text can tell.
    const grant = narrowest(covering) ?? (endpoint.startsWith("unix:") && granted.includes("*") ? "*" : undefined);
    if (grant !== undefined)
      add(byGrant, grant, endpoint.startsWith("unix:") && grant === "*" ? "*" : portable(endpoint));
  }
  const scopes = new Set([...byGrant].flatMap(([grant, endpoints]) => narrowed(grant, endpoints, capability)));
  for (const host of lookedUp) {
    if ([...scopes].some((scope) => endpointReachesHost(scope, host))) continue;
    const grant = narrowest(granted.filter((held) => endpointReachesHost(held, host)));
    if (grant !== undefined)
      scopes.add(isPattern(grant) && reaches(grant, `${host}:*`, capability) ? `${host}:*` : grant);
  }
  return [...scopes].toSorted();
}

function narrowed(grant: string, endpoints: ReadonlySet<string>, capability: UsedEndpoints["capability"]): string[] {
  if (!isPattern(grant) || endpoints.size > MOST_HOSTS) return [grant];
  return [...endpoints].map((endpoint) => (reaches(grant, endpoint, capability) ? endpoint : grant));
}

const reaches = (held: string, wanted: string, capability: UsedEndpoints["capability"]): boolean =>
  grantReaches({ capability, target: held }, { capability, target: wanted });

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

/** A port that the system chose will be another one next time. */
function portable(endpoint: string): string {
  const [, host, port] = /^(.*):(\d+)$/u.exec(endpoint) ?? [];
  if (host === undefined) return endpoint;
  return Number(port) === 0 || Number(port) >= FIRST_EPHEMERAL_PORT ? `${host}:*` : endpoint;
}

function isPattern(endpoint: string): boolean {
  return endpoint.includes("*") && !endpoint.startsWith("unix:");
}

/** An exact one before a pattern, a longer pattern before a shorter one. */
function narrowest(endpoints: readonly string[]): string | undefined {
  return endpoints.toSorted((a, b) => Number(isPattern(a)) - Number(isPattern(b)) || b.length - a.length)[0];
}
