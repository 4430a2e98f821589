import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project | undefined;
afterEach(() => project?.dispose());

const application = (program: string, hostile: string): Record<string, string> => ({
  "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
  "index.js": program,
  "said.js": 'process.send?.("forked"); console.log("said");',
  "one.test.js": 'require("node:test").test("passes", () => {});',
  "node_modules/hostile/package.json": JSON.stringify({ name: "hostile", version: "1.0.0" }),
  "node_modules/hostile/index.js": hostile,
});

test("a child that the application hands over starts no other", () => {
  project = makeProject(
    application(
      `const { spawn } = require("node:child_process");
       const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 300)"]);
       console.log(JSON.stringify(require("hostile")(child)));
       child.on("exit", (code) => console.log("exit", code));`,
      `module.exports = (child) => {
         const order = { file: "/usr/bin/touch", args: ["touch", "marker"], envPairs: [], stdio: [] }; const came = [];
         const attempt = (start) => { try { const got = start(); came.push(got === undefined || typeof got === "number" ? String(got) : typeof got) } catch (error) { came.push(error.name) } };
         const Child = child.constructor, Handle = child._handle.constructor, { spawn } = Object.getPrototypeOf(child._handle);
         attempt(() => { const other = new Child(); other.on("error", () => {}); return other.spawn({ file: order.file, args: order.args, stdio: "ignore" }) });
         attempt(() => new Handle().spawn(order));
         attempt(() => spawn.call(child._handle, order));
         attempt(() => { const other = new Child(); return spawn.call(other._handle, order) });
         for (let level = child; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) attempt(() => { if (level !== child && Object.isExtensible(level)) return {} });
         return came;
       };`,
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout } = project.moat("run", "index.js");
  const [came, end] = stdout.trim().split("\n");
  expect(end).toBe("exit 0");
  expect(JSON.parse(came!)).not.toContain("0");
  expect(JSON.parse(came!)).not.toContain("object");
  expect(existsSync(join(project.folder, "marker"))).toBe(false);
});

test("what the application hands over leads to no class with its authority", () => {
  project = makeProject(
    application(
      `const { Worker } = require("node:worker_threads"), vm = require("node:vm"), dns = require("node:dns"), { WASI } = require("node:wasi");
       const given = { worker: new Worker("setTimeout(() => {}, 300)", { eval: true }), script: new vm.Script("1"), resolver: new dns.Resolver(), wasi: new WASI({ version: "preview1" }) };
       console.log(JSON.stringify(require("hostile")(given)));
       // Their own classes go on working.
       class Mine extends Worker { constructor() { super("require('node:worker_threads').parentPort.postMessage('made')", { eval: true }); this.postMessage = () => {}; } }
       new Mine().on("message", (told) => { console.log(told, given.worker instanceof Worker, new vm.Script("1 + 1").runInThisContext()); process.exit(); });`,
      `module.exports = ({ worker, script, resolver, wasi }) => {
         const came = []; const attempt = (name, make) => { try { came.push(name + " " + typeof make()) } catch (error) { came.push("held") } };
         attempt("worker", () => new worker.constructor("require('node:fs').writeFileSync('marker', 'x')", { eval: true }));
         attempt("script", () => new script.constructor("typeof process").runInThisContext());
         attempt("resolver", () => new resolver.constructor().setServers(["127.0.0.1"]));
         attempt("wasi", () => new wasi.constructor({ version: "preview1", preopens: { "/": "/" } }));
         for (const [name, one] of Object.entries({ worker, script, resolver, wasi })) attempt(name, () => { if (Object.isExtensible(Object.getPrototypeOf(one))) return {}; throw new Error() });
         return came;
       };`,
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout.trim().split("\n"), stderr).toEqual([
    JSON.stringify(Array.from({ length: 8 }, () => "held")),
    "made true 2",
  ]);
  expect(existsSync(join(project.folder, "marker"))).toBe(false);
});

test("the application starts children in every way that Node has", () => {
  project = makeProject(
    application(
      `const cp = require("node:child_process"), { promisify } = require("node:util"), cluster = require("node:cluster"), { run } = require("node:test"), assert = require("node:assert");
       require("hostile");
       if (cluster.isPrimary) (async () => {
         const said = (child) => new Promise((done, failed) => { let text = ""; child.on("error", failed); child.stdout.on("data", (data) => (text += data)).on("close", () => done(text.trim())) });
         console.log("spawn", await said(cp.spawn(process.execPath, ["said.js"])));
         console.log("shell", await said(cp.spawn("echo said", { shell: true })));
         console.log("exec", await new Promise((done) => cp.exec("echo said", (error, out) => done(out.trim()))));
         console.log("execFile", await new Promise((done) => cp.execFile("echo", ["said"], (error, out) => done(out.trim()))));
         console.log("promised", (await promisify(cp.exec)("echo said")).stdout.trim(), (await promisify(cp.execFile)("echo", ["said"])).stdout.trim());
         console.log("fork", await new Promise((done) => cp.fork("said.js", { silent: true }).on("message", done)));
         console.log("sync", cp.execSync("echo said").toString().trim(), cp.spawnSync("echo", ["said"]).stdout.toString().trim());
         const child = cp.spawn("echo", ["said"]); assert(child instanceof cp.ChildProcess);
         console.log("joined", await said(cp.spawn("cat", { stdio: [child.stdout, "pipe", "inherit"] })));
         console.log("cluster", await new Promise((done) => cluster.fork().on("message", done)));
         let passed = 0; for await (const { type } of run({ files: [__dirname + "/one.test.js"] })) if (type === "test:pass") passed++; console.log("tests", passed > 0);
         process.exit();
       })(); else { process.send("clustered"); process.disconnect(); }`,
      "",
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout.trim().split("\n"), stderr).toEqual([
    "spawn said",
    "shell said",
    "exec said",
    "execFile said",
    "promised said said",
    "fork forked",
    "sync said said",
    "joined said",
    "cluster clustered",
    "tests true",
  ]);
});

test("a child, a socket or a server that the application hands over opens nothing for a package's own handle, at no moment", async () => {
  const damage = await attack({
    before: `const http = require("http"), given = (globalThis.given = {}); process.on("uncaughtException", () => {});
      given.child = require("child_process").spawn("sleep", ["1"]);
      given.server = http.createServer((request, response) => response.end("x")).listen(0, "127.0.0.1", () =>
        http.get({ host: "localhost", family: 4, port: given.server.address().port, agent: new http.Agent({ keepAlive: true }) }, (response) => { given.socket = response.resume().socket }));`,
    grants: {
      builtins: { net: true, child_process: true },
      globals: ["setTimeout"],
      commands: ["true"],
      net: { connect: ["127.0.0.1:1"] },
      shares: ["given"],
    },
    techniques: {
      // Node asks whether the signal is one just before it starts the child.
      "a child, while another is started": `const came = []; const order = { file: "/usr/bin/touch", args: ["touch", MARKER], envPairs: [], stdio: [] };
        const start = () => { for (const run of [() => { const other = new given.child.constructor(); other.on("error", () => {}); return other.spawn({ ...order, stdio: "ignore" }) }, () => given.child._handle.spawn(order)]) try { came.push(run()) } catch (error) { came.push(error.name) } };
        for (const signal of [new Proxy({}, { has: () => (start(), true) }), {}]) try { require("child_process").spawn("true", { signal }).on("error", () => {}) } catch {}
        await new Promise((done) => setTimeout(done, 100)); return came.includes(0) ? "canary" : "held " + came.length`,
      "a connection, by whose the handle is said to be": `while (!given.socket) await new Promise((done) => setTimeout(done, 20));
        const net = require("net"); const socket = () => new net.Socket().on("error", () => {}); let request;
        const first = socket(); first.connect(1, "127.0.0.1"); Object.defineProperty(first._handle, "connect", { value(given) { request = given; return 0 } }); await new Promise((done) => setTimeout(done, 20));
        const own = socket(); own.connect(1, "192.0.2.1"); const handle = own._handle; handle[Object.getOwnPropertySymbols(handle).find((key) => key.description === "owner_symbol")] = given.socket;
        const came = handle.connect(request, "127.0.0.1", PORT); await new Promise((done) => setTimeout(done, 100)); return came === 0 || !request ? "canary" : "held"`,
      "a port, by whose the handle is said to be": `const own = new (require("net").Socket)().on("error", () => {}); own.connect(1, "192.0.2.1"); const handle = own._handle;
        handle[Object.getOwnPropertySymbols(handle).find((key) => key.description === "owner_symbol")] = given.server; handle.bind("127.0.0.1", 0); return handle.listen(1) === 0 ? "canary" : "held"`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome.startsWith("held")), JSON.stringify(outcomes));
      assert(outcomes["a child, while another is started"] !== "held 0", "nothing was tried");`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a response that the application hands over leads to no endpoint but its own", async () => {
  const damage = await attack({
    before: `const http = require("http"), net = require("net"), given = (globalThis.given = { hits: 0, agent: http.globalAgent }); process.on("uncaughtException", () => {});
      const server = http.createServer((request, response) => response.end("x")).listen(0, "127.0.0.1", () => {
        const { port } = server.address();
        // The same port at another address of this machine, where it has one.
        net.createServer((socket) => { given.hits++; socket.destroy() }).on("error", () => {}).listen(port, "127.0.0.2");
        const ask = () => http.get({ host: "localhost", family: 4, port }, (response) => { given.response ??= response; given.socket = response.resume().socket }).on("error", () => {});
        given.port = port; ask(); setInterval(ask, 50);
      });`,
    grants: { shares: ["given"] },
    techniques: {
      "an agent that says it has a proxy": `while (!given.response) await new Promise((done) => setTimeout(done, 20)); let tried = 0;
        const { agent } = given, { createConnection } = agent; agent[Symbol("kProxyConfig")] = {}; agent.destroy();
        agent.createConnection = function () { tried++; return createConnection.call(this, { host: "127.0.0.1", port: PORT }) };
        await new Promise((done) => setTimeout(done, 300)); agent.createConnection = createConnection; return "tried " + (tried > 0)`,
      "an agent that looks up otherwise": `const { agent } = given, { createConnection } = agent; let tried = 0; agent.destroy();
        const lookup = (host, options, callback) => { tried++; options.all ? callback(null, [{ address: "127.0.0.2", family: 4 }]) : callback(null, "127.0.0.2", 4) };
        agent.createConnection = function (options, callback) { return createConnection.call(this, { ...options, lookup }, callback) }; agent.options.lookup = lookup;
        await new Promise((done) => setTimeout(done, 300)); agent.createConnection = createConnection; delete agent.options.lookup; return "tried " + (tried > 0)`,
      "its socket, connected anew": `let tried = 0; const { socket, port } = given; socket.resume();
        const lookup = (host, options, callback) => { tried++; options.all ? callback(null, [{ address: "127.0.0.2", family: 4 }]) : callback(null, "127.0.0.2", 4) };
        socket.on("error", () => {}); if (!socket.closed) await new Promise((done) => socket.on("close", done).destroy());
        socket.connect({ host: "localhost", port, lookup }); await new Promise((done) => setTimeout(done, 100)); socket.destroy(); return "tried " + (tried > 0)`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome === "tried true"), JSON.stringify(outcomes));
      assert(given.hits === 0, "connected to another address");`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a file's stream that the application pipes to a package opens and reads nothing else", () => {
  project = makeProject({
    ...application(
      `const fs = require("node:fs"), { parse, listen } = require("hostile");
       const end = () => console.log(JSON.stringify([parse.came, listen.came, fs.existsSync("marker")]));
       const out = fs.createWriteStream("out.txt", { flags: "a+" }); listen(out, __dirname);
       fs.createReadStream("data.txt", { start: 2, end: 5, highWaterMark: 2 }).pipe(parse(__dirname)).on("finish", () => { out.end("x"); out.on("close", end) });`,
      `const { Writable } = require("node:stream"); const came = [];
       const attempt = (run) => { try { run() } catch (error) { came.push(error.message) } };
       const reopen = (stream, path, flags, then = () => {}) => attempt(() => { Object.assign(stream, { fd: null, path, flags, open: undefined }); delete stream.open; stream._construct(() => then(stream.fd)) });
       // What a stream was opened on, by the stream of another kind.
       const use = (stream, name, ...args) => attempt(() => { for (let at = stream; at; at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, name) && at !== stream) return at[name].call(stream, ...args) });
       exports.parse = (folder) => {
         const into = new Writable({ write(chunk, encoding, done) { came.push(String(chunk)); done() } });
         into.once("pipe", (source) => {
           Object.assign(source, { path: folder + "/secret.txt", end: 15, start: 0, pos: 0 });
           source.once("data", () => { Object.assign(source, { path: folder + "/secret.txt", pos: undefined, end: Infinity, bytesRead: 0, fd: 0 }); reopen(source, folder + "/secret.txt", "r"); reopen(source, folder + "/marker", "w"); use(source, "_read", 100); source.fd = 3 });
         });
         return into;
       };
       exports.listen = (out, folder) => { out.path = folder + "/marker"; out.once("open", () => { reopen(out, folder + "/marker", "w"); source = out; }) };
       let source; exports.parse.came = came; exports.listen.came = came;`,
    ),
    "data.txt": "0123456789abcdef",
    "secret.txt": "canary",
  });
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  const [came, , marked] = JSON.parse(stdout || "[]") as [string[], string[], boolean];
  expect(came, stderr).toEqual(["Illegal invocation", "23", "Illegal invocation", "Illegal invocation", "45"]);
  expect(marked).toBe(false);
});

test("a request that the application hands over opens no descriptor by its server, and the application does", () => {
  project = makeProject(
    application(
      `const http = require("node:http"), net = require("node:net"), { spawn } = require("node:child_process"), hostile = require("hostile");
       if (process.argv[2] === "child") {
         new net.Socket({ fd: 3 }).on("data", function (data) { this.end("heard " + data) });
         net.connect({ fd: 4, port: 1 }).on("error", () => {}).destroy();
       } else {
         const server = http.createServer((request, response) => response.end(JSON.stringify(hostile(request)))).listen(0, "127.0.0.1", () =>
           http.get({ port: server.address().port, host: "127.0.0.1", agent: false }, async (response) => {
             for await (const data of response) console.log(String(data));
             const child = spawn(process.execPath, [__filename, "child"], { stdio: ["ignore", "inherit", "inherit", "pipe", "pipe"] });
             child.stdio[3].on("data", (data) => console.log(String(data))).write("it");
             child.on("exit", (code) => { console.log("exit", code); server.close() });
           }));
       }`,
      `module.exports = ({ socket }) => {
         const { server, constructor: Socket } = socket, { _handle } = server; const opened = []; let tried = 0;
         const openAll = () => { for (let fd = 3; fd < 60; fd++) try { tried++; new Socket({ fd, readable: false }).on("error", () => {}); opened.push(fd) } catch {} };
         for (const options of [{ get port() { openAll(); throw new Error() } }, { get fd() { openAll(); throw new Error() } }]) try { server._handle = null; server.listen(options) } catch {}
         server.on("error", () => {});
         for (let fd = 3; fd < 60; fd++) try { server._handle = null; server.listen({ fd }); if (server._handle) opened.push("listening " + fd) } catch {}
         server._handle = _handle;
         return { opened, tried: tried > 0 };
       };`,
    ),
  );
  expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout.trim().split("\n"), stderr).toEqual(['{"opened":[],"tried":true}', "heard it", "exit 0"]);
});
