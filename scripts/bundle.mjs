// Bundles the compiled packages, so that a program starts after a handful of
// reads in place of two hundred. Types come from `tsc`, which has checked all.
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const PACKAGES = {
  core: ["index", "model", "child-bootstrap", "worker-bootstrap"],
  "policy-gen": ["index"],
  cli: ["main"],
};

for (const [name, entries] of Object.entries(PACKAGES)) {
  const folder = join("packages", name);
  removeScripts(join(folder, "dist"));
  await build({
    entryPoints: entries.map((entry) => join(folder, "src", `${entry}.ts`)),
    outdir: join(folder, "dist"),
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    // Names of functions are what programs and `util.inspect` see of facades; a bundler renames what collides.
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
  });
}

/** What `tsc` emitted besides types, and what an earlier bundle left. */
function removeScripts(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) removeScripts(path);
    else if (/\.js(\.map)?$/.test(name)) rmSync(path);
  }
}
