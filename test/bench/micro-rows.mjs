/** A row for each thing that `packages/bench-micro` measures, and one for all of them. */
import { createRequire } from "node:module";

const benchmarks = createRequire(import.meta.url)("./packages/bench-micro/index.js");

/** @type {{ label: string, program: "micro", phase: string }[]} */
export const MICRO_ROWS = ["geometric mean", ...Object.keys(benchmarks)].map((phase) => ({
  label: `micro: ${phase}`,
  program: "micro",
  phase,
}));
