import { quoteForShell } from "@moat/core/model";
import { placeOf } from "../project/evidence-of.ts";
import { groupAlike, type AlikeReviews } from "../review/alike.ts";
import type { Change, Place, Review } from "../review/review.ts";
import { codeSpan } from "./escape-markdown.ts";
import { countWords } from "./list-words.ts";
import {
  carriedLine,
  freshPlace,
  headline,
  installationLines,
  loudOf,
  pathWords,
  quietLines,
  versionWords,
  verbOf,
  WARNING_TITLES,
} from "./review-words.ts";

/** GitHub takes 65,536 characters; what is beyond is counted. */
const MOST_CHARACTERS = 60_000;
const MOST_FOLDED = 15_000;
const MOST_ALARMS = 20;
const MOST_NAMES = 6;
/** Of one package, so that none fills the comment alone. */
const MOST_CHANGES = 30;
const MOST_EVIDENCE = 160;
const SIGN = { critical: "🔴", high: "🔴", medium: "🟠", low: "🟡", none: "⚪" } as const;

/**
 * The first line of the comment, by which a bot finds the one that it wrote before.
 * `project` tells the projects of one repository apart.
 */
function commentMarker(project: string): string {
  return `<!-- moat-diff${project === "" ? "" : `:${project.replace(/[^A-Za-z0-9._/]+/gu, "-").replace(/-{2,}/gu, "-")}`} -->`;
}

/** A review as a comment on a pull request. Whatever may come from a package stands in a code span. */
export function reviewMarkdown(review: Review, project: string): string {
  const gaining = review.packages.map(loudOf).filter(({ gains, warnings }) => gains.length + warnings.length > 0);
  const groups = groupAlike(gaining);
  const alarms = installationLines(review);
  const head = [
    commentMarker(project),
    `### moat: ${title(review)}`,
    `${headline({ ...review, base: "the base" })}`,
    ...review.notes.map((note) => `> ${codeSpan(note)}`),
    ...review.general.map(({ words, risk }) => `${SIGN[risk]} ${codeSpan(words)}`),
    ...alarms.slice(0, MOST_ALARMS).map((line) => `⚠️ **Installation**: ${codeSpan(line)}`),
    ...(alarms.length > MOST_ALARMS ? [`⚠️ **Installation**: … and ${alarms.length - MOST_ALARMS} more`] : []),
  ];
  const carried = carriedLine(review);
  const tail = [
    ...(carried === undefined
      ? []
      : [
          `- ${SIGN[carried.risk]} ${carried.risk}: ${codeSpan(`${carried.words}: ${carried.each.join(". ")}.`, MOST_FOLDED)}`,
        ]),
    ...foldedBlock(review),
    ...acceptBlock(review),
  ];
  const shown = fitting(groups.map(gainBlock), MOST_CHARACTERS - [...head, ...tail].join("\n\n").length);
  const more = groups.length - shown.length;
  return `${[...head, ...shown, ...(more > 0 ? [`… and ${countWords(more, "more package")}: \`moat diff\` shows all.`] : []), ...tail].join("\n\n")}\n`;
}

function title({ counts, gained, packages, installation: { scripts } }: Review): string {
  const leaks = packages.filter(({ warnings }) => warnings.some(({ kind }) => kind === "exfiltration")).length;
  if (leaks > 0) return `${countWords(leaks, "package")} could send secrets away`;
  if (counts.pending + counts.gained === 0 && scripts.length > 0)
    return scripts.length === 1
      ? "1 package has a new install script"
      : `${scripts.length} packages have new install scripts`;
  if (!gained) return "no package gained anything";
  return counts.pending > 0
    ? `${countWords(counts.pending, "package")} ${counts.pending === 1 ? "wants" : "want"} more than before`
    : `${countWords(counts.gained, "package")} can do more than before`;
}

function gainBlock(alike: AlikeReviews): string {
  const [first] = alike;
  const isNew = first.status === "new";
  const subjects = alike
    .slice(0, MOST_NAMES)
    .map(
      ({ package: name, versions, status, movedFrom }) =>
        `${codeSpan(name)}${version(versionWords(versions))}${status === "new" ? " (new)" : status === "moved" ? ` (was ${codeSpan(movedFrom!)})` : ""}`,
    )
    .join(", ");
  const others = alike.length > MOST_NAMES ? ` and ${alike.length - MOST_NAMES} more` : "";
  const lines: string[] = [];
  const told = new Set<string>();
  let verb = "";
  for (const change of first.gains.slice(0, MOST_CHANGES)) {
    const next = verbOf(change, isNew, alike.length > 1);
    if (next !== verb) lines.push(...(verb === "" ? [`#### ${subjects}${others} ${next}`] : ["", `and ${next}`]), "");
    verb = next;
    lines.push(changeLine(change, freshPlace(change, told)));
  }
  if (first.gains.length > MOST_CHANGES) lines.push(`- … and ${first.gains.length - MOST_CHANGES} more`);
  if (lines.length === 0) lines.push(`#### ${subjects}${others}`, "");
  lines.push(...first.warnings.map(({ kind, words }) => `- ⚠️ **${WARNING_TITLES[kind]}**: ${codeSpan(words)}`));
  if (first.reason !== undefined) lines.push(`- the overrides say: ${codeSpan(first.reason)}`);
  if (first.path.length > 1 || isNew) lines.push(`- came by ${codeSpan(pathWords(first.path))}`);
  return lines.join("\n");
}

function changeLine({ risk, words, decidedBy }: Change, place: Place | undefined): string {
  const by = decidedBy === "overrides" ? " (granted in `moat.overrides.json`)" : "";
  const why =
    place === undefined
      ? ""
      : ` at ${codeSpan(placeOf(place), MOST_EVIDENCE)}${place.snippet.trim() === "" ? "" : `: ${codeSpan(place.snippet.trim(), MOST_EVIDENCE)}`}`;
  return `- ${SIGN[risk]} ${risk === "none" ? "" : `${risk}: `}${codeSpan(words)}${by}${why}`;
}

/** What needs no look stands behind a fold. */
function foldedBlock(review: Review): string[] {
  const losses = review.packages
    .filter((one) => one.losses.length > 0)
    .map(
      (one) =>
        `- ${codeSpan(one.package)}${version(versionWords(one.versions))}: ${one.losses.map((loss) => `${verbOf(loss, false)} ${codeSpan(loss.words)}`).join("; ")}`,
    );
  const quiet = quietLines(review).map((line) => `- ${codeSpan(line)}`);
  const shown = fitting(losses, MOST_FOLDED);
  const more = losses.length > shown.length ? [`- … and ${losses.length - shown.length} more lost something`] : [];
  const lines = [...shown, ...more, ...quiet];
  if (lines.length === 0) return [];
  return [`<details><summary>What was lost, and what needs no look</summary>\n\n${lines.join("\n")}\n\n</details>`];
}

function acceptBlock({ packages }: Review): string[] {
  const pending = packages.filter(({ gains }) => gains.some(({ to }) => to === "pending"));
  if (pending.length === 0) return [];
  const command =
    pending.length === 1 ? `moat policy --accept ${quoteForShell(pending[0]!.package)}` : "moat policy --accept";
  return [`To accept, after a look: ${codeSpan(command)}`];
}

function version(words: string): string {
  return words === "" ? "" : ` ${codeSpan(words.trim())}`;
}

/** The first of the texts that have room together. */
function fitting(texts: readonly string[], characters: number): string[] {
  let room = characters;
  const end = texts.findIndex((text) => (room -= text.length + 2) < 0);
  return texts.slice(0, end === -1 ? texts.length : end);
}
