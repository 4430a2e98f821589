#!/usr/bin/env node
/**
 * A service whose packages are brought up to date after a year, and what a reviewer reads of it.
 *
 *     npm run compat:upgrade [-- --write] [--keep]
 *
 * `before` and `after` are the manifests and lockfiles of November 2025 and of November 2026; `index.js` is the
 * same. Both are installed in a scratch folder with npm, without install scripts. The policy is written on the
 * first, as moat would have, and written again on the second. What `moat diff` says is counted, line by line, and
 * each statement is compared with both policies and with the code that it quotes. `--write` puts it into
 * docs/upgrade-example.md. Exit 1 where one line in ten or more is of no use, or one is wrong.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { countLines } from "./count-lines.mjs";
import { wrongStatements } from "./wrong-statements.mjs";

const { values } = parseArgs({ options: { write: { type: "boolean" }, keep: { type: "boolean" } } });
const moat = join(import.meta.dirname, "../../../packages/cli/bin/moat.js");
const report = join(import.meta.dirname, "../../../docs/upgrade-example.md");
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "moat-upgrade-")));
try {
  process.exitCode = upgrade();
} finally {
  if (values.keep) console.log(`kept in ${scratch}`);
  else rmSync(scratch, { recursive: true, force: true });
}

function upgrade() {
  git("init", "-q", ".");
  writeFileSync(join(scratch, ".gitignore"), "node_modules\n");
  cpSync(join(import.meta.dirname, "index.js"), join(scratch, "index.js"));
  install("before");
  run("policy", "--write", "index.js");
  const before = readPolicy();
  git("add", ".");
  git("commit", "-q", "-m", "before");
  install("after");
  run("policy", "--write");
  const after = readPolicy();
  const markdown = run("diff", "--format", "markdown");
  const review = JSON.parse(run("diff", "--json"));
  const wrong = wrongStatements({ review, before, after, project: scratch });
  const counted = countLines(markdown, review);
  const table = tableOf({ review, counted, wrong });
  console.log(`${table}\n\n${markdown}`);
  for (const line of counted.noise) console.log(`of no use: ${line}`);
  for (const line of wrong) console.log(`wrong: ${line}`);
  if (values.write) writeFileSync(report, document(table, counted, markdown));
  return wrong.length === 0 && counted.noise.length * 10 < counted.lines.length ? 0 : 1;
}

function install(side) {
  for (const name of ["package.json", "package-lock.json"])
    cpSync(join(import.meta.dirname, side, name), join(scratch, name));
  const flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", flags, { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
}

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [moat, ...args], {
    cwd: scratch,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status > 1) throw new Error(stderr);
  return stdout;
}

function git(...args) {
  execFileSync("git", ["-c", "user.name=upgrade", "-c", "user.email=upgrade@example.invalid", ...args], {
    cwd: scratch,
  });
}

function readPolicy() {
  return JSON.parse(readFileSync(join(scratch, "moat.policy.json"), "utf8"));
}

function installed(side) {
  const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, side, "package-lock.json"), "utf8"));
  return Object.keys(packages).length - 1;
}

function tableOf({ review: { counts, packages }, counted, wrong }) {
  const { lines, noise } = counted;
  const grants = packages.reduce(
    (sum, { gains, losses }) => sum + [...gains, ...losses].flatMap((line) => line.grants).length,
    0,
  );
  const rows = [
    ["packages in the lockfile", `${installed("before")}, then ${installed("after")}`],
    [
      "packages with another version, new or gone",
      counts.updated +
        counts.added +
        counts.removed +
        packages.filter(
          ({ status, versions }) => status !== "new" && status !== "removed" && versions.before !== versions.after,
        ).length,
    ],
    ["grants that changed", grants],
    ["lines in the comment", lines.length],
    ["of them of no use to a reviewer", `${noise.length} (${Math.round((100 * noise.length) / lines.length)} %)`],
    ["of them wrong", wrong.length],
  ];
  return `| | |\n| --- | --- |\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}`;
}

function document(table, { noise }, markdown) {
  return `# An upgrade of a real application

What a reviewer reads when a service of ${Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, "after/package.json"), "utf8")).dependencies).length} direct dependencies (Express, pg, winston, axios, zod, ioredis, the AWS SDK and others) is brought from the versions of 1 November 2025 to those of 21 November 2026, all at once.
\`npm run compat:upgrade\` prints this page's figures again; the manifests and lockfiles are in [test/compat/upgrade](../test/compat/upgrade).

${table}

A line is each point of the comment, what stands behind the fold too; how a package came belongs to its heading.
A line is of no use where it tells nothing about a capability that changed: what only has another name, what was said before, what only computes, and a package that is the same as before.
A line is wrong where it is not the difference of the two policies, or the code that it quotes does not stand there.

The lines of no use:

${noise.map((line) => `- ${line}`).join("\n")}

## The comment

${markdown.replace(/^<!--.*-->\n\n/u, "").replace(/^###/gmu, "####")}`;
}
