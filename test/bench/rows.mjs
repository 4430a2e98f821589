/**
 * The rows of the table, in its order, and what each is to reach.
 *
 * A row tells of a phase of a program, or of one phase of all programs of a
 * group. Phases: `process` is the whole process from start to exit with
 * everything prepared; `first` the same with nothing of the program prepared,
 * `first-bare` with moat's own code not kept either; `policy-cold` and
 * `policy-warm` writing the policy; `memory` the peak of resident memory; any
 * other is timed by the program itself.
 *
 * @typedef {object} Row
 * @property {string} label
 * @property {string} [program]
 * @property {string} [group] in its place: the `mean` over the programs of the group
 * @property {"median" | "geometric" | "largest"} [mean]
 * @property {string} phase
 * @property {number} [count] things done in the phase: the row tells how many a second
 * @property {boolean} [computing] belongs to the geometric mean of computing inside packages
 * @property {import("./targets.mjs").Target} [target]
 */
import { REQUESTS } from "./drive-http.mjs";
import { MICRO_ROWS } from "./micro-rows.mjs";

const AS_FAST = { most: 1 };
const FIRST = { most: 2 };
const CALLS = { most: 1.3 };
const COMPUTING = { most: 1.5 };
const SERVING = { least: 0.9 };
const MEMORY = { most: 1.3, plus: 20 };
const COLD = { most: 0.2, of: "lavamoat" };
const WARM = { most: 300, absolute: true };

const loaded = (label, program) => [
  { label: `${label}: whole process`, program, phase: "process", target: AS_FAST },
  { label: `${label}: \`require\``, program, phase: "load", target: AS_FAST },
];
const tree = (label, program, phase, target) => ({ label: `${label} packages`, program, phase, target });
const sizes = (phase, target) => [
  tree("50", "tree-50", phase, target),
  tree("300", "tree-300", phase, target),
  tree("1,000", "tree-1000", phase, target),
];

const policies = (phase, target) => [
  { label: "Express", program: "express", phase, target },
  { label: "ESLint", program: "eslint", phase, target },
  { label: "webpack", program: "webpack", phase, target },
  { label: "TypeScript", program: "typescript", phase, target },
  { label: "programs over real packages, median", group: "usage", mean: "median", phase, target },
  ...sizes(phase, target),
];

/** @type {{ title: string, folded?: boolean, rows: Row[] }[]} folded: many rows, summed up by others */
export const SECTIONS = [
  {
    title: "Second run: everything prepared",
    rows: [
      { label: "hello, CommonJS", program: "hello-cjs", phase: "process", target: { most: 1.8, more: 30 } },
      { label: "hello, ES module", program: "hello-esm", phase: "process", target: { most: 1.8, more: 30 } },
      ...loaded("Express, 5 requests", "express"),
      ...loaded("Fastify, 5 requests", "fastify"),
      ...loaded("ESLint, one small file", "eslint"),
      ...loaded("Babel with preset-env, one small file", "babel"),
      // No row for its `require`: it loads its parts when they are asked for.
      { label: "webpack, two small files", program: "webpack", phase: "process", target: AS_FAST },
      ...loaded("TypeScript, one file", "typescript"),
      { label: "programs over real packages, median", group: "usage", mean: "median", phase: "process", target: CALLS },
      { label: "projects, median", group: "projects", mean: "median", phase: "process", target: CALLS },
    ],
  },
  {
    title: "First run: nothing of the program prepared",
    rows: [
      { label: "hello, CommonJS", program: "hello-cjs", phase: "first", target: FIRST },
      { label: "hello, moat's own code not kept either", program: "hello-cjs", phase: "first-bare", target: FIRST },
      { label: "Express, 5 requests", program: "express", phase: "first", target: FIRST },
      { label: "Express, moat's own code not kept either", program: "express", phase: "first-bare", target: FIRST },
      { label: "ESLint, one small file", program: "eslint", phase: "first", target: FIRST },
      { label: "Babel with preset-env, one small file", program: "babel", phase: "first", target: FIRST },
      { label: "webpack, two small files", program: "webpack", phase: "first", target: FIRST },
      { label: "TypeScript, one file", program: "typescript", phase: "first", target: FIRST },
      { label: "programs over real packages, median", group: "usage", mean: "median", phase: "first", target: FIRST },
      { label: "projects, median", group: "projects", mean: "median", phase: "first", target: FIRST },
    ],
  },
  {
    title: "Computing inside packages",
    rows: [
      { label: "ESLint: lint, the first time", program: "eslint", phase: "lint" },
      { label: "Babel: transform, the first time", program: "babel", phase: "transform" },
      { label: "webpack: bundle, the first time", program: "webpack", phase: "bundle" },
      { label: "TypeScript: transpile", program: "typescript", phase: "transpile", computing: true, target: COMPUTING },
      { label: "elliptic: 100 signatures", program: "elliptic", phase: "sign", computing: true, target: COMPUTING },
      { label: "loop over global names", program: "globals", phase: "loop", computing: true, target: COMPUTING },
      computed("microbenchmarks, geometric mean", "micro", "geometric", { most: 1.1 }),
      computed("these and the three above, geometric mean", "computing", "geometric", { most: 1.1 }),
      computed("the slowest of all these", "computing", "largest", COMPUTING),
    ],
  },
  {
    title: "Microbenchmarks, one by one",
    folded: true,
    rows: MICRO_ROWS.map((row) => ({ ...row, computing: true, target: COMPUTING })),
  },
  {
    title: "Files and HTTP",
    rows: [
      { label: "`fs.readFileSync`, 5000 calls", program: "files", phase: "readSync", target: CALLS },
      { label: "`fs.statSync`, 10000 calls", program: "files", phase: "statSync", target: CALLS },
      {
        label: "`fs.existsSync` and `statSync`, most not there, 9000 calls",
        program: "files",
        phase: "lookUp",
        target: CALLS,
      },
      { label: "`fs.readdirSync`, 2000 calls", program: "files", phase: "list", target: CALLS },
      { label: "`fs.promises.readFile`, 2000 calls", program: "files", phase: "read", target: CALLS },
      { label: "`fs.stat`, 4000 calls", program: "files", phase: "stat", target: CALLS },
      served("Express, small answers", "express-serve"),
      served("Express, template and JSON body", "express-pages"),
      served("Fastify, template and JSON body", "fastify-pages"),
      { label: "1000 requests made by a package", program: "http-client", phase: "requests" },
    ],
  },
  {
    title: "Memory: peak of resident memory",
    rows: [
      { label: "hello, CommonJS", program: "hello-cjs", phase: "memory", target: MEMORY },
      { label: "Express, 5 requests", program: "express", phase: "memory", target: MEMORY },
      { label: "ESLint, one small file", program: "eslint", phase: "memory", target: MEMORY },
      { label: "TypeScript, one file", program: "typescript", phase: "memory", target: MEMORY },
    ],
  },
  {
    title: "Writing the policy, nothing kept",
    rows: [...policies("policy-cold", COLD)],
  },
  {
    title: "Writing the policy, nothing changed",
    rows: [...policies("policy-warm", WARM)],
  },
  {
    title: "Starting a program that only loads a tree",
    rows: [...sizes("first", FIRST).map(named("first run")), ...sizes("process", AS_FAST).map(named("second run"))],
  },
];

function computed(label, group, mean, target) {
  return { label, group, mean, phase: "*", target };
}

function served(label, program) {
  return { label: `requests a second: ${label}`, program, phase: "served", count: REQUESTS, target: SERVING };
}

function named(run) {
  return (row) => ({ ...row, label: `${row.label}, ${run}` });
}

/** What a row is called on the command line. */
export function nameOf({ program, group, phase, mean }) {
  const name = phase === "*" ? `${group}:${mean}` : `${program ?? group}:${phase}`;
  return name.replaceAll("`", "");
}
