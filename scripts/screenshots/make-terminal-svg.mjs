const COLUMNS = 110;
const CHARACTER = 7.8;
const LINE = 18;
const MARGIN = 16;
const BAR = 28;

/** By code of ECMA-48's SGR: the attributes that text gets from then on; `null` takes one away. */
const STYLES = {
  0: { bold: null, dim: null, color: null },
  1: { bold: true },
  2: { dim: true },
  22: { bold: null, dim: null },
  31: { color: "#ff7b72" },
  32: { color: "#7ee787" },
  33: { color: "#e3b341" },
  39: { color: null },
};

/** What a command printed, with its colours, as the picture of a terminal. The same text gives the same bytes. */
export function makeTerminalSvg(command, output) {
  const lines = [[{ text: `$ ${command}`, bold: true }], ...styledLines(output.trimEnd())].flatMap(wrapped);
  const width = Math.round(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  const rows = lines.map((line, index) => {
    const spans = line.map((span) => `<tspan${attributes(span)}>${escapeXml(span.text)}</tspan>`).join("");
    return `<text x="${MARGIN}" y="${BAR + (index + 1) * LINE - 5}">${spans}</text>`;
  });
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
    (color, index) => `<circle cx="${MARGIN + 6 + index * 18}" cy="14" r="5" fill="${color}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The terminal">
<rect width="100%" height="100%" rx="8" fill="#161b22"/>
${dots.join("\n")}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="#e6edf3">
${rows.join("\n")}
</g>
</svg>
`;
}

/** Lines of spans `{ text, bold, dim, color }`; a style goes on over the end of its line. */
function styledLines(output) {
  let style = {};
  return output.split("\n").map((line) =>
    line.split(/(\u001b\[[\d;]*m)/u).flatMap((piece) => {
      const codes = /^\u001b\[([\d;]*)m$/u.exec(piece)?.[1];
      if (codes === undefined) return piece === "" ? [] : [{ ...style, text: piece }];
      for (const code of codes.split(";")) style = { ...style, ...STYLES[Number(code)] };
      return [];
    }),
  );
}

/** A line that is too long goes on below, as in a terminal. */
function wrapped(line) {
  const lines = [[]];
  let room = COLUMNS;
  for (const span of line) {
    for (let text = span.text; text !== "";) {
      if (room === 0) {
        lines.push([]);
        room = COLUMNS;
      }
      const piece = text.slice(0, room);
      lines.at(-1).push({ ...span, text: piece });
      text = text.slice(piece.length);
      room -= piece.length;
    }
  }
  return lines;
}

function attributes({ bold, dim, color }) {
  return `${color ? ` fill="${color}"` : ""}${bold ? ' font-weight="bold"' : ""}${dim ? ' opacity="0.65"' : ""}`;
}

/** Spaces become ones that no viewer folds. */
function escapeXml(text) {
  return text.replaceAll(" ", "\u00a0").replace(/[&<>"]/gu, (character) => `&#${character.codePointAt(0)};`);
}
