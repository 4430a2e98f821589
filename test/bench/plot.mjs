/** A picture of what a tree's size costs: two charts with logarithmic axes, as SVG for light and dark pages. */
import { median } from "./statistics.mjs";

const WIDTH = 460;
const HEIGHT = 340;
const MARGIN = { left: 62, right: 16, top: 34, bottom: 74 };
const TREES = /^tree-/u;

const CHARTS = [
  {
    title: "Starting a program",
    series: [
      { label: "node", tool: "node", phase: "process", colour: "a" },
      { label: "moat, first run", tool: "moat", phase: "first", colour: "b" },
      { label: "moat, second run", tool: "moat", phase: "process", colour: "c" },
    ],
  },
  {
    title: "Writing its policy",
    series: [
      { label: "lavamoat", tool: "lavamoat", phase: "policy-cold", colour: "a" },
      { label: "moat, nothing kept", tool: "moat", phase: "policy-cold", colour: "b" },
      { label: "moat, nothing changed", tool: "moat", phase: "policy-warm", colour: "c" },
    ],
  },
];

const STYLE = `
  .page { fill: #ffffff } .grid { stroke: #d8dee4 } text { fill: #424a53; font: 12px sans-serif }
  .title { font-weight: bold; font-size: 14px } .a { color: #6e7781 } .b { color: #bc4c00 } .c { color: #0969da }
  .line { stroke: currentColor; fill: none; stroke-width: 2 } .point { fill: currentColor }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .grid { stroke: #30363d } text { fill: #c9d1d9 }
    .a { color: #8b949e } .b { color: #f0883e } .c { color: #58a6ff }
  }`;

/**
 * @param {{ programs: Record<string, { bytes?: number, packages?: number, tools: Record<string, { samples: Record<string, number[]> }> }> }} data
 *   what `--json` writes
 */
export function plotOf({ programs }) {
  const trees = Object.entries(programs)
    .filter(([name, { bytes }]) => TREES.test(name) && bytes > 0)
    .map(([, program]) => program)
    .sort((one, other) => one.bytes - other.bytes);
  const charts = CHARTS.map((chart, place) => drawChart(chart, trees, place * WIDTH));
  const size = `width="${WIDTH * 2}" height="${HEIGHT}" viewBox="0 0 ${WIDTH * 2} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="Cost against the size of the tree">
<style>${STYLE}
</style>
<rect class="page" width="100%" height="100%"/>
${charts.join("\n")}
</svg>
`;
}

function drawChart({ title, series }, trees, left) {
  const drawn = series.map((one) => ({ ...one, points: pointsOf(one, trees) }));
  const points = drawn.flatMap((one) => one.points);
  if (points.length === 0) return `<text x="${left + MARGIN.left}" y="20">${title}: not measured</text>`;
  const x = axis(
    points.map((point) => point.megabytes),
    left + MARGIN.left,
    left + WIDTH - MARGIN.right,
  );
  const y = axis(
    points.map((point) => point.seconds),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const parts = [`<text class="title" x="${left + MARGIN.left}" y="20">${title}</text>`];
  for (const tick of y.ticks) {
    parts.push(line(left + MARGIN.left, y.at(tick), left + WIDTH - MARGIN.right, y.at(tick)));
    parts.push(text(left + MARGIN.left - 6, y.at(tick) + 4, secondsText(tick), "end"));
  }
  for (const { bytes, packages } of trees) {
    const place = x.at(bytes / 1e6);
    parts.push(line(place, MARGIN.top, place, HEIGHT - MARGIN.bottom));
    parts.push(text(place, HEIGHT - MARGIN.bottom + 16, `${(bytes / 1e6).toFixed(1)} MB`, "middle"));
    parts.push(
      text(place, HEIGHT - MARGIN.bottom + 31, packages === undefined ? "" : `${packages} packages`, "middle"),
    );
  }
  let legend = left + MARGIN.left;
  for (const one of drawn) {
    parts.push(drawSeries(one, x, y, legend));
    legend += 26 + one.label.length * 6.5;
  }
  return parts.join("\n");
}

function drawSeries({ label, colour, points }, x, y, legend) {
  const places = points.map(({ megabytes, seconds }) => [x.at(megabytes).toFixed(1), y.at(seconds).toFixed(1)]);
  const dots = places.map(([cx, cy]) => `<circle class="point" cx="${cx}" cy="${cy}" r="3.5"/>`).join("");
  const low = HEIGHT - 14;
  const key = `<circle class="point" cx="${legend}" cy="${low - 4}" r="4"/>${text(legend + 8, low, label, "start")}`;
  return `<g class="${colour}"><polyline class="line" points="${places.map((place) => place.join(",")).join(" ")}"/>${dots}${key}</g>`;
}

function pointsOf({ tool, phase }, trees) {
  return trees
    .map(({ bytes, tools }) => ({ bytes, samples: tools[tool]?.samples[phase] ?? [] }))
    .filter(({ samples }) => samples.length > 0)
    .map(({ bytes, samples }) => ({ megabytes: bytes / 1e6, seconds: median(samples) / 1000 }));
}

/** A logarithmic axis over the values, with some room, and ticks at 1, 3, 10, 30 and so on. */
function axis(values, from, to) {
  const low = Math.log10(Math.min(...values) / 1.6);
  const high = Math.log10(Math.max(...values) * 1.6);
  const at = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const powers = Array.from({ length: 8 }, (_, n) => 10 ** (n - 3));
  const ticks = powers
    .flatMap((power) => [power, 3 * power])
    .filter((tick) => Math.log10(tick) > low && Math.log10(tick) < high);
  return { at, ticks };
}

const secondsText = (seconds) => (seconds < 1 ? `${Number((seconds * 1000).toPrecision(1))} ms` : `${seconds} s`);
const line = (x1, y1, x2, y2) =>
  `<line class="grid" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;
const text = (x, y, told, anchor) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${told}</text>`;
