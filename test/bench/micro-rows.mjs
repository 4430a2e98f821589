/** A row for each thing that `packages/bench-micro` measures. */
import { createRequire } from "node:module";

const benchmarks = createRequire(import.meta.url)("./packages/bench-micro/index.js");

/** @type {{ label: string, program: "micro", phase: string }[]} */
export const MICRO_ROWS = Object.keys(benchmarks).map((phase) => ({ label: phase, program: "micro", phase }));
