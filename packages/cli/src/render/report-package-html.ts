import { quoteForShell, splitName } from "@moat/core/model";
import type { Power } from "../report/powers.ts";
import type { ReportedPackage, Step } from "../report/report.ts";
import type { Change, Place } from "../review/review.ts";
import { html, type Html } from "./html.ts";
import { countWords, listWords } from "./list-words.ts";
import { WARNING_TITLES } from "./review-words.ts";

/** How a power is called, on its tile and beside the name of a package. */
export const POWER_WORDS: Readonly<Record<Power, { readonly tile: string; readonly short: string }>> = {
  network: { tile: "use the network", short: "network" },
  read: { tile: "read files", short: "read" },
  write: { tile: "write files", short: "write" },
  env: { tile: "read the environment", short: "env" },
  programs: { tile: "start programs", short: "programs" },
  native: { tile: "load native code", short: "native" },
  other: { tile: "use other parts of Node", short: "node" },
};

const MOST_PLACES = 3;
const MOST_NAMES = 12;
const MOST_FINDINGS = 10;
/** Deeper packages are not moved further to the right. */
const MOST_DEPTH = 8;
/** A minified file is one line. */
const MOST_CHARACTERS = 240;

type Mark = readonly [mark: string, words: string];

/** One package: a line, and below it everything that is known. `id` is moat's own. */
export function packageHtml(one: ReportedPackage, id: string): Html {
  const { name, version, risk, powers } = one;
  const steps = splitName(name);
  const marks = marksOf(one);
  const way = steps.slice(0, -1).map((step) => html`<span class="way">${step} › </span>`);
  const told = [...powers].map(
    ([power, holding]) => html`<span class="power ${holding}">${POWER_WORDS[power].short}</span> `,
  );
  const marked = marks.map(([mark, words]) => html`<span class="mark ${mark}">${words}</span> `);
  return html`<li
    class="package"
    id="${id}"
    data-powers="${[...powers.keys()].join(" ")}"
    data-marks="${marks.map(([mark]) => mark).join(" ")}"
    data-name="${name}"
    data-depth="${Math.min(steps.length, MOST_DEPTH)}"
  >
    <details>
      <summary>
        <span class="risk ${risk}">${risk === "none" ? "computes" : risk}</span>
        <span class="name"
          >${way}<b>${steps.at(-1) ?? "the application"}</b> <span class="version">${version}</span></span
        >
        <span class="powers">${told}</span> <span class="marks">${marked}</span>
      </summary>
      <div class="body">${bodyHtml(one)}</div>
    </details>
  </li> `;
}

function marksOf({ isPending, change, leak, isOverridden, unanalyzed }: ReportedPackage): Mark[] {
  const all: readonly (Mark | undefined)[] = [
    isPending ? ["pending", "waits"] : undefined,
    change === undefined ? undefined : ["changed", change],
    leak === undefined ? undefined : ["leak", "secrets could leave"],
    isOverridden ? ["overridden", "overridden"] : undefined,
    unanalyzed.length === 0 ? undefined : ["unanalyzed", "not fully analysed"],
  ];
  return all.filter((mark) => mark !== undefined);
}

function bodyHtml(one: ReportedPackage): Html {
  const { name, path, importedBy, imports, lines, harmless, leak, reason, unanalyzed, isPending } = one;
  const facts: readonly (readonly [term: string, words: string])[] = [
    ["Came in by", path.length === 0 ? "the project itself" : ["the application", ...path.map(stepWords)].join(" → ")],
    ["Imported by", namesWords(importedBy)],
    ["May import", namesWords(imports)],
    ["The overrides say", reason ?? ""],
  ];
  return html`<dl>
      ${facts
        .filter(([, words]) => words !== "")
        .map(
          ([term, words]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${words}</dd>
            </div> `,
        )}
    </dl>
    ${leak === undefined ? undefined : html`<p class="warning"><b>${WARNING_TITLES[leak.kind]}:</b> ${leak.words}.</p> `}${
      lines.length === 0
        ? undefined
        : html`<ul class="grants">
            ${lines.map((line) => lineHtml(line, line.to === "pending" ? "wants to" : "can"))}
          </ul> `
    }
    <p class="quiet">${calmWords(lines.length, harmless)}</p>
    ${findingsHtml(unanalyzed)}
    <p class="quiet next">
      ${
        isPending
          ? html`To accept what it wants: <code>moat policy --accept ${quoteForShell(name)}</code><br />`
          : undefined
      }On
      a terminal: <code>moat explain ${quoteForShell(name)}</code>
    </p> `;
}

function stepWords({ name, version }: Step): string {
  return `${splitName(name).at(-1) ?? name}${version === undefined ? "" : ` ${version}`}`;
}

function namesWords(names: readonly string[]): string {
  return listWords(
    names.map((name) => (name === "." ? "the application" : name)),
    MOST_NAMES,
  );
}

function calmWords(lines: number, harmless: number): string {
  if (harmless === 0) return lines === 0 ? "It can compute, and nothing else." : "";
  const parts = `${countWords(harmless, "part")} of Node that only ${harmless === 1 ? "computes" : "compute"}`;
  return lines === 0 ? `It can compute, and nothing else: it uses ${parts}.` : `Besides, it uses ${parts}.`;
}

/** A line of a review: what it can do, and the code that asks for it. */
export function lineHtml({ risk, words, to, decidedBy, evidence }: Change, verb: string): Html {
  return html`<li>
    <span class="risk ${risk}">${risk === "none" ? "computes" : risk}</span>
    <div>
      <p>
        ${verb}
        ${words}${
          to === "pending" ? html` <span class="mark pending">waits</span>` : undefined
        }${decidedBy === "overrides" ? html` <span class="mark overridden">moat.overrides.json</span>` : undefined}
      </p>
      ${placesHtml(evidence)}
    </div>
  </li> `;
}

function placesHtml(evidence: readonly Place[]): Html | undefined {
  if (evidence.length === 0) return undefined;
  const more = evidence.length - MOST_PLACES;
  return html`<ul class="places">
    ${evidence
      .slice(0, MOST_PLACES)
      .map(
        ({ file, line, snippet }) =>
          html`<li><span class="place">${file}:${line}</span> <code>${clip(snippet.trim())}</code></li>`,
      )}${more > 0 ? html`<li class="quiet">… and ${countWords(more, "more place")}</li>` : undefined}
  </ul>`;
}

function findingsHtml(findings: ReportedPackage["unanalyzed"]): Html | undefined {
  if (findings.length === 0) return undefined;
  const more = findings.length - MOST_FINDINGS;
  return html`<div class="findings">
    <p>Could not be analysed, and gives it nothing:</p>
    <ul class="places">
      ${findings
        .slice(0, MOST_FINDINGS)
        .map(
          ({ file, line, reason }) => html`<li><span class="place">${file}:${line}</span> ${clip(reason)}</li>`,
        )}${more > 0 ? html`<li class="quiet">… and ${more} more</li>` : undefined}
    </ul>
  </div> `;
}

function clip(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}
