/**
 * Whether the packages of a folder load: requires (or imports) each one in one
 * process, under node and under moat with the policy that moat writes, and
 * prints those that only node loads, or that export something else.
 *
 *   npm run compat:load -- FOLDER [--import] [--node BIN]     FOLDER holds a node_modules
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
/** What belongs to another machine, is no code, or ends the process by intent. */
const LEFT_OUT = /^(?:\.|@types$|@esbuild$|npm$|yarn$|pnpm$|node-gyp$|fsevents$)|darwin|win32/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { import: { type: "boolean", default: false }, node: { type: "string", default: process.execPath } },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write("usage: npm run compat:load -- FOLDER [--import] [--node BIN]\n");
  process.exit(2);
}

const modules = resolve(folder, "node_modules");
const names = readdirSync(modules)
  .filter((name) => !LEFT_OUT.test(name))
  .flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name],
  );
const project = mkdtempSync(join(tmpdir(), "moat-load-"));
try {
  symlinkSync(modules, join(project, "node_modules"));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "load", dependencies: Object.fromEntries(names.map((name) => [name, "*"])) }),
  );
  writeFileSync(join(project, "index.mjs"), programText());
  run([MOAT, "policy", "--write", "index.mjs"], "policy");
  const [plain, confined] = [run(["index.mjs"], "node"), run([MOAT, "run", "index.mjs"], "moat")];
  let differ = 0;
  for (const [name, outcome] of Object.entries(plain)) {
    if (outcome.failed !== undefined || JSON.stringify(outcome) === JSON.stringify(confined[name])) continue;
    differ++;
    const { failed, exported } = confined[name] ?? { failed: "the program ended before" };
    process.stdout.write(
      `${name}: ${failed ?? `without ${missing(outcome.exported, exported)}; more: ${missing(exported, outcome.exported)}`}\n`,
    );
  }
  const loaded = Object.values(plain).filter(({ failed }) => failed === undefined).length;
  process.stdout.write(`${loaded - differ} of ${loaded} packages that node loads are the same under moat\n`);
} finally {
  rmSync(project, { recursive: true, force: true });
}

function missing(from, exported) {
  return from.filter((name) => !exported.includes(name)).join() || "nothing";
}

/** @returns what each package came to; nothing for the policy. */
function run(args, as) {
  const out = join(project, `${as}.json`);
  const { status, stderr } = spawnSync(values.node, args, {
    cwd: project,
    env: { ...process.env, OUT: out },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${as} ended with ${status}: ${stderr.slice(-2_000)}`);
  return as === "policy" ? undefined : JSON.parse(readFileSync(out, "utf8"));
}

/** Literal names, as the analysis wants them. */
function programText() {
  const load = (name) => (values.import ? `import(${JSON.stringify(name)})` : `require(${JSON.stringify(name)})`);
  return `import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const outcomes = {};
const { exit } = process;
process.exit = () => {};
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
async function load(name, get) {
  try {
    const late = new Promise((_, reject) => setTimeout(reject, 20_000, new Error("not loaded after 20 s")).unref());
    const value = await Promise.race([get(), late]);
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    outcomes[name] = { exported: isObject ? Object.keys(value).toSorted() : [typeof value] };
  } catch (error) {
    outcomes[name] = { failed: String(error?.message).split("\\n", 1)[0] };
  }
}
${names.map((name) => `await load(${JSON.stringify(name)}, () => ${load(name)});`).join("\n")}
writeFileSync(process.env.OUT, JSON.stringify(outcomes));
exit.call(process, 0);
`;
}
