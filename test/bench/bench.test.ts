/** What the benchmark says of samples; nothing is timed here. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { insertTables } from "./insert-tables.mjs";
import { agree } from "./measure.mjs";
import { plotOf } from "./plot.mjs";
import { PROGRAMS } from "./programs.mjs";
import { cellOf } from "./results.mjs";
import { nameOf, SECTIONS } from "./rows.mjs";
import { selectRows } from "./select-rows.mjs";
import { makeTables } from "./table.mjs";
import { isReached } from "./targets.mjs";

const ROW = { label: "a program", program: "a", phase: "process", target: { most: 1.3 } };
const resultsOf = (values: Record<string, { value: string; samples: number[] }>) =>
  new Map(Object.entries(values).map(([tool, { value, samples }]) => [tool, { value, samples: { process: samples } }]));

function tableOf(results: Map<string, object>) {
  const cell = (row: object, tool: string) => cellOf(row, tool, (_: string, name: string) => results.get(name), []);
  return makeTables([{ title: "All", rows: [ROW] }], [...results.keys()], cell, []);
}

test("a row is a ratio of medians, with its quartiles and its target", () => {
  const results = resultsOf({
    node: { value: "42", samples: [100, 90, 500] },
    moat: { value: "42", samples: [120, 110, 130] },
  });
  agree(results);
  expect(tableOf(results)).toContain("| a program | 100 ms | 1.20 | 1.15 – 1.25 | ≤ 1.30 ✓ | `a:process` |");
});

test("a tool under which the program comes to something else has a dash, and why", () => {
  const results = resultsOf({
    node: { value: "42", samples: [100] },
    moat: { value: "42", samples: [250] },
    lavamoat: { value: "41", samples: [1] },
  });
  agree(results);
  const table = tableOf(results);
  expect(table).toMatch(/\| +2\.50 \|.*≤ 1\.30 ✗ \| +– \\\[1\] \|/u);
  expect(table).toContain("- \\[1] lavamoat, a: the program ran and came to another result");
});

test("a first run under a tool that keeps nothing is any run of it", () => {
  const samples: Record<string, Record<string, number[]>> = {
    node: { process: [100] },
    moat: { process: [50], first: [300] },
    lavamoat: { process: [900] },
  };
  const ratioUnder = (tool: string) =>
    cellOf({ ...ROW, phase: "first" }, tool, (_: string, name: string) => ({ samples: samples[name] }), []).ratio;
  expect(["node", "moat", "lavamoat"].map(ratioUnder)).toEqual([1, 3, 9]);
});

test.each([
  { target: { most: 1.8, more: 30 }, value: 170, reached: true },
  { target: { most: 1.8, more: 30 }, value: 175, node: 140, reached: false },
  { target: { most: 1.3, plus: 20 }, value: 150, reached: true },
  { target: { most: 1.3, plus: 20 }, value: 151, reached: false },
  { target: { least: 0.9 }, value: 89, reached: false },
  { target: { most: 300, absolute: true }, value: 299, reached: true },
  { target: { most: 0.2, of: "lavamoat" }, value: 21, of: 100, reached: false },
  { target: { most: 0.2, of: "lavamoat" }, value: 21, reached: undefined },
])("$target and $value: $reached", ({ target, value, node = target.more ? 140 : 100, of, reached }) => {
  const others = { node: { value: node }, of: of === undefined ? undefined : { value: of } };
  expect(isReached(target, { value, ratio: value / node }, others)).toBe(reached);
});

test("each row has a name of its own, which selects it", () => {
  const names = SECTIONS.flatMap(({ rows }) => rows.map(nameOf));
  expect(new Set(names).size).toBe(names.length);
  for (const { rows } of SECTIONS) {
    for (const row of rows.filter(({ group }) => group !== "projects")) {
      const { sections } = selectRows(nameOf(row), PROGRAMS);
      expect(sections.flatMap((section) => section.rows)).toContain(row);
    }
  }
});

test("tables go between the marks of their Node, and nothing else changes", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "moat-bench-test-"));
  const file = path.join(folder, "document.md");
  const marks = (text: string) => `<!-- bench: Node 20 -->\n${text}<!-- bench: end -->`;
  writeFileSync(file, `before\n${marks("old\n")}\nafter\n`);
  insertTables(file, "v20.1.2", "new");
  expect(readFileSync(file, "utf8")).toBe(`before\n${marks("new\n")}\nafter\n`);
  rmSync(folder, { recursive: true });
});

test("the picture has a point for each tree that was measured", () => {
  const tree = (bytes: number) => ({
    bytes,
    packages: 3,
    tools: { node: { samples: { process: [10] } }, moat: { samples: { process: [20], "policy-cold": [5] } } },
  });
  const picture = plotOf({ programs: { "tree-50": tree(1e6), "tree-300": tree(4e6), other: tree(9e9) } });
  expect(picture.match(/<circle[^>]* r="3.5"/gu)).toHaveLength(6);
  expect(picture).not.toMatch(/NaN|Infinity|undefined/u);
});
