#!/usr/bin/env node
/**
 * The built command on other versions of Node, for maintainers: each is taken
 * from npm into a folder outside of the repository, and runs the end-to-end
 * smoke there: a policy, a CommonJS and an ES module program, `fetch`, a denial,
 * a package that tries to change intrinsics, and one that looks whether the language is all there.
 * Then the table of Node is compared with what that Node has, and the crawler of
 * `test/crawler` walks what a package reaches on it.
 *
 *   npm run test:nodes            # 20, 22, 24 and 26
 *   npm run test:nodes -- 22 26
 *   npm run test:nodes -- 24=/path/to/node
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadSource } from "../scripts/load-source.mjs";
import { crawlAlone } from "./crawler/alone.mjs";
import { crawl } from "./crawler/crawl.mjs";
import { crawledTable } from "./crawler/crawled-table.mjs";
import { TYPESCRIPT_PROGRAMS } from "./nodes/typescript-programs.mjs";

const MOAT = fileURLToPath(new URL("../packages/cli/bin/moat.js", import.meta.url));
const LIST_INTRINSICS = fileURLToPath(new URL("nodes/list-intrinsics.cjs", import.meta.url));
const SUPPORTED = ["20", "22", "24", "26"];

const FILES = {
  "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
  "secret.txt": "secret",
  "moat.overrides.json": JSON.stringify({ packages: { dep: { fs: { read: [] }, reason: "a smoke test" } } }),
  "index.js": `console.log(require("dep").add(1, 2));`,
  "index.mjs": `import { add } from "dep"; console.log(await add(2, 2));`,
  "fetch.mjs": `import http from "node:http";
    const server = http.createServer((request, response) => response.end("fetched")).listen(0, "127.0.0.1", async () => {
      const url = "http://127.0.0.1:" + server.address().port;
      console.log(await (await fetch(url)).text(), await new Blob(["sliced"]).slice(1).text());
      server.close();
      server.closeAllConnections();
    });`,
  "peek.js": `try { console.log(require("dep").peek()); } catch (error) { console.log(error.code); }`,
  "intrinsics.js": `for (const found of require("dep/change-intrinsics.js").changeIntrinsics()) console.log(found);`,
  "language.js": `console.log(require("dep/list-intrinsics.cjs").listIntrinsics().join("\\n"));`,
  "node_modules/dep/list-intrinsics.cjs": readFileSync(LIST_INTRINSICS, "utf8"),
  "node_modules/dep/change-intrinsics.js": readFileSync(new URL("nodes/change-intrinsics.js", import.meta.url), "utf8"),
  "secret.pem": generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
  "keys.js": `console.log(require("dep/keys.js").attempts.join());`,
  "node_modules/dep/keys.js": `const crypto = require("crypto"), { createSecureContext } = require("tls");
    const key = new URL("../../secret.pem", "file://" + __filename), bytes = Buffer.alloc(256);
    exports.attempts = [key, { key }].flatMap((given) => [
      () => crypto.createPrivateKey(given), () => crypto.sign("sha256", bytes, given), () => crypto.createSign("sha256").update("").sign(given),
      () => crypto.privateDecrypt({ key, padding: crypto.constants.RSA_NO_PADDING }, bytes), () => crypto.privateEncrypt(given, bytes.subarray(9)),
      () => crypto.createPublicKey(given), () => createSecureContext({ key: given }), () => createSecureContext({ pfx: given }),
    ]).map((use) => { try { use(); return "came" } catch { return "held" } }).filter((outcome) => outcome === "came");`,
  "throws.js": `\nthrow new TypeError("mine");`,
  "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
  "node_modules/dep/index.js": `exports.add = (a, b) => a + b; exports.peek = () => require("fs").readFileSync(__dirname + "/../../secret.txt", "utf8");`,
};

/** What each program must print, and with which exit code it must end. */
const PROGRAMS = [
  { entry: "index.js", code: 0, stdout: "3\n" },
  { entry: "index.mjs", code: 0, stdout: "4\n" },
  { entry: "fetch.mjs", code: 0, stdout: "fetched liced\n" },
  { entry: "peek.js", code: 0, stdout: "ENOENT\n", stderr: "dep may not read " },
  { entry: "intrinsics.js", code: 0, stdout: "", stderr: "dep may not add to the language's own " },
  { entry: "keys.js", code: 0, stdout: "\n", stderr: "dep may not use the builtin crypto.sign of a URL" },
  { entry: "throws.js", code: 1, stdout: "", stderr: "TypeError: mine" },
];

const DISPOSAL = {
  "package.json": FILES["package.json"],
  "index.js": `console.log(require("dep").join()); using last = { [Symbol.dispose]: () => console.log("last") };`,
  "node_modules/dep/package.json": FILES["node_modules/dep/package.json"],
  "node_modules/dep/index.js": `const log = []; const end = (name) => ({ [Symbol.dispose]: () => void log.push(name) });
    using file = end("file"); { using a = end("a"), b = end("b"); }
    for (using of = end("of");;) break;
    for (using each of [end("each")]) log.push(typeof each);
    module.exports = log;`,
};

/** What leads to no more than it is given, and what `disarm-clones.ts` and `network-guard.ts` see to: `net.Socket`, `net.Server` and their heirs. */
const KNOWN_CLONES = [
  /^(?:buffer|crypto|stream\/web|internal\/(?:abort_controller|blob|blocklist|crypto\/(?:keys|x509)|file|histogram|socketaddress|test\/transfer|webstreams\/\w+|worker\/clone_dom_exception)):/,
  /^net:(?:BlockList|SocketAddress)$/,
  /^internal\/fs\/promises:FileHandle$/,
  /^(?:net|tls|tty|https?|_http_server|_tls_wrap|_stream_wrap|internal\/tls\/wrap|internal\/js_stream_socket):(?:Server|Socket|Stream|BoundSocket|_TransferredBoundSocket|TLSSocket|StreamWrap|ReadStream|WriteStream)$/,
];

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : SUPPORTED;
const { unclassified } = await loadSource(
  fileURLToPath(new URL("../packages/core/src/endowments/node-table.ts", import.meta.url)),
);
const table = await crawledTable();
const failures = [];
for (const version of versions) {
  const [name, given] = version.split("=", 2);
  const binary = given ?? nodeOf(name);
  const found = [
    ...smokeOn(name, binary, FILES, [...PROGRAMS, languageOf(binary)]),
    ...disposalOn(name, binary),
    ...typeScriptOn(name, binary),
    ...membersOn(binary),
    ...clonesOn(binary),
    ...(await crawlOn(name, binary)),
  ];
  console.log(
    `${found.length === 0 ? "ok  " : "FAIL"} ${spawnSync(binary, ["-p", "process.version"], { encoding: "utf8" }).stdout.trim()}`,
  );
  failures.push(...found);
}
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Installs a version of Node once and gives its binary. */
function nodeOf(version) {
  if (!/^\d+(?:\.\d+){0,2}$/u.test(version)) throw new TypeError(`not a version of Node: ${version}`);
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const folder = path.join(realpathSync(tmpdir()), "moat-nodes", version);
  const binary = path.join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), `{ "private": true }`);
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    const shell = process.platform === "win32";
    execFileSync("npm", ["install", ...options, `${name}@${version}`], { cwd: folder, stdio: "ignore", shell });
  }
  return binary;
}

function smokeOn(version, binary, files, programs) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-smoke-")));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const PATH = [path.dirname(binary), process.env.PATH].join(path.delimiter);
  const env = { ...process.env, PATH, HOME: folder, XDG_CACHE_HOME: path.join(folder, ".cache") };
  const moat = (...args) => spawnSync(binary, [MOAT, ...args], { cwd: folder, env, encoding: "utf8", timeout: 60_000 });
  const failures = [];
  const check = (what, { status, stdout, stderr }, expected) => {
    const good =
      status === expected.code &&
      (expected.stdout === undefined || stdout === expected.stdout) &&
      (expected.stderr === undefined ? !stderr.includes("moat: ") : stderr.includes(expected.stderr));
    if (!good) failures.push(`Node ${version}: ${what}: exit ${status}\n${stdout}${stderr}`);
  };
  check("policy --write", moat("policy", "--write", ...programs.map(({ entry }) => entry)), { code: 0 });
  for (const program of programs) check(`run ${program.entry}`, moat("run", program.entry), program);
  rmSync(folder, { recursive: true, force: true });
  return failures;
}

/** The language that a package finds is the engine's. */
function languageOf(binary) {
  return {
    entry: "language.js",
    code: 0,
    stdout: `${execFileSync(binary, [LIST_INTRINSICS], { encoding: "utf8" })}\n`,
  };
}

/** Nothing where that Node has no `using`. */
function disposalOn(version, binary) {
  if (spawnSync(binary, ["-e", "{ using x = null }"]).status !== 0) return [];
  return smokeOn(version, binary, DISPOSAL, [
    { entry: "index.js", code: 0, stdout: "b,a,of,object,each,file\nlast\n" },
  ]);
}

/** Nothing where that Node strips no types. */
function typeScriptOn(version, binary) {
  const { stdout } = spawnSync(binary, ["-p", "process.features.typescript"], { encoding: "utf8" });
  return stdout.trim() === "strip"
    ? TYPESCRIPT_PROGRAMS.flatMap(({ files, ...program }) => smokeOn(version, binary, files, [program]))
    : [];
}

/** Members of that Node that no table knows: denied to packages, and to be classified. */
function membersOn(binary) {
  const look = fileURLToPath(new URL("nodes/look-at-node.mjs", import.meta.url));
  return unclassified(
    JSON.parse(execFileSync(binary, ["--no-warnings", look], { encoding: "utf8", maxBuffer: 1 << 24 })),
  );
}

/** Classes of Node's that an object can ask for by name as it is cloned, and that nobody has examined. */
function clonesOn(binary) {
  const list = fileURLToPath(new URL("nodes/list-clones.cjs", import.meta.url));
  const names = execFileSync(binary, ["--no-warnings", "--expose-internals", list], {
    encoding: "utf8",
    input: "",
  }).split("\n");
  if (names.length < 20) return [`${binary}: only ${names.length} classes that are cloned`];
  return names
    .filter((name) => !KNOWN_CLONES.some((known) => known.test(name)))
    .map((name) => `${name} can be asked for by name, see disarm-clones.ts`);
}

/** Powers and changeable objects that a package reaches on that Node. */
async function crawlOn(version, node) {
  const [{ findings, heard }, tapped] = [await crawl({ node, table }), await crawl({ node, table, taps: true })];
  const alone = await crawlAlone({ node });
  return [
    ...[...findings, ...tapped.findings].map(
      ({ package: name, what, path: way }) => `Node ${version}: ${name} reaches ${what} by ${way}`,
    ),
    ...Object.entries(alone).flatMap(([asked, lines]) =>
      lines.map((line) => `Node ${version}: of ${asked} alone, ${line}`),
    ),
    ...heard.map((label) => `Node ${version}: the crawler did not get as far as ${label}`),
  ];
}
