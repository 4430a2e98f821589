import type { Risk } from "@moat/core/model";
import type { Paint, Style } from "./colors.ts";

const STYLES: Readonly<Record<Risk, Style>> = {
  critical: "red",
  high: "red",
  medium: "yellow",
  low: "dim",
  none: "dim",
};
const WIDTH = "critical".length;

/** The word for a risk, in a column of its own. */
export function paintRisk(paint: Paint, risk: Risk): string {
  return paint(STYLES[risk], (risk === "none" ? "" : risk).padEnd(WIDTH));
}
