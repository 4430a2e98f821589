import { MoatError } from "../errors/moat-error.ts";
import { freezeDeep } from "../policy/freeze-deep.ts";
import { grantKey, grantsOf, policyOf, type Grant, type GrantCapability } from "../policy/grant.ts";
import { grantReaches } from "../policy/grant-reach.ts";
import type { CanonicalName, PackagePolicy } from "../policy/types.ts";
import type { Droppable } from "./types.ts";

type Selection = true | readonly string[] | undefined;

/** Which grants each part of a `Droppable` is about. */
function selections(drop: Droppable): ReadonlyArray<readonly [GrantCapability, Selection]> {
  const fs = drop.fs === true ? ({ read: true, write: true } as const) : drop.fs;
  const net = drop.net === true ? ({ connect: true, listen: true } as const) : drop.net;
  return [
    ["package", drop.packages],
    ["env", drop.env],
    ["fs.read", fs?.read],
    ["fs.write", fs?.write],
    ["net.connect", net?.connect],
    ["net.listen", net?.listen],
    ["command", drop.commands],
    ["worker", drop.workers],
    ["native", drop.native],
  ];
}

const FIELDS: ReadonlySet<string> = new Set(["packages", "env", "fs", "net", "commands", "workers", "native"]);

/**
 * The policy without these grants; frozen. What is not granted is no error: it is not there afterwards.
 *
 * @throws {MoatError} `MOAT_GRANT_BROADER` where a part of a broader grant was meant, which would stay
 */
export function dropGrants(name: CanonicalName, policy: PackagePolicy, drop: Droppable): PackagePolicy {
  for (const field of Object.keys(drop)) {
    if (!FIELDS.has(field))
      throw new MoatError("MOAT_USAGE", `${JSON.stringify(field)} can't be dropped: only ${[...FIELDS].join(", ")}`);
  }
  const dropped = new Set<string>();
  const held = grantsOf(policy);
  for (const [capability, selection] of selections(drop)) {
    if (selection === undefined) continue;
    const own = held.filter((grant) => grant.capability === capability);
    const wanted: readonly Grant[] = selection === true ? own : selection.map((target) => ({ capability, target }));
    for (const grant of wanted) {
      dropped.add(grantKey(grant));
      assertNoBroader(name, grant, own, dropped, wanted);
    }
  }
  return freezeDeep(policyOf(held.filter((grant) => !dropped.has(grantKey(grant)))));
}

function assertNoBroader(
  name: CanonicalName,
  grant: Grant,
  own: readonly Grant[],
  dropped: ReadonlySet<string>,
  wanted: readonly Grant[],
): void {
  const going = new Set([...dropped, ...wanted.map(grantKey)]);
  const broader = own.find((held) => !going.has(grantKey(held)) && grantReaches(held, grant));
  if (broader === undefined) return;
  throw new MoatError(
    "MOAT_GRANT_BROADER",
    `${name} has ${grant.target} as a part of ${broader.target}, which would stay`,
    {
      fields: { package: name, capability: grant.capability, target: grant.target, granted: broader.target },
      nextStep: `drop ${JSON.stringify(broader.target)}, or all of it: true`,
    },
  );
}
