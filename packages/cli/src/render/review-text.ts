import { escapeForTerminal, quoteForShell } from "@moat/core/model";
import { placeOf } from "../project/evidence-of.ts";
import { groupAlike, type AlikeReviews } from "../review/alike.ts";
import type { Change, PackageReview, Place, Review } from "../review/review.ts";
import type { Paint } from "./colors.ts";
import { listWords } from "./list-words.ts";
import { paintRisk } from "./paint-risk.ts";
import {
  carriedLine,
  freshPlace,
  headline,
  installationLines,
  loudOf,
  pathWords,
  quietLines,
  subjectWords,
  verbOf,
  WARNING_TITLES,
} from "./review-words.ts";

/** A line of a terminal; longer ones hide what stands below. */
const MOST_CHARACTERS = 240;

/** A review for a terminal: what was gained first, the worst of it on top; then what was lost; then the rest in numbers. */
export function reviewText(review: Review, paint: Paint): string {
  const gaining = review.packages.map(loudOf).filter(({ gains, warnings }) => gains.length + warnings.length > 0);
  const carried = carriedLine(review);
  const losing = review.packages.filter(({ losses }) => losses.length > 0);
  const pending = review.packages.filter(({ gains }) => gains.some(({ to }) => to === "pending"));
  const blocks = [
    [paint("bold", clean(headline(review))), ...review.notes.map(clean)],
    review.general.map(({ words, risk }) => `${paintRisk(paint, risk)} ${clean(words)}`),
    installationLines(review).map((line) => `${paint("red", "!")} ${clean(line)}`),
    ...groupAlike(gaining).map((alike) => gainLines(alike, paint)),
    carried === undefined
      ? []
      : [`${paintRisk(paint, carried.risk)} ${carried.words}`, ...carried.each.map((words) => `  ${clean(words)}`)],
    losing.map((one) => `${paint("green", "-")} ${clean(lossWords(one))}`),
    quietLines(review).map(clean),
    pending.length === 0 ? [] : [`To accept: ${clean(acceptCommand(pending))}`],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** What a group of packages gained, line by line. */
export function gainLines(alike: AlikeReviews, paint: Paint): string[] {
  const [first] = alike;
  const subject = listWords(alike.map(subjectWords), 6);
  const lines: string[] = [];
  const told = new Set<string>();
  let verb = "";
  for (const change of first.gains) {
    const next = verbOf(change, first.status === "new", alike.length > 1);
    if (next !== verb) lines.push(verb === "" ? `${paint("bold", clean(subject))} ${next}` : `  ${next}`);
    verb = next;
    lines.push(...changeLines(change, freshPlace(change, told), paint));
  }
  if (lines.length === 0) lines.push(paint("bold", clean(subject)));
  for (const { kind, words } of first.warnings)
    lines.push(`  ${paint("red", clean(`${"!".padEnd("critical".length)} ${WARNING_TITLES[kind]}: ${words}`))}`);
  if (first.reason !== undefined) lines.push(`  the overrides say: ${clean(first.reason)}`);
  if (first.path.length > 1 || first.status === "new") lines.push(paint("dim", `  by ${clean(pathWords(first.path))}`));
  return lines;
}

/** One change and a place that asks for it. */
function changeLines({ risk, words, decidedBy }: Change, place: Place | undefined, paint: Paint): string[] {
  const by = decidedBy === "overrides" ? " (moat.overrides.json)" : "";
  const indent = " ".repeat("  critical ".length);
  return [
    `  ${paintRisk(paint, risk)} ${clean(words)}${by}`,
    ...(place === undefined ? [] : [`${indent}${paint("dim", clean(`${placeOf(place)}  ${place.snippet.trim()}`))}`]),
  ];
}

function lossWords(review: PackageReview): string {
  const verbs = [...new Set(review.losses.map((loss) => verbOf(loss, false)))];
  const parts = verbs.map(
    (verb) =>
      `${verb} ${review.losses
        .filter((loss) => verbOf(loss, false) === verb)
        .map(({ words }) => words)
        .join("; ")}`,
  );
  return `${subjectWords(review)} ${parts.join(", and ")}`;
}

function acceptCommand(pending: readonly PackageReview[]): string {
  return pending.length === 1
    ? `moat policy --accept ${quoteForShell(pending[0]!.package)}`
    : "moat policy --accept, which asks package by package";
}

function clean(text: string): string {
  const escaped = escapeForTerminal(text);
  return escaped.length > MOST_CHARACTERS ? `${escaped.slice(0, MOST_CHARACTERS - 1)}…` : escaped;
}
