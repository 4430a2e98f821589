/** The terminal pictures of the README are what moat prints. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

test("the committed pictures are those of a run", async () => {
  const { terminalPictures } = await import(new URL("scripts/screenshots/terminal.mjs", root).href);
  const pictures: Readonly<Record<string, string>> = await terminalPictures();
  const readme = readFileSync(new URL("README.md", root), "utf8");
  expect(Object.keys(pictures)).not.toEqual([]);
  for (const [file, svg] of Object.entries(pictures)) {
    expect(svg, `npm run screenshots makes ${file} again`).toBe(
      readFileSync(new URL(`docs/images/${file}`, root), "utf8"),
    );
    expect(readme).toContain(`](docs/images/${file})`);
  }
});
