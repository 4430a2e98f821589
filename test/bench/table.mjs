/** The samples as a Markdown table of ratios. */

export const median = (samples) => {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * @param {{ label: string, program: string, phase: string }[]} rows
 * @param {string[]} tools the first is what the others are compared with
 * @param {(program: string, tool: string) => { samples: Record<string, number[]>, failure?: string }} resultOf
 */
export function makeTable(rows, tools, resultOf) {
  const [plain, ...others] = tools;
  const notes = new Map();
  const noteOf = (text) => {
    if (!notes.has(text)) notes.set(text, notes.size + 1);
    return `[${notes.get(text)}]`;
  };
  const cells = rows.map(({ label, program, phase }) => {
    const samplesOf = (tool) => resultOf(program, tool).samples[phase] ?? [];
    const base = samplesOf(plain).length > 0 ? median(samplesOf(plain)) : undefined;
    const cell = (tool) => {
      const samples = samplesOf(tool);
      if (samples.length > 0)
        return base === undefined ? duration(median(samples)) : (median(samples) / base).toFixed(2);
      const { failure } = resultOf(program, tool);
      return failure === undefined || phase.startsWith("policy")
        ? "–"
        : `– ${noteOf(`${tool}, ${program}: ${failure}`)}`;
    };
    return [label, base === undefined ? "–" : duration(base), ...others.map(cell)];
  });
  const lines = aligned([["", `${plain} (time)`, ...others], ...cells]);
  return [...lines, "", ...[...notes].map(([text, number]) => `[${number}] ${text}`)].join("\n").trimEnd();
}

const duration = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`);

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}
