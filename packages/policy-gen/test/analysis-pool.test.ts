import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { makeAnalysisPool, type AnalysisPool } from "../src/analysis-pool.ts";
import { analyzeFile } from "../src/analyze-file.ts";

const WORKER = fileURLToPath(new URL("../dist/analysis-worker.cjs", import.meta.url));
const INFO = { format: "commonjs", path: "x.js" } as const;

const folder = mkdtempSync(join(tmpdir(), "moat-pool-"));
let pool: AnalysisPool;
afterEach(() => {
  pool.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Texts of a kilobyte, each with another use; those at the end need more time than a worker takes to start. */
const texts = Array.from(
  { length: 200 },
  (_, index) => `require("p${index}"); process.env.K${index}; ${`f(${index});`.repeat(index < 20 ? 10 : 600)}`,
);
const expected = texts.map((text) => JSON.stringify(analyzeFile(text, INFO)));

/** How many were analysed, in whatever thread. */
function analyzeAll(settings: Partial<Parameters<typeof makeAnalysisPool>[0]>, all = texts): string[] {
  pool = makeAnalysisPool({ workerFile: WORKER, mostWorkers: 2, textForWorker: 1_000, ...settings });
  const analyses = all.map((text) => pool.submit(text, INFO));
  return analyses.map(({ facts }) => facts());
}

test("what several threads find is what one finds, each text once", () => {
  let count = 0;
  expect(analyzeAll({ onAnalysis: () => (count += 1) })).toEqual(expected);
  expect(count).toBe(texts.length);
});

test("without a worker everything happens in this thread", () => {
  expect(analyzeAll({ workerFile: undefined })).toEqual(expected);
});

test("a text that is too deep for a worker's stack is analysed in this thread", () => {
  const deep = `${"[".repeat(640)}require("deep")${"]".repeat(640)}`;
  const all = [...texts, deep, ...texts];
  const alone = JSON.stringify(analyzeFile(deep, INFO));
  expect(alone).toContain('"require"');
  expect(analyzeAll({}, all)[texts.length]).toBe(alone);
});

test.each([
  ["does not start", "throw new Error('no')", 30_000],
  [
    "says nothing after it began",
    "const { port, signal } = require('node:worker_threads').workerData; port.on('message', () => {}); port.postMessage([-1]); Atomics.add(signal, 0, 1); Atomics.notify(signal, 0)",
    50,
  ],
  [
    "dies with its first text",
    "const { port, signal } = require('node:worker_threads').workerData; port.on('message', () => process.exit()); port.postMessage([-1]); Atomics.add(signal, 0, 1); Atomics.notify(signal, 0)",
    50,
  ],
])("a worker that %s is done without", (_what, code, patience) => {
  const workerFile = join(folder, "..", `moat-bad-worker-${process.pid}.cjs`);
  writeFileSync(workerFile, code);
  try {
    expect(analyzeAll({ workerFile, patience })).toEqual(expected);
  } finally {
    rmSync(workerFile);
  }
});
