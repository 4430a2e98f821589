// One incident as a pull request: the update arrives, the policy is written anew, and the program runs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECRETS } from "./incidents.mjs";
import { startReplayServer } from "./replay-server.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
const REDIRECT = join(HERE, "redirect-invalid.cjs");

/**
 * Replays one incident in a temporary folder with a temporary home, on 127.0.0.1.
 * `tell(title, command, text)` hears of each step; `look({ node, moat })` may run more once the policy is written anew.
 * Returns what came of each.
 */
export async function replayIncident(incident, tell = () => {}, look = undefined) {
  const source = join(HERE, incident.name);
  const stage = realpathSync(mkdtempSync(join(tmpdir(), "moat-replay-")));
  const server = await startReplayServer(join(source, "answers"), "Russia");
  try {
    return await tellStory({ incident, source, stage, server, tell, look });
  } finally {
    server.close();
    rmSync(stage, { recursive: true, force: true });
  }
}

async function tellStory({ incident, source, stage, server, tell, look }) {
  const home = join(stage, "home");
  const project = join(stage, "project");
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: join(stage, "tmp"),
    NO_COLOR: "1",
    REPLAY_PORT: String(server.port),
    SHOP_URL: `http://127.0.0.1:${server.port}`,
    npm_package_description: JSON.parse(readFileSync(join(source, "before/package.json"), "utf8")).description,
  };
  const run = (program, ...args) => runToEnd(program, args, { cwd: project, env });
  const node = (...args) => run(process.execPath, "--require", REDIRECT, ...args);
  const moat = (...args) => node(MOAT, ...args);
  const git = (...args) => run("git", "-c", "user.name=replay", "-c", "user.email=replay@example.invalid", ...args);
  const install = (side) => {
    cpSync(join(source, side), project, { recursive: true });
    cpSync(join(project, "_node_modules"), join(project, "node_modules"), { recursive: true });
    rmSync(join(project, "_node_modules"), { recursive: true });
  };
  const startOver = (side) => {
    for (const folder of [home, env.TMPDIR, project]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    writeFileSync(join(home, ".npmrc"), `//registry.invalid/:_authToken=${SECRETS.token}\n`);
    install("before");
    if (side === "after") install("after");
  };
  /** What a run came to: its output, what the attack got, and which requests were not the application's own. */
  const outcome = async (ended) => {
    const { stdout, stderr, code } = await ended;
    await server.settled();
    const requests = server.taken();
    const foreign = requests.filter(({ path }) => !incident.own.includes(path)).map(({ path }) => path);
    return { code, stdout, stderr, foreign, loot: incident.loot({ home, project, requests, stdout }) };
  };
  const isImported = () => {
    const file = join(project, "node_modules", incident.imported.file);
    writeFileSync(file, `${readFileSync(file, "utf8")}\n${incident.imported.line}\n`);
  };

  startOver("before");
  for (const args of [
    ["init", "-q", "."],
    ["add", "."],
    ["commit", "-q", "-m", "before"],
  ])
    await git(...args);
  const checked = await moat("policy", "--check");
  tell("The project as it is committed, with its policy", "moat policy --check", checked.stdout + checked.stderr);
  const before = await outcome(node("index.js"));
  tell("It runs", "node index.js", before.stdout);

  startOver("after");
  const atInstall = incident.runs === "install";
  const plain = await outcome(
    atInstall
      ? run("npm", "rebuild", "--foreground-scripts=false", `--node-options=--require ${REDIRECT}`)
      : node("index.js"),
  );
  tell(
    "The update, without moat",
    atInstall ? "npm rebuild    # runs the install scripts" : "node index.js",
    lootText(plain),
  );

  startOver("before");
  for (const args of [
    ["init", "-q", "."],
    ["add", "."],
    ["commit", "-q", "-m", "before"],
  ])
    await git(...args);
  install("after");
  const committed = await outcome(moat("run", "index.js"));
  tell("The update under the committed policy", "moat run index.js", shown(committed));
  const written = await moat("policy", "--write");
  const review = await moat("diff", "--format", "markdown");
  tell("The comment on the pull request", "moat policy --write && moat diff --format markdown", review.stdout);
  await look?.({ node, moat: MOAT });
  const ratcheted = await outcome(moat("run", "index.js"));
  tell("And with the policy that the bot has written", "moat run index.js", shown(ratcheted));

  const result = { checked, before, plain, committed, written, review, ratcheted };
  if (!atInstall) return result;
  isImported();
  await moat("policy", "--write");
  const stopped = await outcome(moat("run", "index.js"));
  tell("The same code, had it run at import", "moat policy --write && moat run index.js", shown(stopped));
  startOver("after");
  isImported();
  const imported = await outcome(node("index.js"));
  tell("That without moat", "node index.js", lootText(imported));
  return { ...result, imported, stopped };
}

/** What a person sees of a run. Node prints the line of code that threw, which is a long one in compiled files. */
function shown({ stdout, stderr, ...got }) {
  const lines = stderr.split("\n").filter((line) => /^(?:moat|Error)\b/.test(line));
  return `${stdout}${lines.map((line) => `${line}\n`).join("")}${lootText(got)}`;
}

function lootText({ loot, foreign }) {
  const got = loot.length === 0 ? "nothing" : loot.join(", ");
  return `The attack got ${got}, and its servers ${foreign.length === 0 ? "were not called" : `were asked for ${foreign.join(", ")}`}.\n`;
}

async function runToEnd(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}
