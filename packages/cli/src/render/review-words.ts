import { countWords, listWords } from "./list-words.ts";
import type { Change, PackageReview, PathStep, Place, Review, Versions, Warning } from "../review/review.ts";

/** Words of a review that every format shares. Not escaped: names and versions come from packages. */

/** ` 1.3.0 to 1.3.1`; empty where no lockfile says it. */
export function versionWords({ before, after, contentChanged }: Versions): string {
  if (contentChanged) return ` ${after!} (same version, other content)`;
  if (before !== undefined && after !== undefined && before !== after) return ` ${before} to ${after}`;
  const known = after ?? before;
  return known === undefined ? "" : ` ${known}`;
}

/** What a warning is, before its words. */
export const WARNING_TITLES: Readonly<Record<Warning["kind"], string>> = {
  exfiltration: "Secrets could leave",
  content: "Other code under the same version",
};

export function subjectWords({ package: name, versions, status, movedFrom }: PackageReview): string {
  const remark = status === "new" ? " (new)" : status === "moved" ? ` (was ${movedFrom!})` : "";
  return `${name === "." ? "the application" : name}${versionWords(versions)}${remark}`;
}

/** `can now`, `wants to`, … what stands before a change's words. */
export function verbOf(change: Pick<Change, "kind" | "to" | "carried">, isNew: boolean): string {
  if (change.kind === "lost") return change.to === "pending" ? "may no longer (until it is accepted)" : "can no longer";
  if (change.carried) return "has to be given again, after its move, to";
  if (change.to === "pending") return "wants to";
  return isNew ? "can" : "can now";
}

/** `the application → express 4.17.1 to 4.18.0 → left-pad` */
export function pathWords(path: readonly PathStep[]): string {
  return [
    "the application",
    ...path.map(({ package: name, versions, isNew }) => {
      const last = name.slice(name.lastIndexOf(">") + 1);
      return `${last}${versionWords(versions)}${isNew && path.length > 1 ? " (new)" : ""}`;
    }),
  ].join(" → ");
}

/** The first place of a change that was not told before; `told` remembers them. */
export function freshPlace({ evidence }: Change, told: Set<string>): Place | undefined {
  const place = evidence.find(({ file, line }) => !told.has(`${file}:${line}`));
  if (place !== undefined) told.add(`${place.file}:${place.line}`);
  return place;
}

/** The whole in one sentence. */
export function headline({ counts, base, general }: Review): string {
  const { gained, pending, lost, added, removed } = counts;
  const parts = [
    ...(pending > 0
      ? [
          `${countWords(pending, "package")} ${pending === 1 ? "wants" : "want"} more than before, and ${pending === 1 ? "is" : "are"} denied it until somebody accepts it`,
        ]
      : []),
    ...(gained > 0 ? [`${countWords(gained, "package")} can do more than before`] : []),
  ];
  const rest = [
    ...(lost > 0 ? [`${countWords(lost, "package")} lost something`] : []),
    ...(added > 0 ? [`${countWords(added, "package")} ${added === 1 ? "is" : "are"} new`] : []),
    ...(removed > 0 ? [`${countWords(removed, "package")} ${removed === 1 ? "is" : "are"} gone`] : []),
  ];
  if (parts.length === 0 && rest.length === 0)
    return general.length > 0 ? "No package gained anything." : `Nothing changed since ${base}.`;
  const gain = parts.length === 0 ? "No package gained anything" : parts.join("; ");
  return `${gain}.${rest.length === 0 ? "" : ` ${capital(listWords(rest))}.`}`;
}

/** Lines about what needs no look, one thought each. */
export function quietLines(review: Review): string[] {
  const { packages, updated, counts, installation } = review;
  const { unreached } = installation;
  const harmless = packages.filter(({ status, gains }) => status === "new" && gains.length === 0);
  const removed = packages.filter(({ status }) => status === "removed");
  const moved = packages.filter(
    ({ status, gains, losses }) => status === "moved" && gains.length + losses.length === 0,
  );
  const name = ({ package: own, versions }: PackageReview): string => `${own}${versionWords(versions)}`;
  return [
    ...(harmless.length > 0 ? [`New, and can only compute: ${listWords(harmless.map(name), 12)}.`] : []),
    ...(moved.length > 0
      ? [
          `Have another name, and the same grants: ${listWords(
            moved.map(({ package: own }) => own),
            12,
          )}.`,
        ]
      : []),
    ...(removed.length > 0 ? [`Gone: ${listWords(removed.map(name), 12)}.`] : []),
    ...(updated.length > 0
      ? [
          `${capital(countWords(counts.updated, "package"))} changed ${counts.updated === 1 ? "its" : "their"} version and gained nothing.`,
        ]
      : []),
    ...(unreached > 0
      ? [
          `${capital(countWords(unreached, "package"))} ${unreached === 1 ? "is" : "are"} new in the lockfile, and no code that the policy is for imports ${unreached === 1 ? "it" : "them"}.`,
        ]
      : []),
  ];
}

/** What is to be known of installing, which moat does not confine. */
export function installationLines({ installation: { scripts } }: Review): string[] {
  return scripts.map(
    ({ name, version, reached }) =>
      `${name} ${version} has a new install script${reached ? "" : ", and no code that the policy is for imports it"}. moat does not confine installation.`,
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
