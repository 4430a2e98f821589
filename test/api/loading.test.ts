import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHost, type Host } from "./host-fixture.ts";

let host: Host;
const manifest = (name: string, dependencies: Record<string, string> = {}, more = {}) =>
  JSON.stringify({ name, version: "1.0.0", dependencies, ...more });

beforeAll(() => {
  host = makeHost({
    "package.json": manifest("host", { dep: "1", esm: "1" }),
    "data/a.txt": "hello",
    "secret.txt": "secret",
    "own.mjs": `import dep from "dep"; export const both = () => dep.read("data/a.txt"); export const trusted = typeof process.env.SECRET;`,
    "node_modules/dep/package.json": manifest("dep", { deeper: "1" }),
    "node_modules/deeper/package.json": manifest("deeper"),
    "node_modules/deeper/index.js": `exports.read = (p) => require("fs").readFileSync(p, "utf8"); exports.env = (k) => process.env[k];`,
    "node_modules/unrelated/package.json": manifest("unrelated"),
    "node_modules/unrelated/index.js": `module.exports = "unrelated";`,
    "node_modules/esm/package.json": manifest("esm", {}, { type: "module", exports: "./i.js" }),
    "node_modules/esm/i.js": `export let count = 0; export const up = () => ++count; export default "esm";`,
    "node_modules/dep/index.js": `
const fs = require("fs"), cp = require("child_process"), http = require("http"), deeper = require("deeper");
exports.read = (p) => fs.readFileSync(p, "utf8");
exports.write = (p) => fs.writeFileSync(p, "x");
exports.deeper = deeper;
exports.env = (k) => process.env[k];
exports.git = () => cp.execFileSync("git", ["--version"], { encoding: "utf8" }).startsWith("git");
exports.node = () => cp.execFileSync("node", ["-p", "process.env.SECRET"], { encoding: "utf8" });
exports.open = (p) => { const fd = fs.openSync(p); return () => { const b = Buffer.alloc(5); fs.readSync(fd, b, 0, 5, 0); return b.toString(); }; };
exports.handle = async (p) => { const h = await fs.promises.open(p); return async () => (await h.read(Buffer.alloc(5), 0, 5, 0)).buffer.toString(); };
const agent = new http.Agent({ keepAlive: true });
exports.get = (url) => new Promise((ok, no) => http.get(url, { agent }, (r) => { let t = ""; r.on("data", (d) => (t += d)); r.on("end", () => ok(t)); }).on("error", no));
exports.listen = (port = 0) => new Promise((ok, no) => { const s = http.createServer((q, r) => r.end("guest")).on("error", no).listen(port, "127.0.0.1", () => ok(s.address().port)); });
exports.require = (name) => require(name);
exports.counter = { n: 0 };`,
  });
});
afterAll(() => host.dispose());

const DEP = `{ fs: {}, net: {}, commands: ["git"] }`;

describe("moat.load", () => {
  test("gives the dependency and its chain these grants and no others", () => {
    const seen = host.run(`
const denied = [];
const dep = await moat.load("dep", { fs: { read: ["./data"] }, net: {}, commands: ["git"], env: ["APP"] }, { onDenial: (d) => denied.push(d.principal + " " + d.capability) });
const { read, write, deeper, env, git, node } = dep.module.default;
out("packages", dep.packages);
out("read", [read("data/a.txt"), deeper.read("data/a.txt")]);
out("outside", [await caught(() => read("secret.txt")), await caught(() => deeper.read("secret.txt")), await caught(() => write("data/a.txt"))]);
out("env", [env("APP"), deeper.env("APP"), env("SECRET") ?? "none"]);
out("git", git());
out("node", await caught(node));
out("unrelated", await caught(() => dep.module.default.require("unrelated")));
out("denied", denied.filter((one) => one.includes("fs.")));
out("stillMine", [typeof process.env.SECRET, typeof console.log, typeof Buffer.from]);`);
    expect(seen).toMatchObject({
      packages: ["dep", "dep>deeper"],
      read: ["hello", "hello"],
      outside: ["ENOENT", "ENOENT", "EACCES"],
      env: ["app", "app", "none"],
      git: true,
      node: "ENOENT",
      unrelated: "MODULE_NOT_FOUND",
      denied: ["dep fs.read", "dep>deeper fs.read", "dep fs.write"],
      stillMine: ["string", "function", "function"],
      stderr: "",
    });
  });

  test("a package of the chain can have other grants; each load is an instance of its own; ES modules", () => {
    const seen = host.run(`
const quiet = { onDenial() {} };
const one = await moat.load("dep", { fs: { read: ["."] }, net: {}, commands: [] }, { ...quiet, chain: { "dep>deeper": { fs: {} } } });
const two = await moat.load("dep", ${DEP}, quiet);
one.module.default.counter.n = 1;
out("instances", two.module.default.counter.n);
out("chain", [one.module.default.read("secret.txt"), await caught(() => one.module.default.deeper.read("secret.txt"))]);
out("other", await caught(() => two.module.default.read("secret.txt")));
const esm = await moat.load("esm", {});
esm.module.up();
out("esm", [esm.module.default, esm.module.count, Object.isFrozen(esm)]);`);
    expect(seen).toMatchObject({
      instances: 0,
      chain: ["secret", "ENOENT"],
      other: "ENOENT",
      esm: ["esm", 1, true],
    });
  });

  test("errors say what is wrong", () => {
    const seen = host.run(`
const tell = async (act) => { try { await act(); return "no error"; } catch (error) { return [error.code, error.message, error.nextStep ?? ""].join(" | "); } };
out("grant", await tell(() => moat.load("dep", { fs: { raed: ["."] } })));
out("endpoint", await tell(() => moat.load("dep", { net: { connect: ["no endpoint"] } })));
out("missing", await tell(() => moat.load("nowhere", {})));
out("own", await tell(() => moat.load("./own.mjs", {})));
out("chain", await tell(() => moat.load("dep", {}, { chain: { "dep>deepr": {} } })));
out("project", await tell(() => moat.load("dep", {}, { project: "relative" })));
out("policy", await tell(() => moat()));
out("form", await tell(() => moat({ policy: { version: 1, root: "trusted", entries: [], packages: { dep: { evn: [] } } } })));
const dep = await moat.load("dep", ${DEP}, { onDenial() {} });
out("wall", await tell(() => moat.load("dep", {}, { secondWall: true })));
out("drop", await tell(() => dep.drop({ builtins: true })));
out("dropName", await tell(() => dep.drop({ env: true }, "dpe")));`);
    expect(seen["grant"]).toMatch(/MOAT_OVERRIDES_INVALID.*did you mean "read"/u);
    expect(seen["endpoint"]).toMatch(/MOAT_OVERRIDES_INVALID/u);
    expect(seen["missing"]).toMatch(/ERR_MODULE_NOT_FOUND/u);
    expect(seen["own"]).toMatch(/MOAT_PACKAGE_UNKNOWN.*app\.import/u);
    expect(seen["chain"]).toMatch(/MOAT_PACKAGE_UNKNOWN.*did you mean: dep>deeper/u);
    expect(seen["project"]).toMatch(/MOAT_USAGE/u);
    expect(seen["policy"]).toMatch(/MOAT_POLICY_MISSING.*moat policy --write/u);
    expect(seen["form"]).toMatch(/MOAT_POLICY_INVALID.*did you mean "env"/u);
    expect(seen["wall"]).toMatch(/MOAT_USAGE.*first call/u);
    expect(seen["drop"]).toMatch(/MOAT_USAGE/u);
    expect(seen["dropName"]).toMatch(/MOAT_PACKAGE_UNKNOWN.*did you mean: dep/u);
  });

  test("a process that is locked down by another is refused", () => {
    expect(
      host.run(`Object.freeze(Function.prototype); out("code", await caught(() => moat.load("esm", {})));`),
    ).toMatchObject({
      code: "MOAT_LOCKED_ALREADY",
    });
  });
});

describe("moat()", () => {
  const policy = `{ version: 1, root: "trusted", entries: [], packages: { dep: { packages: ["dep>deeper"], builtins: { fs: true, child_process: true, http: true }, globals: ["process", "Buffer"], env: ["APP"], fs: { read: ["./data"] }, pending: { env: ["SECRET"] } }, "dep>deeper": {} } }`;

  test("opens a project under a policy: its own modules are trusted, packages are not", () => {
    const seen = host.run(`
const app = await moat({ policy: ${policy}, onDenial() {} });
const own = await app.import("./own.mjs");
out("own", [own.both(), own.trusted]);
const dep = app.require("dep");
out("env", [dep.env("APP"), dep.env("SECRET") ?? "none"]);
out("outside", await caught(() => dep.read("secret.txt")));
const http = app.builtin("node:http");
const server = http.createServer((q, r) => r.end("trusted"));
await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
out("served", await fetch("http://127.0.0.1:" + server.address().port).then((r) => r.text()));
out("guest", await caught(() => dep.get("http://127.0.0.1:" + server.address().port)));
const raw = (await import("node:net")).connect(server.address().port, "127.0.0.1");
out("raw", await new Promise((ok) => raw.on("error", (e) => ok(e.message)).on("connect", () => ok("connected"))));`);
    expect(seen).toMatchObject({
      own: ["hello", "string"],
      env: ["app", "none"],
      outside: "ENOENT",
      served: "trusted",
      guest: "EACCES",
    });
    expect(seen["raw"]).toMatch(/EACCES .*app\.builtin/u);
  });

  test("the second wall takes the powers off the host's global object", () => {
    const seen = host.run(`
const globals = globalThis;
const app = await moat({ policy: ${policy}, onDenial() {}, secondWall: true });
out("gone", ["process", "console", "fetch", "require"].filter((name) => name in globals));
out("frozen", Reflect.isExtensible(globals));
out("works", app.require("dep").read("data/a.txt"));`);
    expect(seen).toMatchObject({ gone: [], frozen: false, works: "hello" });
  });

  test("an audit lets through and tells", () => {
    const seen = host.run(`
const denied = [];
const app = await moat({ policy: ${policy}, audit: true, onDenial: (d) => denied.push(d.capability + " " + d.target.split("/").pop()) });
out("read", app.require("dep").read("secret.txt"));
out("denied", denied);`);
    // A global is told of where a module names it: when it is loaded.
    expect(seen).toMatchObject({ read: "secret", denied: ["global process", "fs.read secret.txt"] });
  });

  test("a handler that throws is the host's error, and the refusal stays what it was", () => {
    const seen = host.run(`
process.on("uncaughtException", (error) => out("uncaught", error.message));
const app = await moat({ policy: ${policy}, onDenial() { throw new Error("mine"); } });
out("code", await caught(() => app.require("dep").read("secret.txt")));
await new Promise((ok) => setTimeout(ok, 5));`);
    expect(seen).toMatchObject({ code: "ENOENT", uncaught: "mine" });
  });
});

describe("drop", () => {
  test("is felt at the next use, on what is open too", () => {
    const seen = host.run(`
const { createServer } = await import("node:http");
const server = createServer((q, r) => r.end("ok"));
await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
const url = "http://127.0.0.1:" + server.address().port;
const dep = await moat.load("dep", { fs: { read: ["./data"], write: ["./data"] }, net: { connect: ["127.0.0.1:*"], listen: ["127.0.0.1:*"] }, commands: ["git"], env: ["APP"] }, { onDenial() {} });
const guest = dep.module.default;
const late = guest.open("data/a.txt"), lateHandle = await guest.handle("data/a.txt");
const port = await guest.listen();
out("before", [late(), await lateHandle(), await guest.get(url), await fetch("http://127.0.0.1:" + port, { headers: { connection: "close" } }).then((r) => r.text()), guest.git(), guest.env("APP")]);
dep.drop({ fs: true, net: true, commands: true, env: true });
out("after", [
  await caught(() => late()), await caught(() => lateHandle()), await caught(() => guest.get(url)),
  await caught(() => fetch("http://127.0.0.1:" + port)), await caught(() => guest.listen()), await caught(() => guest.git()),
  guest.env("APP") ?? "none", await caught(() => guest.read("data/a.txt")), await caught(() => guest.deeper.read("data/a.txt")),
]);
out("policy", [dep.policyOf().fs ?? "none", dep.policyOf("dep>deeper").env ?? "none", Object.isFrozen(dep.policyOf())]);
dep.drop({ fs: true });`);
    expect(seen).toMatchObject({
      before: ["hello", "hello", "ok", "guest", true, "app"],
      after: [
        "EBADF",
        "EBADF",
        "EACCES",
        expect.stringMatching(/^(?:ECONNREFUSED|UND_ERR_SOCKET|ECONNRESET)$/u),
        "EACCES",
        "ENOENT",
        "none",
        "ENOENT",
        "ENOENT",
      ],
      policy: ["none", "none", true],
    });
  });

  test("takes single grants, of one package, and never a part of one", () => {
    const seen = host.run(`
const dep = await moat.load("dep", { fs: { read: ["./data", "."] }, net: { connect: ["*"] }, commands: [], env: ["APP", "SECRET"] }, { onDenial() {} });
const guest = dep.module.default;
out("part", await caught(() => dep.drop({ net: { connect: ["api.example.com:443"] } })));
out("part2", await caught(() => dep.drop({ fs: { read: ["./data"] } })));
dep.drop({ env: ["SECRET"] }, "dep");
out("env", [guest.env("SECRET") ?? "none", guest.env("APP"), guest.deeper.env("SECRET")]);
dep.drop({ fs: { read: ["."] } });
out("read", [guest.read("data/a.txt"), await caught(() => guest.read("secret.txt"))]);
out("noWayBack", Object.keys(dep).sort());`);
    expect(seen).toMatchObject({
      part: "MOAT_GRANT_BROADER",
      part2: "MOAT_GRANT_BROADER",
      env: ["none", "app", "s3cret"],
      read: ["hello", "ENOENT"],
      noWayBack: ["drop", "module", "name", "onDenial", "packages", "policyOf"],
    });
  });
});

test("intrinsics that were changed before are refused", () => {
  expect(
    host.run(
      `Array.prototype.last = function () { return this.at(-1); }; out("code", await caught(() => moat.load("esm", {}))); delete Array.prototype.last; out("after", (await moat.load("esm", {})).name);`,
    ),
  ).toMatchObject({ code: "MOAT_INTRINSICS_CHANGED", after: "esm" });
});

test("datagrams end with their grant, connected ones too", () => {
  const seen = host.run(`
const udp = await import("node:dgram");
const dep = await moat.load("dep", { fs: {}, net: { connect: ["127.0.0.1:*"] }, commands: [] }, { onDenial() {} });
const guestUdp = dep.module.default.require("dgram");
const app = await moat({ policy: { version: 1, root: "trusted", entries: [], packages: {} } });
const server = app.builtin("dgram").createSocket("udp4");
let received = 0;
server.on("message", () => received++);
await new Promise((ok) => server.bind(0, "127.0.0.1", ok));
const { port } = server.address();
const one = guestUdp.createSocket("udp4"), two = guestUdp.createSocket("udp4");
for (const socket of [one, two]) socket.on("error", () => {});
const send = (socket, ...to) => new Promise((ok) => socket.send("x", ...to, (error) => ok(error ? "refused" : "sent")));
await new Promise((ok) => two.connect(port, "127.0.0.1", ok));
out("before", [await send(one, port, "127.0.0.1"), await send(two)]);
await new Promise((ok) => setTimeout(ok, 20));
dep.drop({ net: true });
out("after", [await send(one, port, "127.0.0.1"), await send(two)]);
await new Promise((ok) => setTimeout(ok, 20));
out("received", received);`);
  expect(seen).toMatchObject({ before: ["sent", "sent"], after: ["refused", "refused"], received: 2 });
});
