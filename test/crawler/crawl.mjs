/**
 * Lets hostile packages walk everything that they can reach in a real run of
 * the built moat, and says which real powers, other principals' objects and
 * changeable shared objects they found.
 */
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

/** Grants of almost everything, within a folder and the loopback. */
const generous = (builtins, globals, scratch) => ({
  builtins: Object.fromEntries(builtins.map((name) => [name, true])),
  globals,
  env: ["PATH"],
  fs: { read: ["<package>", scratch], write: [scratch] },
  net: { connect: ["127.0.0.1:*", `unix:${scratch}/socket`], listen: ["127.0.0.1:*", `unix:${scratch}/socket`] },
  commands: ["cat", "true", "false"],
  workers: true,
});

/**
 * @param table builtins, their members that are handed over as they are, and globals
 * @param asking the builtins and globals that the packages may ask for; all, unless it is said
 * @param taps whether they put methods of their own on what they hold, to hear what Node calls them with
 * @param want what one of them does first, it does where there is not enough of this: "little stack", "no files"
 * @returns findings, and how much was walked
 */
export async function crawl(options) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await crawlOnce(options);
    } catch (error) {
      // Node 20 crashed once in some sixty runs in which packages put methods of their own on native handles: nobody gains by that, and it is looked for elsewhere.
      if (!options.taps || !error.message.startsWith("the crawler ended with SIGSEGV") || attempt === MOST_ATTEMPTS)
        throw error;
    }
  }
}

const MOST_ATTEMPTS = 2;
const FEW_FILES = 120;

async function crawlOnce({
  node = process.execPath,
  table,
  asking = {},
  taps = false,
  want,
  planted = false,
  budget = 60_000,
  keep = false,
}) {
  const project = realpathSync(mkdtempSync(join(tmpdir(), "moat-crawler-")));
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), "moat-crawled-")));
  const { members, handedGlobals } = table;
  const { builtins = Object.keys(members), globals = table.globals } = asking;
  try {
    const write = (name, text) =>
      writeFileSync(join(project, name), typeof text === "string" ? text : JSON.stringify(text));
    copyFileSync(join(HERE, "application.js"), join(project, "index.js"));
    write("package.json", { name: "app", dependencies: { bare: "1", granted: "1", twin: "1" } });
    write("moat.policy.json", {
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: { bare: {}, granted: {}, twin: {} },
    });
    const granted = (name) => ({
      ...generous(builtins, globals, join(scratch, name)),
      reason: "the crawler takes what it gets",
    });
    write("moat.overrides.json", { packages: { granted: granted("granted"), twin: granted("twin") } });
    for (const name of ["bare", "granted", "twin"]) {
      const folder = join(project, "node_modules", name);
      mkdirSync(folder, { recursive: true });
      mkdirSync(join(scratch, name));
      write(`node_modules/${name}/package.json`, { name, version: "1.0.0", main: "hostile.js" });
      for (const file of ["hostile.js", "walker.js", "recipes.js", "child.js", "module.mjs"])
        copyFileSync(join(HERE, file), join(folder, file));
    }
    const out = join(project, "out.json");
    const asked = JSON.stringify({ budget, builtins, globals, scratch, out, taps, want });
    const args = [
      "--expose-internals",
      "--no-warnings",
      "--require",
      join(HERE, "powers.cjs"),
      MOAT,
      "run",
      "index.js",
      asked,
    ];
    const env = {
      ...process.env,
      MOAT_CRAWLER: JSON.stringify({ members, globals: handedGlobals, planted }),
      HOME: project,
      XDG_CACHE_HOME: join(project, ".cache"),
    };
    const { code, stdout, stderr } = await new Promise((done) => {
      const child = execFile(
        want === "no files" ? "sh" : node,
        want === "no files" ? ["-c", `ulimit -n ${FEW_FILES}; exec "$@"`, "sh", node, ...args] : args,
        { cwd: project, env, timeout: 100_000, maxBuffer: 1 << 26 },
        (error, stdout, stderr) => done({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }),
      );
      child.stdin.end();
    });
    if (code !== 0 || !existsSync(out))
      throw new Error(
        `the crawler ended with ${code}:\n${stdout.slice(-2000)}\n${stderr.replace(/^moat: .*\n/gmu, "").slice(-6000)}`,
      );
    return { ...JSON.parse(readFileSync(out, "utf8")), stderr };
  } finally {
    if (!keep) for (const folder of [project, scratch]) rmSync(folder, { recursive: true, force: true });
  }
}
