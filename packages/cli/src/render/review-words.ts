import { compareRisk, type Risk } from "@moat/core/model";
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

/** `can now`, `wants to`, … what stands before a change's words; `many` where several packages are told together. */
export function verbOf(change: Pick<Change, "kind" | "to" | "carried">, isNew: boolean, many = false): string {
  if (change.kind === "lost") return change.to === "pending" ? "may no longer (until it is accepted)" : "can no longer";
  if (change.carried) return "has to be given again, after a move, to";
  if (change.to === "pending") return many ? "want to" : "wants to";
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
export function headline({ counts, base, general, updated, installation, packages }: Review): string {
  const computing = packages.filter(({ gains }) => gains.length > 0 && gains.every(({ quiet }) => quiet)).length;
  const { gained, pending, lost, added, removed } = counts;
  const parts = [
    ...(pending > 0
      ? [
          `${countWords(pending, "package")} ${pending === 1 ? "wants" : "want"} more than before, and ${pending === 1 ? "is" : "are"} denied it until somebody accepts it${computing > 0 && pending > 1 ? ` (${computing} of them only to compute)` : ""}`,
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
    return general.length + updated.length + installation.scripts.length > 0
      ? "No package gained anything in the program."
      : `Nothing changed since ${base}.`;
  const gain = parts.length === 0 ? "No package gained anything" : parts.join("; ");
  return `${gain}.${rest.length === 0 ? "" : ` ${capital(listWords(rest))}.`}`;
}

/** A review without the gains that are told of all packages together: by `quietLines`, and by `carriedLine`. */
export function loudOf(review: PackageReview): PackageReview {
  return { ...review, gains: review.gains.filter(({ quiet, carried }) => !quiet && !carried) };
}

/** What has to be given again because a name has changed, of all packages, with the worst risk of it. */
export function carriedLine({
  packages,
}: Review): { readonly risk: Risk; readonly words: string; readonly each: readonly string[] } | undefined {
  const carried = packages
    .map((review) => ({ review, gains: review.gains.filter((change) => change.carried && !change.quiet) }))
    .filter(({ gains }) => gains.length > 0);
  if (carried.length === 0) return undefined;
  return {
    risk: carried.flatMap(({ gains }) => gains.map(({ risk }) => risk)).toSorted(compareRisk)[0]!,
    words: "what has another name has to be given again what it had",
    each: carried.map(({ review, gains }) => `${subjectWords(review)}: ${gains.map(({ words }) => words).join("; ")}`),
  };
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
  const waiting = packages.filter(({ gains }) => gains.some(({ quiet, to }) => quiet && to === "pending"));
  return [
    ...(waiting.length > 0
      ? [`Waits too, and only computes, or imports what only computes: ${listWords(waiting.map(quietWords), 12)}.`]
      : []),
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

function quietWords({ package: name, gains }: PackageReview): string {
  const words = gains
    .filter(({ quiet, to }) => quiet && to === "pending")
    .map(({ words: own }) => own.replace(/^use what only computes: /u, ""));
  return `${name} (${words.join("; ")})`;
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
