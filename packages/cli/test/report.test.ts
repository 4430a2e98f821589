import { createHash } from "node:crypto";
import type { OverrideEntry, PackageEntry, Policy } from "@moat/core/model";
import type { Evidence, Finding } from "@moat/policy-gen";
import { describe, expect, test } from "vitest";
import { makeLargeTree } from "../../../test/browser/large-tree.ts";
import { readPageFile } from "../src/page-file.ts";
import { html } from "../src/render/html.ts";
import { reportHtml } from "../src/render/report-html.ts";
import { makeReport } from "../src/report/make-report.ts";
import type { Report } from "../src/report/report.ts";
import { reviewPolicies } from "../src/review/review-policies.ts";

const EVIL = `</script></style><img src=x onerror="document.title='owned'"><!--\u202e\u0007${"`"}${"${1}"}'`;
const parts = { style: readPageFile("report.css"), script: readPageFile("report.js"), version: "1.2.3" };
const render = (report: Report): string => reportHtml(report, parts);

const policy = (packages: Record<string, PackageEntry>, root: Policy["root"] = "trusted"): Policy => ({
  version: 1,
  root,
  entries: ["./index.js"],
  packages: Object.assign(Object.create(null), packages),
});
interface Given {
  readonly overrides?: Record<string, OverrideEntry>;
  readonly evidence?: Evidence[];
  readonly findings?: Finding[];
  readonly before?: Record<string, PackageEntry>;
  readonly name?: string;
  readonly notes?: string[];
}
function reportOf(packages: Record<string, PackageEntry>, given: Given = {}): Report {
  const { evidence = [], findings = [], before, name = "app", notes = [] } = given;
  const now = policy(packages);
  const overrides = { packages: Object.assign(Object.create(null), given.overrides) };
  return makeReport({
    current: { project: "/app", policy: now, overrides, evidence, findings, graph: undefined, note: "" },
    lock: undefined,
    changes:
      before === undefined
        ? undefined
        : reviewPolicies({
            before: { policy: policy(before) },
            after: { policy: now, overrides },
            base: EVIL,
            evidence,
          }),
    projectName: name,
    notes,
  });
}
const place = { file: "lib/a.js", line: 7, column: 1, snippet: "go();" };

/** Every tag of the page but for moat's own style and script; fails on a `<` that begins none. */
function tagsOf(page: string): { name: string; attributes: string[]; raw: string }[] {
  const own = page.replace(parts.style, "").replace(parts.script, "").replace("<!doctype html>", "");
  expect(own.length).toBe(page.length - parts.style.length - parts.script.length - "<!doctype html>".length);
  const tags = [...own.matchAll(/<\/?([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>/gu)];
  expect(tags).toHaveLength(own.split("<").length - 1);
  return tags.map(([raw, name, attributes]) => ({
    raw,
    name: name!,
    attributes: [...attributes!.matchAll(/\s([a-z-]+)(?:="[^"]*")?/gu)].map(([, attribute]) => attribute!),
  }));
}

describe("text of packages is inert", () => {
  const page = render(
    reportOf(
      {
        [EVIL]: {
          fs: { read: [EVIL] },
          net: { connect: [`${EVIL}:443`] },
          env: [EVIL],
          packages: [`${EVIL}>b`],
          pending: { commands: [EVIL], builtins: { [EVIL]: [EVIL] } },
        },
        [`${EVIL}>b`]: { env: ["TOKEN"] },
      },
      {
        name: EVIL,
        notes: [EVIL],
        before: { gone: {} },
        overrides: { [`${EVIL}>b`]: { env: [EVIL], reason: EVIL } },
        evidence: [{ package: EVIL, capability: "env", target: EVIL, ...place, file: EVIL, snippet: EVIL }],
        findings: [{ kind: "UNANALYZED", package: EVIL, ...place, file: EVIL, reason: EVIL }],
      },
    ),
  );

  test("no tag and no attribute is anybody's but moat's", () => {
    const known =
      "html head meta title style body a header p h1 h2 h3 span main section ul ol li button b small div label input select option details summary dl dt dd code article br footer script";
    const tags = tagsOf(page);
    expect([...new Set(tags.map(({ name }) => name))].filter((name) => !known.split(" ").includes(name))).toEqual([]);
    expect(tags.filter(({ name }) => name === "script")).toHaveLength(2);
    expect(tags.flatMap(({ attributes }) => attributes).filter((name) => /^on|^style$|^src$/u.test(name))).toEqual([]);
    for (const { raw } of tags.filter(({ attributes }) => attributes.includes("href")))
      expect(raw).toMatch(/href="#(?:p\d+|packages)"/u);
    for (const { raw } of tags.filter(({ attributes }) => attributes.includes("id")))
      expect(raw).toMatch(/\sid="[a-z0-9]+"/u);
  });

  test("what is invisible or turns the line is spelt out", () => {
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
    expect(page).toContain("\\u{202e}");
    expect(page).toContain("&lt;/script&gt;");
  });

  test("markup is made by templates alone", () => {
    const text = { toString: () => "<b>" } as unknown as string;
    expect(String(html`<p>${"<b>"}${["<i>", html`<i>`]}${undefined}${3}</p>`)).toBe("<p>&lt;b&gt;&lt;i&gt;<i>3</p>");
    expect(() => String(html`<p>${text}</p>`)).toThrow(TypeError);
  });
});

test("the policy of the page permits moat's own script and style, and nothing else", () => {
  const page = render(reportOf({ a: {} }));
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const between = (from: string, to: string): string =>
    page.slice(page.indexOf(from) + from.length, page.lastIndexOf(to));
  const [, csp] = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(page)!;
  expect(csp!.replaceAll("&#39;", "'").split("; ")).toEqual([
    "default-src 'none'",
    `script-src ${hash(between("<script>", "</script>"))}`,
    `style-src ${hash(between("<style>", "</style>"))}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  // The first thing in the head after the encoding, so that nothing comes before it.
  expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<title>"));
  expect(page).not.toMatch(/https?:\/\//u);
});

describe("what a report says", () => {
  const report = reportOf(
    {
      calm: { globals: ["URL"] },
      express: { fs: { read: ["."] }, packages: ["express>debug"] },
      "express>debug": { env: ["API_TOKEN"], pending: { net: { connect: ["evil.example:443"] } } },
      tool: { commands: ["git"] },
    },
    {
      before: {
        calm: { globals: ["URL"] },
        express: { fs: { read: ["."] }, packages: ["express>debug"] },
        "express>debug": { env: ["API_TOKEN"] },
        tool: {},
      },
      overrides: { tool: { commands: ["git"], reason: "versions" } },
      evidence: [{ package: "express>debug", capability: "env", target: "API_TOKEN", ...place }],
      findings: [{ kind: "UNANALYZED", package: "express", ...place, reason: "eval" }],
    },
  );
  const byName = Object.fromEntries(report.packages.map((one) => [one.name, one]));

  test("the riskiest first, and of them what waits", () =>
    expect(report.packages.map(({ name, risk }) => `${name} ${risk}`)).toEqual([
      "tool critical",
      "express>debug high",
      "express medium",
      "calm none",
    ]));
  test("who can do what, and who only waits to", () => {
    expect(Object.fromEntries(byName["express>debug"]!.powers)).toEqual({ network: "waits", env: "holds" });
    expect(Object.fromEntries(byName["tool"]!.powers)).toEqual({ programs: "holds" });
    expect([...byName["calm"]!.powers]).toEqual([]);
  });
  test("where secrets could leave, what changed, and who decided", () => {
    expect(byName["express>debug"]!.leak!.words).toContain("API_TOKEN");
    expect(report.packages.map(({ name, change }) => [name, change])).toContainEqual(["express>debug", "changed"]);
    expect(byName["express"]!.change).toBeUndefined();
    expect(byName["tool"]).toMatchObject({ isOverridden: true, reason: "versions" });
    expect(byName["express>debug"]!.importedBy).toEqual(["express"]);
  });
  test("in words, with the code that asks for it", () => {
    const words = render(report)
      .replaceAll(/<[^>]*>/gu, "")
      .replaceAll(/\s+/gu, " ")
      .replaceAll("&gt;", ">")
      .replaceAll("&#39;", "'");
    for (const said of [
      "wants to connect to evil.example on port 443 waits",
      "can read the environment variable API_TOKEN",
      "lib/a.js:7 go();",
      "the application → express → debug",
      "moat policy --accept 'express>debug'",
      "run the program git (and by it any other) moat.overrides.json",
      "lib/a.js:7 eval",
      "1 package wants more than before",
    ])
      expect(words).toContain(said);
  });
});

test("what waits and only computes is one line of the changes, as in a diff", () => {
  const page = render(reportOf({ a: { pending: { builtins: { path: ["join"] } } } }, { before: { a: {} } }));
  const changes = page.slice(page.indexOf('id="changes"'), page.indexOf('id="packages"'));
  expect(changes).toContain("Waits too, and only computes");
  expect(changes).not.toContain("<article>");
});

test("a package that is called like a member of every object is one like others", () => {
  const report = reportOf({ constructor: { env: ["A"] }, __proto__x: {} }, { before: {} });
  expect(report.packages.map(({ name }) => name)).toContain("constructor");
});

test("1,500 packages: the same bytes each time, below two megabytes", () => {
  const page = render(makeLargeTree(1500));
  expect(page).toBe(render(makeLargeTree(1500)));
  expect(page.split('class="package"')).toHaveLength(1501);
  expect(page.length).toBeLessThan(2_000_000);
});
