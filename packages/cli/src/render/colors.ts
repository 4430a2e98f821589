import type { CommandContext, Output } from "../command-context.ts";

export type Style = "bold" | "dim" | "red" | "yellow" | "green";
export type Paint = (style: Style, text: string) => string;

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], green: [32, 39] } as const;

/** Colours on a terminal, unless `NO_COLOR` is set to something. */
export function makePaint(output: Output, env: CommandContext["env"]): Paint {
  const plain = !output.isTerminal || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return (style, text) => (plain ? text : `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`);
}
