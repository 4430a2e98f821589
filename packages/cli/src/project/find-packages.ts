import { MoatError, nearestWord, POLICY_FILE, splitName, type CanonicalName } from "@moat/core/model";

/**
 * The packages that a person means: by canonical name (`express>debug`), or
 * else every package whose own name it is (`debug`).
 *
 * @throws MoatError `MOAT_PACKAGE_UNKNOWN`, with the name that was probably meant
 */
export function findPackages(asked: string, known: readonly CanonicalName[]): [CanonicalName, ...CanonicalName[]] {
  if (known.includes(asked)) return [asked];
  const [first, ...others] = known.filter((name) => splitName(name).at(-1) === asked);
  if (first !== undefined) return [first, ...others];
  const near =
    nearestWord(asked, known) ??
    nearestWord(
      asked,
      known.map((name) => splitName(name).at(-1) ?? name),
    );
  throw new MoatError("MOAT_PACKAGE_UNKNOWN", `${POLICY_FILE} has no package ${JSON.stringify(asked)}`, {
    fields: { package: asked },
    nextStep: near === undefined ? "moat policy --verbose lists the packages" : `did you mean: ${near}`,
  });
}
