import { makeDisk, makeResolver, MoatError, POLICY_FILE, type Manifest, type Policy } from "@moat/core/model";

/**
 * The check that is cheap enough for every start: the packages that the
 * application itself imports are there. Everything else a stale policy denies
 * as it comes up; `moat policy --check` compares in full.
 *
 * What was left out at installation on purpose (development, optional and peer
 * dependencies) may be missing.
 *
 * @throws MoatError `MOAT_PACKAGE_MISSING`, `MOAT_POLICY_STALE`
 */
export function assertTreeMatches(policy: Policy, project: string): void {
  const resolver = makeResolver(makeDisk(), { roots: [project] });
  const manifest = resolver.manifestOf(project) ?? {};
  for (const name of Object.keys(policy.packages)) {
    if (name.startsWith(".") || name.includes(">")) continue;
    const dependency = decodeURIComponent(name);
    if (mayBeMissing(manifest, dependency) || resolver.locate(dependency, project) !== undefined) continue;
    if (Object.hasOwn(manifest.dependencies ?? {}, dependency)) {
      throw new MoatError("MOAT_PACKAGE_MISSING", `the package ${name} is not installed in ${project}`, {
        fields: { package: name, project },
        nextStep: "npm install",
      });
    }
    throw new MoatError(
      "MOAT_POLICY_STALE",
      `${POLICY_FILE} is stale: it has the package ${name}, which ${project} no longer has`,
      {
        fields: { package: name, project },
        nextStep: "moat policy --write",
      },
    );
  }
}

function mayBeMissing(manifest: Manifest, dependency: string): boolean {
  return [manifest.devDependencies, manifest.optionalDependencies, manifest.peerDependencies].some((field) =>
    Object.hasOwn(field ?? {}, dependency),
  );
}
