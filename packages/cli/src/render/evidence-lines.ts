import { escapeForTerminal, type Grant } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { evidenceOf, placeOf } from "../project/evidence-of.ts";
import type { Paint } from "./colors.ts";

/** Where a package's code asks for a grant: at most so many places. */
export function evidenceLines(
  evidence: readonly Evidence[],
  name: string,
  grant: Grant,
  paint: Paint,
  most: number,
): string {
  return evidenceOf(evidence, name, grant)
    .slice(0, most)
    .map((place) => {
      const snippet = place.snippet === "" ? "" : `  ${place.snippet.trim()}`;
      return `${" ".repeat(13)}${paint("dim", escapeForTerminal(`${placeOf(place)}${snippet}`))}\n`;
    })
    .join("");
}
