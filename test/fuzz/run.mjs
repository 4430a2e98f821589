/**
 * `npm run fuzz`: the properties of this folder with a million cases.
 * Prints what was tried, and the smallest case of each escape; exits 1 on one.
 *
 *     npm run fuzz -- [--cases N] [--seed N] [--only fs]
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
    only: { type: "string", default: "" },
  },
});

// Inside the workspace, so that fast-check and the dependencies of core are found.
const folder = join(import.meta.dirname, "../../node_modules/.cache/moat-fuzz");
const bundle = join(folder, `${process.pid}.mjs`);
let failed;
mkdirSync(folder, { recursive: true });
try {
  await build({
    entryPoints: [join(import.meta.dirname, "all-properties.ts")],
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    keepNames: true,
    logLevel: "warning",
  });
  const { fuzzAll } = await import(pathToFileURL(bundle).href);
  failed = await fuzzAll({ cases: Number(values.cases), seed: Number(values.seed), only: values.only });
} finally {
  rmSync(bundle, { force: true });
}
process.exit(failed > 0 ? 1 : 0);
