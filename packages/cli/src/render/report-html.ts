import { createHash } from "node:crypto";
import { isSecretIn, isWayOut } from "../review/leak-warning.ts";
import { POWERS, type Power } from "../report/powers.ts";
import type { Report, ReportedPackage } from "../report/report.ts";
import { html, type Html } from "./html.ts";
import { countWords } from "./list-words.ts";
import { changesHtml } from "./report-changes-html.ts";
import { packageHtml, POWER_WORDS } from "./report-package-html.ts";
import { WARNING_TITLES } from "./review-words.ts";

export interface PageParts {
  /** moat's own files, put into the page as they are. */
  readonly style: string;
  readonly script: string;
  readonly version: string;
}

/** Warnings beyond these are one click away. */
const MOST_WARNINGS = 6;

/**
 * A report as one HTML file, which loads nothing, sends nothing, and runs moat's own script alone: without
 * it, everything can be read, and not be filtered. The same report gives the same bytes.
 *
 * HAZARD: names, reasons and snippets are written by whoever wrote a package. They are text through `html`,
 * never markup, never inside of the script, never an id; the policy in the head is the second line.
 */
export function reportHtml(report: Report, { style, script, version }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const { project, packages, changes } = report;
  const ids = new Map(packages.map(({ name }, index) => [name, `p${index + 1}`]));
  const title = `${project.name}: what each package may do`;
  const head = html`<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <meta name="generator" content="moat ${version}" />
    <title>${title}</title>`;
  const body = html`<a class="skip" href="#packages">Skip to the packages</a>
    <header>${headerHtml(report)}</header>
    <main>
      ${tilesHtml(packages)} ${changes === undefined ? undefined : changesHtml(changes, ids)}
      ${warningsHtml(packages, ids)}
      <section aria-labelledby="packages">
        <h2 id="packages" tabindex="-1">Packages</h2>
        ${toolbarHtml(report)}
        <ol id="list" class="packages">
          ${packages.map((one) => packageHtml(one, ids.get(one.name)!))}
        </ol>
        <p id="none" class="quiet" hidden>No package is like that.</p>
      </section>
    </main>
    <footer>
      <p>
        Written by moat ${version}. Nothing in this file is loaded from anywhere else. To see it on a terminal:
        <code>moat explain &lt;package&gt;</code>
      </p>
    </footer>`;
  return `<!doctype html>
<html lang="en">
<head>
${head}
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function headerHtml({ project, entries, root, notes }: Report): Html {
  return html`<p class="eyebrow">What each package may do</p>
    <h1>${project.name} <span class="version">${project.version}</span></h1>
    <p class="quiet">
      Policy for ${entries.join(", ")}.
      ${
        root === "trusted"
          ? "The application itself is trusted: its own code has no bounds, and is not in the list."
          : "The application itself is confined to what its entry says."
      }
    </p>
    ${notes.map((note) => html` <p class="note">${note}</p>`)}`;
}

function tilesHtml(packages: readonly ReportedPackage[]): Html {
  const calm = packages.filter(({ lines }) => lines.length === 0).length;
  const tiles = POWERS.map((power) => {
    const having = packages.filter(({ powers }) => powers.has(power));
    const waiting = having.filter(({ powers }) => powers.get(power) === "waits").length;
    const beyond = having.filter((one) => BEYOND[power]?.holds(one)).length;
    const remarks = [
      ...(beyond > 0 ? [`${beyond === having.length ? "all" : beyond} ${BEYOND[power]!.words}`] : []),
      ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? "waits" : "wait"}`] : []),
    ];
    return html`<li>
      <button type="button" class="tile ${power}" data-power="${power}" aria-pressed="false" disabled>
        <b>${having.length}</b> <span>${POWER_WORDS[power].tile}</span> <small>${remarks.join(" · ")}</small>
      </button>
    </li> `;
  });
  return html`<section aria-labelledby="powers">
    <h2 id="powers" class="unseen">Who can do what</h2>
    <ul class="tiles">
      <li>
        <button type="button" class="tile" data-power="" aria-pressed="true" disabled>
          <b>${packages.length}</b> <span>packages</span> <small>${calm} can only compute</small>
        </button>
      </li>
      ${tiles}
    </ul>
  </section>`;
}

/** Of a power, the part that reaches beyond the package and this machine. */
const BEYOND: Partial<Record<Power, { readonly words: string; holds(one: ReportedPackage): boolean }>> = {
  network: { words: "beyond this machine", holds: (one) => grantsIn(one).some(isWayOut) },
  read: {
    words: "beyond their folder",
    holds: (one) => grantsIn(one).some((grant) => grant.capability === "fs.read" && isSecretIn(grant)),
  },
  env: {
    words: "may see secrets",
    holds: (one) => grantsIn(one).some((grant) => grant.capability === "env" && isSecretIn(grant)),
  },
};

const grantsIn = ({ lines }: ReportedPackage): ReportedPackage["lines"][number]["grants"] =>
  lines.flatMap(({ grants }) => grants);

function warningsHtml(packages: readonly ReportedPackage[], ids: ReadonlyMap<string, string>): Html | undefined {
  const leaking = packages.filter(({ leak }) => leak !== undefined);
  if (leaking.length === 0) return undefined;
  const lines = leaking.map(
    ({ name, leak }) => html`<li><a href="#${ids.get(name)}">${name}</a>: ${leak!.words}.</li> `,
  );
  const rest = lines.slice(MOST_WARNINGS);
  return html`<section class="card leaks" aria-labelledby="leaks">
    <h2 id="leaks">${WARNING_TITLES.exfiltration}</h2>
    <p class="quiet">
      What may be secret comes in, and there is a way out, in
      ${leaking.length === 1 ? "one package" : `${leaking.length} packages`}. That need not be wrong: it is what to look
      at first.
    </p>
    <ul class="plain">
      ${lines.slice(0, MOST_WARNINGS)}
    </ul>
    ${
      rest.length === 0
        ? undefined
        : html` <details>
            <summary>${countWords(rest.length, "more package")}</summary>
            <ul class="plain">
              ${rest}
            </ul>
          </details>`
    }
  </section>`;
}

function toolbarHtml({ packages, changes }: Report): Html {
  const marks: readonly (readonly [mark: string, words: string, holds: (one: ReportedPackage) => boolean])[] = [
    ["pending", "Waits for acceptance", ({ isPending }) => isPending],
    ["changed", `Changed since ${changes?.base ?? ""}`, ({ change }) => change !== undefined],
    ["leak", "Secrets could leave", ({ leak }) => leak !== undefined],
    ["overridden", "Overridden", ({ isOverridden }) => isOverridden],
    ["unanalyzed", "Not fully analysed", ({ unanalyzed }) => unanalyzed.length > 0],
  ];
  const chips = marks.map(([mark, words, holds]) => {
    const count = packages.filter(holds).length;
    if (count === 0) return undefined;
    return html`<button type="button" class="chip ${mark}" data-mark="${mark}" aria-pressed="false">
      ${words} <b>${count}</b>
    </button> `;
  });
  return html`<div id="toolbar" class="toolbar" role="search" hidden>
    <label class="search"
      ><span class="unseen">Search packages, hosts, variables, files and code</span
      ><input
        id="search"
        type="search"
        placeholder="Search names, hosts, variables, code"
        autocomplete="off"
        spellcheck="false"
        aria-keyshortcuts="/"
        aria-controls="list"
    /></label>
    <label class="order"
      >Order
      <select id="order" aria-controls="list">
        <option value="risk">riskiest first</option>
        <option value="tree">as a tree</option>
      </select></label
    >
    <div class="chips">${chips}<button type="button" id="clear" class="chip" hidden>Clear</button></div>
    <p id="count" class="quiet" role="status"></p>
  </div>`;
}
