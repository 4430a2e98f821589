/**
 * Samples of one program under each tool. The runs of the tools are
 * interleaved, so that what else the machine does meets all of them alike.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { startProcess } from "./start-process.mjs";
import { TOOLS } from "./tools.mjs";

const FIRST = "first";
const BARE = "first-bare";
/** Slow tools are measured less often. */
const PEER_ROUNDS = 2;
const POLICIES = ["policy-cold", "policy-warm"];

/**
 * @param {string} name
 * @param {import("./programs.mjs").Program} program
 * @param {object} how
 * @param {string[]} how.tools the first is node
 * @param {number} how.rounds
 * @param {Set<string>} how.phases those that rows ask for
 * @param {(tool: string) => import("./tools.mjs").Place & { env: object }} how.placeOf
 * @param {() => void} how.startAfresh called before each run
 * @param {(text: string) => void} how.progress
 * @returns {Promise<{ byTool: Map<string, import("./results.mjs").Result>, size: object }>}
 */
export async function measure(name, program, { tools, rounds, phases, placeOf, startAfresh, progress }) {
  const byTool = new Map(tools.map((tool) => [tool, { samples: {} }]));
  const most = Math.min(rounds, program.mostRounds ?? rounds);
  const isPeer = (tool) => !["node", "moat"].includes(tool);
  const roundsOf = (tool) => (isPeer(tool) ? Math.min(most, program.peerRounds ?? PEER_ROUNDS) : most);
  const runs = [...phases].some((phase) => !POLICIES.includes(phase));

  for (const tool of tools) await writePolicy(tool);
  const size = runs ? await weigh() : {};
  for (let round = 0; runs && round <= most; round++) {
    // No tool always comes after the same one.
    const first = round % tools.length;
    for (const tool of [...tools.slice(first), ...tools.slice(0, first)]) {
      // The first round is not counted: it fills the disk's cache and each tool's own.
      const isIdle = round > roundsOf(tool) || (round === 0 && isPeer(tool) && program.peerRounds === 1);
      if (!isIdle) await sample(tool, round > 0);
    }
  }
  if (runs) agree(byTool);
  return { byTool, size: { ...size, ...packagesOf(placeOf("moat").folder) } };

  /** Without which most tools run nothing. */
  async function writePolicy(tool) {
    const result = byTool.get(tool);
    const place = placeOf(tool);
    const wanted = POLICIES.some((phase) => phases.has(phase));
    for (let round = 0; round < (wanted && !isPeer(tool) ? most : 1); round++) {
      for (const [phase, { before, command, timeout }] of Object.entries(TOOLS[tool].policy(place))) {
        if (!wanted && round + POLICIES.indexOf(phase) > 0) continue;
        progress(`${name}: ${phase} by ${tool}`);
        before?.();
        const outcome = await startProcess({ command, cwd: place.folder, env: place.env, timeout }).finished;
        if (outcome.code !== 0) {
          result.failure = `writing the policy: ${reasonOf(outcome, place.work)}`;
          return;
        }
        keep(result, phase, outcome);
      }
    }
  }

  /** How much the program loads, told by plain Node. */
  async function weigh() {
    const { used } = await run("node", { BENCH_WEIGH: "1" });
    return { modules: used.modules, bytes: used.bytes };
  }

  async function sample(tool, counts) {
    const result = byTool.get(tool);
    const place = placeOf(tool);
    const { forget } = TOOLS[tool];
    const one = async (phase) => {
      if (result.failure !== undefined) return;
      progress(`${name}: ${phase} by ${tool}`);
      try {
        if (phase !== "process") forget(place, phase === BARE);
      } catch (error) {
        result.failure = error.message;
        return;
      }
      const outcome = await run(tool, {});
      if (outcome.code !== 0) result.failure = reasonOf(outcome, place.work);
      else if (counts) keep(result, phase, outcome);
      if (phase === "process") Object.assign(result, { value: outcome.value, values: outcome.values });
    };
    if (counts && forget !== undefined) {
      if (phases.has(BARE)) await one(BARE);
      if (phases.has(FIRST)) await one(FIRST);
    }
    await one("process");
  }

  async function run(tool, more) {
    const place = placeOf(tool);
    const command = TOOLS[tool].run(place);
    startAfresh();
    const started = [];
    const start = (env) => {
      started.push(startProcess({ command, cwd: place.folder, env: { ...place.env, ...env, ...more } }));
      return started.at(-1);
    };
    try {
      return await (program.drive === undefined ? start({}).finished : program.drive(start));
    } catch (error) {
      return { code: "no answer", stderr: error.message, times: {}, used: {}, value: "" };
    } finally {
      // A server that gave the wrong answer was never told to end.
      for (const process of started) process.stop();
    }
  }
}

function keep({ samples }, phase, { times: { process: whole, ...inside }, used: { cpu, memory } }) {
  const add = (key, value) => value === undefined || (samples[key] ??= []).push(value);
  add(phase, whole);
  add(`${phase}.cpu`, cpu);
  if (phase !== "process") return;
  add("memory", memory);
  for (const [key, ms] of Object.entries(inside)) add(key, ms);
}

/** A tool under which the program, or a phase of it, came to something else has not run it. */
export function agree(byTool) {
  const { value: expected, values: expectedValues = {}, failure } = byTool.get("node");
  for (const [tool, result] of byTool) {
    if (tool === "node" || result.failure !== undefined) continue;
    if (failure !== undefined) result.failure = `plain node: ${failure}`;
    else if (result.value !== expected) result.failure = "the program ran and came to another result";
    else result.failures = failuresByPhase(expectedValues, result.values ?? {});
    for (const phase of Object.keys(result.failures ?? {})) delete result.samples[phase];
  }
  for (const result of byTool.values()) {
    if (result.failure === undefined) continue;
    for (const key of Object.keys(result.samples)) if (!key.startsWith("policy")) delete result.samples[key];
  }
}

function failuresByPhase(expected, values) {
  const different = Object.keys(expected).filter((phase) => values[phase] !== expected[phase]);
  return Object.fromEntries(different.map((phase) => [phase, `it came to another result, ${values[phase]}`]));
}

/** Packages that moat's policy names. */
function packagesOf(folder) {
  try {
    const { packages } = JSON.parse(readFileSync(path.join(folder, "moat.policy.json"), "utf8"));
    return { packages: Object.keys(packages).length };
  } catch {
    // moat was not asked, or could not write one, which is told elsewhere.
    return {};
  }
}

function reasonOf({ code, stderr }, work) {
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
