#!/usr/bin/env node
/**
 * Programs under moat and under its neighbours, against plain Node, as ratios
 * of medians. The runs of the tools are interleaved, so that what else the
 * machine does meets all of them alike.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { PROGRAMS, ROWS } from "./programs.mjs";
import { startProcess } from "./start-process.mjs";
import { makeTable } from "./table.mjs";
import { TOOLS } from "./tools.mjs";
import { makeWorkspace } from "./workspace.mjs";

const USAGE = `usage: npm run bench -- [--runs N] [--only REGEX] [--tools a,b] [--json FILE] [--node BIN]

  --runs N      rounds of each program under each tool (3)
  --only REGEX  programs by name: ${Object.keys(PROGRAMS).join(", ")}
  --tools a,b   tools beside node: ${Object.keys(TOOLS).slice(1).join(", ")}
  --json FILE   writes every sample
  --node BIN    the Node that all of them run on
`;

const { values } = readArguments();
const tools = ["node", ...values.tools.split(",")];
const only = new RegExp(values.only, "u");
const rounds = Number(values.runs);
const { work, folders } = makeWorkspace();

/** By program, then tool: samples by phase, and why there are none. */
const results = new Map();
for (const [name, program] of Object.entries(PROGRAMS)) {
  if (!only.test(name)) continue;
  const byTool = new Map();
  results.set(name, byTool);
  for (const tool of tools) byTool.set(tool, { samples: {}, ...(await writePolicy(name, program, tool)) });
  for (let round = 0; round <= rounds; round++) {
    // The first round is not counted: it fills the disk's cache and each tool's own.
    // No tool always comes after the same one.
    const first = round % tools.length;
    for (const tool of [...tools.slice(first), ...tools.slice(0, first)]) await runOnce(name, program, tool, round > 0);
  }
  agree(name, byTool);
}

const resultOf = (program, tool) => results.get(program).get(tool);
const rows = ROWS.filter(({ program }) => results.has(program));
const node = (await versionOf(values.node)).trim();
process.stderr.write("\r\u001B[K");
console.log(
  `Node ${node}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, ${rounds} rounds; times of node, ratios to it; policies in time\n`,
);
console.log(makeTable(rows, tools, resultOf));
if (values.json !== undefined) {
  const samples = Object.fromEntries([...results].map(([name, byTool]) => [name, Object.fromEntries(byTool)]));
  writeFileSync(values.json, `${JSON.stringify({ node, rounds, samples }, null, 1)}\n`);
}

/** Each tool's policy for a program; moat's, which is quick, more than once. */
async function writePolicy(name, program, tool) {
  const place = placeOf(name, program, tool);
  const samples = {};
  const measured = ROWS.some((row) => row.program === name && row.phase.startsWith("policy"));
  for (let round = 0; round < (tool === "moat" && measured ? Math.min(3, rounds) : 1); round++) {
    for (const [phase, { before, command }] of Object.entries(TOOLS[tool].policy(place))) {
      progress(`${name}: ${phase} by ${tool}`);
      before?.();
      const outcome = await startProcess({ command, cwd: place.folder, env: place.env }).finished;
      if (outcome.code !== 0) return { samples, failure: `writing the policy: ${reasonOf(outcome)}` };
      (samples[phase] ??= []).push(outcome.times.process);
    }
  }
  return { samples };
}

async function runOnce(name, program, tool, counts) {
  const result = results.get(name).get(tool);
  if (result.failure !== undefined) return;
  progress(`${name} by ${tool}`);
  const place = placeOf(name, program, tool);
  const command = TOOLS[tool].run(place);
  const start = (more) => startProcess({ command, cwd: place.folder, env: { ...place.env, ...more } });
  let outcome;
  try {
    outcome = await (program.drive === undefined ? start({}).finished : program.drive(start));
  } catch (error) {
    outcome = { code: "no answer", stderr: error.message, times: {}, value: "" };
  }
  if (outcome.code !== 0) {
    result.failure = reasonOf(outcome);
    return;
  }
  result.value = outcome.value;
  if (!counts) return;
  for (const [phase, ms] of Object.entries(outcome.times)) (result.samples[phase] ??= []).push(ms);
}

/** A tool under which the program came to something else has not run it. */
function agree(name, byTool) {
  const { value: expected, failure } = byTool.get("node");
  if (failure !== undefined) throw new Error(`${name} fails under plain Node: ${failure}`);
  for (const result of byTool.values()) {
    if (result.failure !== undefined || result.value === expected) continue;
    result.failure = "the program ran and came to another result";
    for (const phase of Object.keys(result.samples)) if (!phase.startsWith("policy")) delete result.samples[phase];
  }
}

function placeOf(name, program, tool) {
  const cache = path.join(work, "cache");
  const home = path.join(work, "home");
  mkdirSync(home, { recursive: true });
  const PATH = [path.dirname(values.node), process.env.PATH].join(path.delimiter);
  const env = { PATH, HOME: home, XDG_CACHE_HOME: cache, TMPDIR: process.env.TMPDIR, LANG: "C.UTF-8" };
  return { node: values.node, work, folder: folders.get(name), file: program.file, name, tool, cache, env };
}

function reasonOf({ code, stderr }) {
  const lines = stderr.split("\n").map((line) => line.trim());
  const told =
    lines.find((line) => /^(?:Uncaught )?\(?\w*(?:Error|Exception)\b.*:|^moat: /u.test(line)) ??
    lines.find(Boolean) ??
    "";
  const plain = told
    .replaceAll(work, "…")
    .replaceAll(/\[?\u001B\[[\d;]*m/gu, "")
    .slice(0, 160);
  return `${typeof code === "number" ? `exit code ${code}` : code}${plain === "" ? "" : `, ${plain}`}`;
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

async function versionOf(binary) {
  return (await startProcess({ command: [binary, "-p", "process.version"], cwd: work, env: {} }).finished).value;
}

function readArguments() {
  try {
    const parsed = parseArgs({
      options: {
        runs: { type: "string", default: "3" },
        only: { type: "string", default: "" },
        tools: { type: "string", default: Object.keys(TOOLS).slice(1).join(",") },
        json: { type: "string" },
        node: { type: "string", default: process.execPath },
        help: { type: "boolean", default: false },
      },
    });
    const wrong = parsed.values.tools.split(",").filter((tool) => !Object.hasOwn(TOOLS, tool));
    if (wrong.length > 0) throw new TypeError(`there is no tool ${wrong.join(", ")}`);
    if (!(Number(parsed.values.runs) >= 1)) throw new TypeError("--runs needs a number from 1");
    if (!parsed.values.help) return parsed;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}
