// The story of a compromised update, on a real service: `npm run example` in moat's repository.
// Everything happens in a temporary folder with a temporary home; the network is 127.0.0.1 and, for `npm ci`, your registry.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ask, runToEnd, startService, startThief } from "./demo-parts.mjs";

const EXAMPLE = fileURLToPath(new URL(".", import.meta.url));
const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
const SECRETS = {
  file: "npm_made-up-file-secret",
  environment: "made-up-environment-secret",
  password: "made-up-password",
};

const stage = realpathSync(mkdtempSync(join(tmpdir(), "moat-example-")));
const project = join(stage, "service");
const home = join(stage, "home");
// Nothing of the real environment but what programs need to start.
const env = Object.fromEntries(
  ["PATH", "Path", "SystemRoot", "TEMP", "TMP", "TMPDIR"]
    .filter((key) => key in process.env)
    .map((key) => [key, process.env[key]]),
);
Object.assign(env, { HOME: home, USERPROFILE: home, DEPLOY_TOKEN: SECRETS.environment, PORT: "0", NO_COLOR: "1" });
const place = { cwd: project, env };

const failures = [];
function check(what, holds) {
  console.log(`   ${holds ? "ok  " : "FAIL"} ${what}`);
  if (!holds) failures.push(what);
}
const step = (title) => console.log(`\n${title}`);
const command = (text) => console.log(`   $ ${text}`);
const quote = (text) => console.log(text.trimEnd().replace(/^/gm, "   | "));

const thief = await startThief();
try {
  setUp();
  writePolicy();
  await benign();
  compromise();
  await withoutMoat();
  await withMoat();
  await unattendedUpdate();
} finally {
  thief.close();
  rmSync(stage, { recursive: true, force: true });
}
console.log(failures.length === 0 ? "\nAll of it held.\n" : `\n${failures.length} did NOT hold.\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

function setUp() {
  step("1. A real Express service and its dependencies, as the lockfile has them");
  command("npm ci");
  // Your own npm settings are used here, and nowhere else. No install script runs.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const installed = runToEnd(npm, flags, { cwd: EXAMPLE, env: process.env, shell: process.platform === "win32" });
  quote(installed.stdout);
  if (installed.code !== 0) throw new Error(`npm ci failed:\n${installed.stderr}`);
  mkdirSync(home);
  writeFileSync(join(home, ".npmrc"), `//registry.example/:_authToken=${SECRETS.file}\n`);
  for (const name of ["package.json", "index.js", "public", "node_modules"]) {
    cpSync(join(EXAMPLE, name), join(project, name), { recursive: true, verbatimSymlinks: true });
  }
}

function writePolicy() {
  step("2. moat reads all of their code and writes down what each package may do");
  command("npx moat policy --write index.js");
  const written = runToEnd(process.execPath, [MOAT, "policy", "--write", "index.js"], place);
  quote(written.stdout);
  check("a policy was written", written.code === 0 && existsSync(join(project, "moat.policy.json")));
  const { packages } = JSON.parse(readFileSync(join(project, "moat.policy.json"), "utf8"));
  console.log("   What express>debug got, in moat.policy.json:");
  quote(JSON.stringify(packages["express>debug"], null, 2));
  cpSync(join(project, "moat.policy.json"), join(stage, "committed.policy.json"));
}

async function benign() {
  step("3. The service under that policy");
  command("npx moat run index.js");
  const service = await startService([MOAT, "run", "index.js"], place);
  await talkTo(service);
  const { output, code } = await service.stop();
  quote(output);
  check("it ended as it should", code === 0);
  // debug lists process.env to look for DEBUG_*; it is shown what it was granted.
  const denials = output.split("\n").filter((line) => line.startsWith("moat:"));
  check(
    "nothing that it needs was denied",
    denials.every((line) => line.includes("(Object.keys(process.env))")),
  );
}

function compromise() {
  step("4. A new version of debug arrives, with a little more in it");
  const folder = join(project, "node_modules", "debug");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  console.log(
    `   debug ${manifest.version} becomes ${manifest.version}-compromised: the same code, and compromised/payload.js.`,
  );
  manifest.version += "-compromised";
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  const payload = readFileSync(join(EXAMPLE, "compromised", "payload.js"), "utf8");
  const main = join(folder, "src", "index.js");
  writeFileSync(main, readFileSync(main, "utf8") + payload.replaceAll("THE_THIEFS_PORT", String(thief.port)));
  console.log("   On load it reads ~/.npmrc and the environment, starts a program, changes index.js,");
  console.log("   listens in on everybody's requests, and sends what it finds to a server (here: 127.0.0.1).");
}

async function withoutMoat() {
  step("5. The new version under plain node, to see that the attack is a real one");
  command("node index.js");
  const service = await startService(["index.js"], place);
  await talkTo(service);
  await thief.settled();
  await service.stop();
  const { file, environment, password, ranCommand, changedCode } = whatTheThiefGot();
  check("the thief got ~/.npmrc", file);
  check("the thief got DEPLOY_TOKEN", environment);
  check("the thief got the password of a caller of the service", password);
  check("the thief's program ran", ranCommand);
  check("the thief's code is in index.js", changedCode);
  thief.forget();
  rmSync(join(home, "command-ran"), { force: true });
  cpSync(join(EXAMPLE, "index.js"), join(project, "index.js"));
}

async function withMoat() {
  step("6. The new version under moat, with the policy from step 2");
  command("npx moat run index.js");
  const service = await startService([MOAT, "run", "index.js"], place);
  await talkTo(service);
  await thief.settled();
  const { output } = await service.stop();
  quote(output);
  check("what was tried is on the screen", /^moat: express>debug may not /m.test(output));
  nothingGotOut();
}

async function unattendedUpdate() {
  step("7. A bot updates the dependency and writes the policy anew, and nobody looks");
  command("npx moat policy --write");
  const written = runToEnd(process.execPath, [MOAT, "policy", "--write"], place);
  check("the policy was written", written.code === 0);
  command("npx moat diff committed.policy.json moat.policy.json");
  const difference = runToEnd(
    process.execPath,
    [MOAT, "diff", join(stage, "committed.policy.json"), "moat.policy.json"],
    place,
  );
  quote(difference.stdout);
  check("the pull request says what debug wants", difference.code === 1 && difference.stdout.includes("express>debug"));
  const checked = runToEnd(process.execPath, [MOAT, "policy", "--check"], place);
  check("moat policy --check fails", checked.code === 1);
  command("npx moat run index.js");
  const service = await startService([MOAT, "run", "index.js"], place);
  await talkTo(service);
  await thief.settled();
  const { output } = await service.stop();
  quote(
    output
      .split("\n")
      .filter((line) => line.startsWith("moat:"))
      .join("\n"),
  );
  nothingGotOut();
}

async function talkTo({ url }) {
  const authorization = `Basic ${Buffer.from(`anna:${SECRETS.password}`).toString("base64")}`;
  const listed = await ask(`${url}/notes`, { authorization });
  check("GET  /notes answers", listed.status === 200 && listed.body.includes("water the plants"));
  const made = await ask(`${url}/notes`, { authorization, json: { text: "feed the cat" } });
  check("POST /notes answers", made.status === 201 && made.body.includes("feed the cat"));
  const page = await ask(url, {});
  check("GET  / answers with the page", page.status === 200 && page.body.includes("<h1>Notes</h1>"));
}

function whatTheThiefGot() {
  const all = thief.received.join("\n");
  return {
    anything: thief.received.length > 0 || thief.connections() > 0,
    file: all.includes(SECRETS.file),
    environment: all.includes(SECRETS.environment),
    password: all.includes(Buffer.from(`anna:${SECRETS.password}`).toString("base64")),
    ranCommand: existsSync(join(home, "command-ran")),
    changedCode: readFileSync(join(project, "index.js"), "utf8").includes("the thief was here"),
  };
}

function nothingGotOut() {
  const { anything, ranCommand, changedCode } = whatTheThiefGot();
  check("the thief's server was not even called", !anything);
  check("the thief's program did not run", !ranCommand);
  check("index.js is as it was", !changedCode);
}
