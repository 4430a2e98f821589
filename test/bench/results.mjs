/** What the samples come to, row by row: values, ratios to node, and their spread. */
import { geometricMean, median, quartiles } from "./statistics.mjs";
import { TOOLS } from "./tools.mjs";

/**
 * @typedef {{ samples: Record<string, number[]>, failure?: string, failures?: Record<string, string> }} Result of one program under one tool
 *
 * @typedef {object} Cell what a row shows of a tool
 * @property {number} [value] median, in the row's unit
 * @property {number} [ratio] to node
 * @property {[number, number]} [spread] quartiles: of the ratio, or of the value where there is none
 * @property {number} [cpu] ratio of processor time
 * @property {string} [failure]
 * @property {string} [which] of a group: the row that has the largest ratio
 * @property {[number, number]} [ran] of a group: programs that ran, and how many there are
 */

/** Under node a first run is a run, and so it is under a tool that keeps nothing. */
const phaseFor = (tool, phase) => (phase.startsWith("first") && !TOOLS[tool].forget ? "process" : phase);

const MEANS = { median, geometric: geometricMean, largest: (values) => Math.max(...values) };

/**
 * @param {import("./rows.mjs").Row} row
 * @param {string} tool
 * @param {(program: string, tool: string) => Result} resultOf
 * @param {string[]} members programs of the row's group
 * @returns {Cell}
 */
export function cellOf(row, tool, resultOf, members) {
  if (row.phase.startsWith("policy") && !TOOLS[tool].policyPhases.includes(row.phase)) return {};
  if (row.group === undefined) return cellOfProgram(row, row.program, tool, resultOf);
  const cells = members.map((member) => cellOfProgram({ ...row, ...member }, member.program, tool, resultOf));
  const ran = [cells.filter(({ value }) => value !== undefined).length, cells.length];
  const middle = MEANS[row.mean];
  const over = (field) => cells.map((cell) => cell[field]).filter((value) => value !== undefined);
  const [values, ratios, cpus] = [over("value"), over("ratio"), over("cpu")];
  if (values.length === 0) {
    const failures = new Set(cells.map(({ failure }) => failure));
    return { ran, failure: failures.size === 1 ? [...failures][0] : "none of them runs" };
  }
  if (row.mean === "largest") {
    const ratio = middle(ratios);
    return { ran, value: ratio, ratio, which: members[cells.findIndex((cell) => cell.ratio === ratio)].label };
  }
  const spread = quartiles(ratios.length > 0 ? ratios : values);
  return {
    ran,
    spread,
    value: middle(values),
    ...(ratios.length > 0 && { ratio: middle(ratios) }),
    ...(cpus.length > 0 && { cpu: middle(cpus) }),
  };
}

function cellOfProgram({ phase, count }, program, tool, resultOf) {
  const samplesOf = (who, suffix = "") => {
    const samples = resultOf(program, who).samples[phaseFor(who, phase) + suffix] ?? [];
    return count === undefined || suffix !== "" ? samples : samples.map((ms) => (count * 1000) / ms);
  };
  const { failures, failure = failures?.[phase] } = resultOf(program, tool);
  const samples = samplesOf(tool);
  if (samples.length === 0) return failure === undefined ? {} : { failure };
  const value = median(samples);
  const base = median(samplesOf("node"));
  if (Number.isNaN(base)) return { value, spread: quartiles(samples) };
  const cpu = samplesOf(tool, ".cpu");
  return {
    value,
    ratio: value / base,
    spread: quartiles(samples.map((sample) => sample / base)),
    ...(cpu.length > 0 && { cpu: median(cpu) / median(samplesOf("node", ".cpu")) }),
  };
}
