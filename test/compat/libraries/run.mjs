#!/usr/bin/env node
/**
 * Small programs that use popular libraries, under node and under moat with the policy
 * that `moat policy --write` makes: output and exit code must be the same.
 *
 *   npm run compat:libraries                 # all; the packages are installed on first use
 *   npm run compat:libraries -- pino archives
 *   npm run compat:libraries -- --verbose    # what differs, and what moat said
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MOAT, verbose, words } from "../command-line.mjs";
import { COMPAT_FOLDER, installPackages, programEnvironment, restoreSources } from "../installed-project.mjs";
import { runCommand } from "../run-command.mjs";

const sources = fileURLToPath(new URL("fixtures", import.meta.url));
const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
/** Programs that are known to differ, and why. */
const differs = JSON.parse(readFileSync(new URL("differs.json", import.meta.url), "utf8"));

const folder = path.join(COMPAT_FOLDER, "libraries");
// Libraries that have nothing to do with each other want several versions of the same peer.
await installPackages(folder, manifest, ["--legacy-peer-deps"]);
// No token and no folder of the person's is in here; what programs put into the temporary folder is their own.
const place = { cwd: folder, env: programEnvironment() };
const programs = readdirSync(sources).filter((name) => /\.[cm]js$/.test(name) && name !== "pool-worker.mjs");

let [same, surprises] = [0, 0];
for (const program of programs.filter((name) => words.length === 0 || words.includes(path.parse(name).name))) {
  restoreSources(folder, sources);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  const plain = await runCommand(process.execPath, [program], place);
  rmSync(path.join(folder, "moat.policy.json"), { force: true });
  const policy = await runCommand(process.execPath, [MOAT, "policy", "--write", program], place);
  const confined = await runCommand(process.execPath, [MOAT, "run", program], place);
  const isSame = plain.code === confined.code && plain.stdout === confined.stdout;
  const reason = Object.hasOwn(differs, program) ? differs[program] : undefined;
  if (isSame) same += 1;
  if (isSame === (reason !== undefined)) surprises += 1;
  console.log(`${isSame ? "same   " : "differs"} ${program}${reason === undefined ? "" : `: ${reason}`}`);
  if (verbose && !isSame) console.log(told(plain, policy, confined));
}
console.log(`\n${same} are the same${surprises === 0 ? "" : `; ${surprises} not as expected`}.`);
process.exitCode = surprises === 0 ? 0 : 1;

function told(plain, policy, confined) {
  const parts = {
    "node: ": plain.stdout,
    "moat: ": confined.stdout,
    "said: ": policy.code === 0 ? confined.stderr : policy.stderr,
  };
  return Object.entries(parts)
    .flatMap(([prefix, text]) =>
      text
        .split("\n")
        .slice(0, 12)
        .map((line) => `    ${prefix}${line.slice(0, 200)}`),
    )
    .join("\n");
}
