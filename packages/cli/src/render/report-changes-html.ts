import { groupAlike, type AlikeReviews } from "../review/alike.ts";
import type { PackageReview, Review } from "../review/review.ts";
import { html, type Html } from "./html.ts";
import { countWords } from "./list-words.ts";
import { lineHtml } from "./report-package-html.ts";
import {
  carriedLine,
  headline,
  installationLines,
  loudOf,
  pathWords,
  quietLines,
  verbOf,
  versionWords,
  WARNING_TITLES,
} from "./review-words.ts";

/** Groups beyond these are one click away. */
const MOST_GROUPS = 4;
const MOST_ALIKE = 6;

/** What changed since the base: the review of `moat diff`, the worst first. `ids` leads from a name to its line in the list. */
export function changesHtml(review: Review, ids: ReadonlyMap<string, string>): Html {
  const gaining = groupAlike(
    review.packages.map(loudOf).filter(({ gains, warnings }) => gains.length + warnings.length > 0),
  );
  const losing = review.packages.filter(({ losses }) => losses.length > 0);
  const groups = gaining.map((alike) => gainHtml(alike, ids));
  const rest = groups.slice(MOST_GROUPS);
  const carried = carriedLine(review);
  const quiet = [...losing.map(lossWords), ...quietLines(review)];
  return html`<section class="card changes${review.gained ? " gained" : ""}" aria-labelledby="changes">
    <h2 id="changes">Changed since ${review.base}</h2>
    <p>${headline(review)}</p>
    ${review.general.map(({ words }) => html`<p class="warning">${words}.</p> `)}${installationLines(review).map(
      (line) => html`<p class="warning">${line}</p> `,
    )}${groups.slice(0, MOST_GROUPS)}${
      rest.length === 0
        ? undefined
        : html`<details class="more">
            <summary>${countWords(rest.length, "more change")}</summary>
            ${rest}
          </details> `
    }${
      carried === undefined
        ? undefined
        : html`<article>
            <ul class="grants">
              <li>
                <span class="risk ${carried.risk}">${carried.risk}</span>
                <div>
                  <p>${carried.words}</p>
                  <ul class="plain">
                    ${carried.each.map((words) => html`<li>${words}</li> `)}
                  </ul>
                </div>
              </li>
            </ul>
          </article> `
    }${
      quiet.length === 0
        ? undefined
        : html`<ul class="plain quiet">
            ${quiet.map((line) => html`<li>${line}</li> `)}
          </ul> `
    }
  </section>`;
}

function gainHtml(alike: AlikeReviews, ids: ReadonlyMap<string, string>): Html {
  const [first] = alike;
  const subjects = alike
    .slice(0, MOST_ALIKE)
    .map((one, index) => html`${index === 0 ? "" : ", "}${subjectHtml(one, ids)}`);
  const more = alike.length - MOST_ALIKE;
  return html`<article>
    <h3>${subjects}${more > 0 ? ` and ${more} more` : ""}</h3>
    ${alike.length === 1 && (first.path.length > 1 || first.status === "new") ? html`<p class="quiet">by ${pathWords(first.path)}</p> ` : undefined}${first.warnings.map(
      ({ kind, words }) => html`<p class="warning"><b>${WARNING_TITLES[kind]}:</b> ${words}.</p> `,
    )}
    <ul class="grants">
      ${first.gains.map((change) => lineHtml({ ...change, evidence: change.evidence.slice(0, 1) }, verbOf(change, first.status === "new", alike.length > 1)))}
    </ul>
  </article> `;
}

function subjectHtml(
  { package: name, versions, status, movedFrom }: PackageReview,
  ids: ReadonlyMap<string, string>,
): Html {
  const remark = status === "new" ? "new" : status === "moved" ? `was ${movedFrom!}` : undefined;
  const words = name === "." ? "the application" : name;
  const id = ids.get(name);
  return html`${id === undefined ? words : html`<a href="#${id}">${words}</a>`}<span class="version"
      >${versionWords(versions)}</span
    >${remark === undefined ? undefined : html` <span class="mark changed">${remark}</span>`}`;
}

function lossWords(review: PackageReview): string {
  const subject = review.package === "." ? "the application" : review.package;
  return `${subject}${versionWords(review.versions)} ${review.losses.map((loss) => `${verbOf(loss, false)} ${loss.words}`).join("; ")}.`;
}
