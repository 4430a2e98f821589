#!/usr/bin/env node
/**
 * One policy on other paths, with other package managers' layouts, on other Nodes.
 *
 *     npm run compat:layouts [-- --node FILE… --keep]
 *
 * The policy is written once, on npm's tree. Each other tree is installed from the
 * same package.json and gets that file: its program must print what it printed under
 * node. pnpm and Yarn are
 * installed for this in a scratch folder. Exit 1 where a layout differs.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync, copyFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    keep: { type: "boolean" },
    only: { type: "string", default: "" },
    node: { type: "string", multiple: true, default: [process.execPath] },
  },
});
const scratch = mkdtempSync(join(tmpdir(), "moat-layouts-"));
const moat = join(import.meta.dirname, "../../../packages/cli/bin/moat.js");
const QUIET = { stdio: ["ignore", "ignore", "inherit"] };
const tools = join(scratch, "tools");

const LAYOUTS = [
  { name: "npm", folder: "npm", install: npm },
  { name: "npm, a folder with odd letters", folder: "a b#c%20d ü (1)'", install: npm },
  { name: "pnpm, links", folder: "pnpm", install: (cwd) => pnpm(cwd) },
  { name: "pnpm, hoisted", folder: "pnpm-hoisted", install: (cwd) => pnpm(cwd, "--node-linker=hoisted") },
  {
    name: "Yarn 1",
    folder: "yarn 1",
    install: (cwd) =>
      run(join("yarn", "bin", "yarn.js"), cwd, "install", "--ignore-scripts", "--non-interactive", "--silent"),
  },
  { name: "Yarn 4, node-modules", folder: "yarn-4", install: yarnBerry },
];
// npm's is always among them: it is what the policy is made of.
const CHOSEN = LAYOUTS.filter(({ name }) => name === "npm" || new RegExp(values.only).test(name));

const rows = [];
try {
  writeFileSync(`${scratch}/package.json`, "{}");
  execFileSync(
    "npm",
    [
      "install",
      "--prefix",
      tools,
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      "pnpm@9.15.9",
      "yarn@1.22.22",
      "@yarnpkg/cli-dist@4.12.0",
    ],
    QUIET,
  );
  for (const layout of CHOSEN) rows.push(...compare(layout));
} finally {
  if (!values.keep) rmSync(scratch, { recursive: true, force: true });
}
console.log(`\n| layout | ${values.node.map(versionOf).join(" | ")} |\n| --- |${" --- |".repeat(values.node.length)}`);
for (const { name } of CHOSEN)
  console.log(
    `| ${name} | ${rows
      .filter((row) => row.name === name)
      .map(({ result }) => result)
      .join(" | ")} |`,
  );
process.exitCode = rows.every(({ result }) => result === "the same") ? 0 : 1;

function compare({ name, folder, install }) {
  const project = join(scratch, folder);
  cpSync(join(import.meta.dirname, "fixtures", "app"), project, { recursive: true });
  install(project);
  const policy = join(scratch, "npm", "moat.policy.json");
  if (folder === "npm")
    execFileSync(process.execPath, [moat, "policy", "--write", "index.js"], {
      ...QUIET,
      cwd: project,
      stdio: "ignore",
    });
  else copyFileSync(policy, join(project, "moat.policy.json"));
  return values.node.map((node) => {
    const plain = start(node, project, "index.js");
    const confined = start(node, project, moat, "run", "index.js");
    // Other managers choose other versions and share other copies; a check is for the tree that the policy was written on.
    const check = name.startsWith("npm") ? start(node, project, moat, "policy", "--check") : { status: 0 };
    const failed =
      plain.stdout !== confined.stdout || confined.status !== 0 ? confined : check.status !== 0 ? check : undefined;
    if (failed !== undefined) console.log(`--- ${name}, ${versionOf(node)}\n${failed.stdout}\n${failed.stderr}`);
    return {
      name,
      result: failed === undefined ? "the same" : failed === check ? "the policy is said to differ" : "differs",
    };
  });
}

function start(node, cwd, ...args) {
  return spawnSync(node, args, { cwd, encoding: "utf8", timeout: 120_000 });
}

function npm(cwd, ...flags) {
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...flags], {
    ...QUIET,
    cwd,
  });
}

function pnpm(cwd, ...flags) {
  run(
    join("pnpm", "bin", "pnpm.cjs"),
    cwd,
    "install",
    "--ignore-scripts",
    "--silent",
    "--store-dir",
    join(scratch, "store"),
    ...flags,
  );
}

function yarnBerry(cwd) {
  writeFileSync(
    join(cwd, ".yarnrc.yml"),
    "nodeLinker: node-modules\nenableScripts: false\nenableTelemetry: false\nenableImmutableInstalls: false\n",
  );
  writeFileSync(join(cwd, "yarn.lock"), "");
  run(join("@yarnpkg", "cli-dist", "bin", "yarn.js"), cwd, "install");
}

function run(tool, cwd, ...args) {
  execFileSync(process.execPath, [join(tools, "node_modules", tool), ...args], { ...QUIET, cwd });
}

function versionOf(node) {
  return `Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim().slice(1)}`;
}
