#!/usr/bin/env node
/**
 * Services as people write them, under `node` and under `moat run`.
 *
 *     npm run compat:services [-- NAME…] [--keep] [--node FILE]
 *
 * Each folder of `fixtures` is a project with a `requests.mjs`. It is copied to a
 * scratch folder and installed there; the policy is what `moat policy --write`
 * makes. The same requests are sent to both, and what is answered, printed and
 * the exit code must be equal. Services with `postgres` in their names need
 * PostgreSQL 13 or later (Debian: `apt-get install postgresql`), started here in a
 * scratch folder; where there is none they are skipped, and the table says so.
 * Exit 1 where a service differs.
 */
import { execFileSync, spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: "boolean" }, node: { type: "string", default: process.execPath } },
});
const fixtures = join(import.meta.dirname, "fixtures");
const moat = join(import.meta.dirname, "../../../packages/cli/bin/moat.js");
const scratch = mkdtempSync(join(tmpdir(), "moat services "));
const names = positionals.length > 0 ? positionals : readdirSync(fixtures).sort();
const postgres = names.some((name) => name.includes("postgres")) ? await startPostgres() : undefined;
const rows = [];
try {
  for (const name of names) rows.push(await compare(name));
} finally {
  postgres?.stop();
  if (!values.keep) rmSync(scratch, { recursive: true, force: true });
}
console.log("\n| service | requests | under moat |\n| --- | --- | --- |");
for (const { name, count, result } of rows) console.log(`| ${name} | ${count} | ${result} |`);
if (values.keep) console.log(`\nkept in ${scratch}`);
process.exitCode = rows.some(({ result }) => result === "differs") ? 1 : 0;

async function compare(name) {
  if (name.includes("postgres") && postgres === undefined)
    return { name, count: 0, result: "skipped: PostgreSQL is not installed" };
  const folder = join(scratch, name);
  cpSync(join(fixtures, name), folder, { recursive: true });
  const npm = (...args) => execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  npm("install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
  const { main, scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (scripts?.build !== undefined) npm("run", "--silent", "build");
  execFileSync(values.node, [moat, "policy", "--write", main], { cwd: folder, stdio: "ignore" });
  const plain = await serve(folder, [main]);
  const confined = await serve(folder, [moat, "run", main]);
  const same = plain.text === confined.text;
  if (!same)
    console.log(`--- ${name} under node\n${plain.text}\n--- ${name} under moat\n${confined.text}\n${confined.errors}`);
  return { name, count: plain.count, result: same ? "the same" : "differs" };
}

/** Starts a service on an empty database, sends it its requests, ends it: everything that a person could see. */
async function serve(folder, args) {
  const database = postgres?.emptyDatabase();
  const child = spawn(values.node, args, {
    cwd: folder,
    env: { ...process.env, GREETING: "good day", ...(database && { DATABASE_URL: database }) },
  });
  let printed = "";
  let errors = "";
  child.stdout.on("data", (data) => (printed += data));
  child.stderr.on("data", (data) => (errors += data));
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve(`exit ${code ?? signal}`)));
  const lines = [];
  const port = await Promise.race([ended.then(() => undefined), untilListening(() => printed)]);
  if (port !== undefined) {
    const { default: requests } = await import(join(folder, "requests.mjs"));
    await requests(client(`http://127.0.0.1:${port}`, (line) => lines.push(line)));
    child.kill("SIGTERM");
  }
  const end = await ended;
  // Loggers write from Node's thread pool, so the order of what is printed is chance under node too.
  const sorted = printed
    .replace(/listening on \d+/, "listening")
    .split("\n")
    .sort();
  const text = [...lines, end, ...sorted].join("\n");
  return { count: lines.length, errors, text: text.replace(/"responseTime":[\d.]+/g, '"responseTime":0') };
}

async function untilListening(printed) {
  for (;;) {
    const port = /listening on (\d+)/.exec(printed())?.[1];
    if (port !== undefined) return port;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function client(base, record) {
  let cookie;
  return async (method, path, options = {}) => {
    const headers = { ...options.headers, ...(cookie && { cookie }) };
    const answer = await fetch(base + path, { method, ...options, headers });
    cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    record(`${method} ${path} ${answer.status} ${answer.headers.get("content-type")} ${await answer.text()}`);
  };
}

/** A server of its own on a free port; as the user `postgres` where we are root, which it refuses to run as. */
async function startPostgres() {
  const bin = postgresFolder();
  if (bin === undefined) return undefined;
  const data = mkdtempSync(join(tmpdir(), "moat-postgres-"));
  const port = await freePort();
  const asRoot = userInfo().uid === 0;
  if (asRoot)
    chownSync(
      data,
      ...execFileSync("sh", ["-c", "id -u postgres; id -g postgres"], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map(Number),
    );
  const run = (program, ...args) => {
    const [file, list] = asRoot
      ? ["runuser", ["-u", "postgres", "--", join(bin, program), ...args]]
      : [join(bin, program), args];
    execFileSync(file, list, { cwd: data, stdio: ["ignore", "ignore", "inherit"] });
  };
  run("initdb", "-D", join(data, "db"), "-A", "trust", "-U", "app", "--no-sync");
  run(
    "pg_ctl",
    "-D",
    join(data, "db"),
    "-w",
    "-l",
    join(data, "log"),
    "-o",
    `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${data} -c fsync=off`,
    "start",
  );
  let databases = 0;
  return {
    emptyDatabase() {
      const name = `test${++databases}`;
      run("createdb", "-h", "127.0.0.1", "-p", String(port), "-U", "app", name);
      return `postgres://app@127.0.0.1:${port}/${name}`;
    },
    stop() {
      run("pg_ctl", "-D", join(data, "db"), "-w", "-m", "immediate", "stop");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function postgresFolder() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => b - a) : [];
  const folders = [...versions.map((version) => join(debian, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "pg_ctl")));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.on("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
