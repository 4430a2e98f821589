import { expect, test } from "vitest";
import { crawl } from "./crawl.mjs";
import { crawledTable } from "./crawled-table.mjs";

interface Finding {
  readonly package: string;
  readonly what: string;
  readonly path: string;
}

const lines = (findings: readonly Finding[]): string[] =>
  findings.map(({ package: name, what, path }) => `${name}: ${what}, by ${path}`);

test("nothing that a package can reach is an unattenuated power, somebody else's, or changeable for others", async () => {
  const { findings, edges, objects, heard } = await crawl({ table: await crawledTable() });
  expect(lines(findings)).toEqual([]);
  // It went as far as it should.
  expect(edges.reduce((sum: number, count: number) => sum + count)).toBeGreaterThan(200_000);
  expect(objects[1]).toBeGreaterThan(10_000);
  expect(heard).toEqual([]);
});

test("nor is anything that Node calls a package's own methods with", async () => {
  const { findings } = await crawl({ table: await crawledTable(), taps: true });
  expect(lines(findings)).toEqual([]);
});

test("the crawler finds powers wherever they are planted", async () => {
  const { findings } = await crawl({ table: await crawledTable(), planted: true });
  const found = new Set((findings as Finding[]).map(({ what }) => what));
  const planted = [
    "fs.readFileSync", // under a symbol of a prototype
    "process._kill", // behind a getter
    "process.dlopen", // a result
    "net.connect", // a callback's receiver
    "internalBinding(process_wrap).Process", // deep in a callback's argument, later
    "the real require.cache", // the cause of an error
    "the real global object", // a rejection
  ];
  expect(planted.filter((what) => !found.has(what))).toEqual([]);
  expect([...found].some((what) => what.startsWith("shared with granted and extensible"))).toBe(true);
});
