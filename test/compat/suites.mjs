#!/usr/bin/env node
/**
 * Test suites that others wrote: packages that ship their tests, run under node
 * and under moat, with the policy that `moat policy --write` makes. A suite runs
 * inside of its package, so that what it tests has that package's grants and no
 * more. The assertions that pass and fail must be as many.
 *
 *   npm run compat:suites           # all; the packages are installed on first use
 *   npm run compat:suites -- qs bl  # these
 *   npm run compat:suites -- --verbose
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MOAT, verbose, words } from "./command-line.mjs";
import { COMPAT_FOLDER, installPackages, programEnvironment } from "./installed-project.mjs";
import { runCommand } from "./run-command.mjs";

const SUITES = JSON.parse(readFileSync(new URL("suites.json", import.meta.url), "utf8"));

const env = programEnvironment();

let failures = 0;
console.log(
  `| suite | node: passed | failed | moat: passed | failed | same |\n| --- | ---: | ---: | ---: | ---: | --- |`,
);
for (const [name, suite] of Object.entries(SUITES)) {
  if (words.length > 0 && !words.includes(name)) continue;
  const { plain, confined } = await runSuite(name, suite);
  const same = plain.passed === confined.passed && plain.failed === confined.failed && plain.code === confined.code;
  if (!same) failures += 1;
  const cells = [
    `${name} ${suite.version}`,
    plain.passed,
    plain.failed,
    confined.passed,
    confined.failed,
    same ? "yes" : `no${suite.differs ? `: ${suite.differs}` : ""}`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
  if (verbose && !same) console.log(told(plain, confined));
}
console.log(failures === 0 ? "\nNothing differs." : `\n${failures} differ.`);
process.exitCode = failures === 0 ? 0 : 1;

async function runSuite(name, { version, files, with: tools }) {
  const folder = path.join(COMPAT_FOLDER, "suites", name);
  await installPackages(folder, {
    name: "suite",
    version: "1.0.0",
    private: true,
    dependencies: { [name]: version, ...tools },
  });
  const requires = files.map((file) => `require("./node_modules/${name}/${file}");\n`);
  writeFileSync(path.join(folder, "suite.js"), requires.join(""));
  const place = { cwd: folder, env };
  const plain = counted(await runCommand(process.execPath, ["suite.js"], place));
  await runCommand(process.execPath, [MOAT, "policy", "--write", "suite.js"], place);
  return { plain, confined: counted(await runCommand(process.execPath, [MOAT, "run", "suite.js"], place)) };
}

/** By lines of TAP; a suite of plain assertions counts as one. */
function counted(result) {
  const passed = result.stdout.match(/^\s*ok \d/gm)?.length ?? 0;
  const failed = result.stdout.match(/^\s*not ok \d/gm)?.length ?? 0;
  if (passed + failed > 0) return { ...result, passed, failed };
  return { ...result, passed: result.code === 0 ? 1 : 0, failed: result.code === 0 ? 0 : 1 };
}

/** The assertions that fail under moat alone, and what was said on stderr. */
function told(plain, confined) {
  const known = new Set(plain.stdout.split("\n"));
  const lines = confined.stdout.split("\n");
  const failed = lines.flatMap((line, at) =>
    /^\s*not ok/.test(line) && !known.has(line) ? lines.slice(at, at + 12) : [],
  );
  return [...failed.slice(0, 60), ...confined.stderr.split("\n").slice(0, 25)]
    .map((line) => `      ${line.slice(0, 300)}`)
    .join("\n");
}
