/** The results as Markdown: a table for each section. */
import { nameOf } from "./rows.mjs";
import { isReached, targetText } from "./targets.mjs";

/** Of a peer's failures in a group of programs, which are many, only the number is told. */
const TOLD_IN_FULL = "moat";

/**
 * @param {{ title: string, rows: import("./rows.mjs").Row[] }[]} sections
 * @param {string[]} tools the first is plain node
 * @param {(row: import("./rows.mjs").Row, tool: string) => import("./results.mjs").Cell} cellOf
 * @param {{ program: string, tool: string, failure: string }[]} groupFailures
 */
export function makeTables(sections, tools, cellOf, groupFailures) {
  const notes = new Map();
  const noteOf = (text) => {
    if (!notes.has(text)) notes.set(text, notes.size + 1);
    return `\\[${notes.get(text)}]`;
  };
  const parts = sections.flatMap(({ title, folded, rows }) => {
    const withCpu = rows.some((row) => cellOf(row, "moat").cpu !== undefined);
    const head = tools.flatMap((tool) => headsOf(tool, withCpu));
    const body = rows.map((row) => {
      const cells = Object.fromEntries(tools.map((tool) => [tool, cellOf(row, tool)]));
      const text = (tool) =>
        textOf(row, cells[tool], (failure) => noteOf(`${tool}, ${row.program ?? row.group}: ${failure}`));
      const columns = tools.flatMap((tool) => {
        if (tool === "node") return [cells.node.value === undefined ? "–" : quantity(row, cells.node.value)];
        if (tool !== "moat") return [text(tool)];
        const cpu = withCpu ? [cells.moat.cpu?.toFixed(2) ?? "–"] : [];
        return [text(tool) + differenceText(row, cells), spreadText(row, cells.moat), ...cpu, targetCell(row, cells)];
      });
      return [row.label, ...columns, `\`${nameOf(row)}\``];
    });
    const table = aligned([["", ...head, "row"], ...body]);
    if (folded) return ["<details>", `<summary>${title}</summary>`, "", ...table, "", "</details>", ""];
    return [`**${title}**`, "", ...table, ""];
  });
  const told = groupFailures.filter(({ tool }) => tool === TOLD_IN_FULL);
  const lines = [
    ...[...notes].map(([text, number]) => `- \\[${number}] ${text}`),
    ...told.map(({ program, tool, failure }) => `- ${tool}, ${program}: ${failure}`),
  ];
  return [...parts, ...lines].join("\n").trimEnd();
}

function headsOf(tool, withCpu) {
  if (tool !== "moat") return [tool];
  return ["moat", "quartiles", ...(withCpu ? ["CPU"] : []), "target"];
}

function textOf(row, { value, ratio, failure, ran }, noteOf) {
  if (value === undefined) {
    if (failure === undefined) return "–";
    return `– ${noteOf(failure)}`;
  }
  const told = ratio === undefined ? quantity(row, value) : ratio.toFixed(2);
  return ran === undefined || ran[0] === ran[1] ? told : `${told} (${ran[0]} of ${ran[1]})`;
}

/** Beside the ratio, where the target speaks of a difference too. */
function differenceText({ target, phase }, { node, moat }) {
  if (moat.ratio === undefined || (target?.plus ?? target?.more) === undefined) return "";
  return `, +${quantity({ phase }, moat.value - node.value)}`;
}

function spreadText(row, { ratio, spread, which }) {
  if (spread === undefined) return which ?? "–";
  return spread.map((value) => (ratio === undefined ? quantity(row, value) : value.toFixed(2))).join(" – ");
}

function targetCell({ target }, cells) {
  if (target === undefined) return "–";
  const text = targetText(target);
  if (cells.moat.value === undefined) return text;
  const reached = isReached(target, cells.moat, { node: cells.node, of: cells[target.of] });
  return reached === undefined ? text : `${text} ${reached ? "✓" : "✗"}`;
}

function quantity({ phase, count, mean }, value) {
  if (mean !== undefined && mean !== "median") return "–";
  if (count !== undefined) return `${Math.round(value)}/s`;
  if (phase === "memory") return `${Math.round(value)} MiB`;
  if (value < 1) return `${(value * 1000).toPrecision(3)} µs`;
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const isText = (column) => column === 0 || column === widths.length - 1;
  const line = (row) =>
    `| ${row.map((cell, column) => (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(" | ")} |`;
  const rule = widths.map((width, column) => (isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(rows[0]), `| ${rule.join(" | ")} |`, ...rows.slice(1).map(line)];
}
