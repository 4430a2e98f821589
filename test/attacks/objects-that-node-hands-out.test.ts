import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

// Found by the crawler in test/crawler, or by looking where it looked.
test("what Node's objects hang on leads to nobody else's", async () => {
  const damage = await attack({
    techniques: {
      "the receiver of FormData's and Headers' callbacks": `const all = []; const f = new FormData(); f.append("a", "b"); const note = function () { "use strict"; all.push(this) }; f.forEach(note); new Headers({ a: "b" }).forEach(note); note.call = function (x) { all.push(x) }; f.forEach(note); new URLSearchParams("a=b").forEach(note); return all.find(Boolean) ? "canary: " + typeof all.find(Boolean) : "nothing"`,
      "the list of everybody's timers": `const net = require("net"); const s = new net.Socket(); s.setTimeout(10_000); const found = Object.getOwnPropertySymbols(s).concat(Object.getOwnPropertySymbols(net.Socket.prototype)).map((k) => { try { return s[k] } catch {} }).find((v) => v && typeof v === "object" && "_idlePrev" in v); s.destroy(); return found ? "canary: a link" : "nothing"`,
      "a parser that is kept for the next connection": `const http = require("http"); const kept = await new Promise((done) => { const server = http.createServer((req, res) => { const { parser } = req.socket; res.end("x"); req.socket.on("close", () => setTimeout(() => done(parser), 20)) }).listen(0, "127.0.0.1", () => http.get({ host: '127.0.0.1', port: server.address().port, agent: false }, (r) => r.resume().on("end", () => server.close()))) }); let taken = false; await new Promise((done) => { const server = http.createServer((req, res) => { taken = req.socket.parser === kept; res.end("x") }).listen(0, "127.0.0.1", () => http.get({ host: '127.0.0.1', port: server.address().port, agent: false }, (r) => r.resume().on("end", () => { server.close(); done() }))) }); return taken ? "canary: reused" : "another one"`,
      "the line end of everybody's chunks": `const http = require("http"); const r = new http.ServerResponse({ method: "GET", httpVersionMajor: 1, httpVersionMinor: 1 }); r.write("x"); for (const { data } of r.outputData) if (typeof data === "object") data.fill(65); const again = new http.ServerResponse({ method: "GET", httpVersionMajor: 1, httpVersionMinor: 1 }); again.write("x"); return again.outputData.map(({ data }) => String(data)).join("").endsWith("x\\r\\n") ? "as it was" : "canary: changed"`,
      "the application's agent in an https request": `const https = require("https"); const r = https.request("https://127.0.0.1:" + PORT, {}); r.on("error", () => {}); const agents = new Set(); const look = (o, d = 0) => { if (!o || typeof o !== "object" || d > 5) return; for (const k of Reflect.ownKeys(o)) { let v; try { v = o[k] } catch {} if (v && typeof v === "object") { if (typeof v.createConnection === "function") agents.add(v); else look(v, d + 1) } } }; look(r); await new Promise((done) => r.on("socket", (s) => { look(s); done() }).on("close", done)); r.destroy(); for (const a of agents) if (a !== https.globalAgent) { try { a.createConnection = () => { throw new Error("mine") }; a.options.host = "canary" } catch {} } return [...agents].some((a) => a !== https.globalAgent && Object.isExtensible(a)) ? "canary: changeable" : "locked"`,
      "inspect's defaults, by the one that Node gives": `let real; const util = require("util"); util.inspect({ [util.inspect.custom](d, o, i) { real = i; return "" } }); try { real.defaultOptions = { depth: 0, maxStringLength: 1 } } catch {} try { real.defaultOptions.depth = 0 } catch {} try { real.inspect = real } catch {} return "tried"`,
      "private keys, by their prototype": `const c = require("crypto"); const { privateKey, publicKey } = c.generateKeyPairSync("ed25519"); const changed = []; for (const k of [privateKey, publicKey]) for (let p = Object.getPrototypeOf(k); p && p !== Object.prototype; p = Object.getPrototypeOf(p)) { try { p.export = () => "canary" } catch {} try { Object.defineProperty(p, "pwned", { value: 1 }); changed.push(1) } catch {} } return changed.length ? "canary: changed" : "locked"`,
      "the job behind crypto's callbacks": `const c = require("crypto"); const found = []; await new Promise((done) => c.randomBytes(8, function () { "use strict"; found.push(this); c.pbkdf2("a", "b", 1, 8, "sha256", function () { "use strict"; found.push(this); c.generateKeyPair("ed25519", {}, function () { "use strict"; found.push(this); done() }) }) })); return found.find((f) => f !== undefined) ? "canary: a job" : "nothing"`,
      "crypto.subtle": `const { subtle } = require("crypto").webcrypto; try { subtle.digest = () => "canary" } catch {} const key = await subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]); try { Object.defineProperty(Object.getPrototypeOf(key), "pwned", { value: 1 }); return "canary: changed" } catch {} return Object.hasOwn(subtle, "digest") ? "canary: replaced" : "locked"`,
      "native handles, by their prototypes": `const net = require("net"); const changed = []; await new Promise((done) => { const s = net.createServer((c) => c.destroy()).listen(0, "127.0.0.1", () => { const c = net.connect(s.address().port, "127.0.0.1", () => { for (const h of [c._handle, s._handle]) for (let p = Object.getPrototypeOf(h); p && p !== Object.prototype; p = Object.getPrototypeOf(p)) for (const k of ["writeUtf8String", "writev", "readStart", "listen", "close", "pwned"]) { const before = p[k]; try { p[k] = () => "canary" } catch {} try { Object.defineProperty(p, k, { value: () => "canary" }) } catch {} if (p[k] !== before) changed.push(k) } c.destroy(); s.close(done) }) }) }); return changed.length ? "canary: " + changed : "locked"`,
      "a port by another socket's handle": `const net = require("net"); const server = net.createServer(); await new Promise((done) => server.listen(0, "127.0.0.1", done)); const s = net.connect(server.address().port, "127.0.0.1"); await new Promise((done) => s.on("connect", done)); const H = s._handle.constructor; let n = "none"; try { const h = new H(0); const owner = Object.getOwnPropertySymbols(s._handle).find((k) => k.description === "owner_symbol"); h[owner] = server; n = h.bind("0.0.0.0", 0) || h.listen(5) } catch (e) { n = e.message } s.destroy(); server.close(); return n === 0 ? "canary: listens" : "refused"`,
      "classes that instances lead to connect nowhere": `const net = require("net"), http = require("http"), tls = require("tls"); const tried = []; const use = (f) => { try { const s = f(); s && s.on && s.on("error", () => {}); tried.push(s) } catch {} }; const S = net.Socket.prototype.constructor, T = tls.TLSSocket.prototype.constructor, A = http.Agent.prototype.constructor, C = http.ClientRequest.prototype.constructor, V = net.Server.prototype.constructor; use(() => new S().connect(PORT, "127.0.0.1")); use(() => new T().connect(PORT, "127.0.0.1")); use(() => new A().createConnection({ port: PORT, host: "127.0.0.1" })); use(() => new C({ port: PORT, host: "127.0.0.1" }).end()); let up = false; use(() => new V().on("listening", () => { up = true }).listen(0)); await new Promise((r) => setTimeout(r, 60)); return up ? "canary: listens" : "nothing"`,
      "the history of a readline": `const rl = require("readline").createInterface({ input: new (require("stream").PassThrough)() }); const h = rl.historyManager; if (!h) return "none"; const H = h.constructor; try { h.initialize(() => {}); return "canary: opened" } catch {} try { const made = new H({}, { filePath: MARKER }); if (typeof made.initialize === "function") { made.initialize(() => {}); await new Promise((r) => setTimeout(r, 30)); return "canary: opened" } } catch {} return "refused"`,
      "iterators of streams": `const { Readable } = require("stream"); const p = Object.getPrototypeOf(Readable.from(["x"])[Symbol.asyncIterator]()); try { p.next = async () => ({ value: "canary", done: false }) } catch {} return Object.hasOwn(p, "next") ? "canary: replaced" : "locked"`,
    },
    grants: {
      globals: ["console", "setTimeout", "FormData", "Headers", "URLSearchParams", "URL"],
      builtins: {
        net: true,
        http: true,
        https: true,
        tls: true,
        util: true,
        crypto: true,
        readline: true,
        stream: true,
      },
      net: { connect: ["127.0.0.1:*"], listen: ["127.0.0.1:*"] },
    },
    aftermath: `const util = require("util"); assert(util.inspect({ a: { b: { c: {} } } }).includes("c"), "inspect's depth");
      assert(!JSON.stringify(outcomes).includes("canary"), JSON.stringify(outcomes));`,
  });
  // Connections on the loopback are granted here; what counts is what came of each technique.
  expect(damage).toMatchObject({ ...NOTHING, connections: expect.any(Number) });
});

test("classes that instances lead to have no grant of their own", async () => {
  const damage = await attack({
    techniques: {
      "through sockets, agents and requests": `const net = require("net"), http = require("http"), tls = require("tls"), dgram = require("dgram"); const use = (f) => { try { const s = f(); s && s.on && s.on("error", () => {}) } catch {} }; for (const S of [net.Socket, tls.TLSSocket, net.Socket.prototype.constructor, tls.TLSSocket.prototype.constructor]) use(() => new S().connect(PORT, "127.0.0.1")); for (const A of [http.Agent, http.Agent.prototype.constructor]) use(() => new A().createConnection({ port: PORT, host: "127.0.0.1" })); for (const C of [http.ClientRequest, http.ClientRequest.prototype.constructor]) use(() => { const r = new C({ port: PORT, host: "127.0.0.1" }); r.end(); return r }); use(() => new WebSocket.prototype.constructor("ws://127.0.0.1:" + PORT)); await new Promise((r) => setTimeout(r, 80)); return "tried"`,
    },
    grants: {
      globals: ["console", "setTimeout", "WebSocket"],
      builtins: { net: true, http: true, tls: true, dgram: true },
    },
  });
  expect(damage).toMatchObject(NOTHING);
});

test("who hears the process's events hears of no worker", async () => {
  const damage = await attack({
    techniques: {
      "the class of a worker that somebody starts": `let isFirst = true; process.on("worker", (worker) => { if (!isFirst) return; isFirst = false; new worker.constructor("require('node:fs').writeFileSync(" + JSON.stringify(MARKER) + ", 'x')", { eval: true }) })`,
    },
    grants: { globals: ["process"], builtins: { process: ["on"] } },
    aftermath: `await new Promise((done) => new (require("node:worker_threads").Worker)("1", { eval: true }).on("exit", done)); await new Promise((done) => setTimeout(done, 100));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a socket that comes with a message of whoever started the program leads nowhere", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-handles-"));
  const files = {
    "package.json": '{"name":"app","dependencies":{"hostile":"1"}}',
    "moat.policy.json": '{"version":1,"root":"trusted","entries":["./index.js"],"packages":{"hostile":{}}}',
    "index.js": `const use = require("hostile"); process.on("message", (port, socket) => use(socket, port, (...found) => process.send(found)));`,
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.0"}',
    "node_modules/hostile/index.js": `module.exports = (socket, port, tell) => {
      const { constructor } = Object.getPrototypeOf(socket);
      new constructor().on("error", (error) => tell(error.code, Object.isFrozen(constructor.prototype))).connect(port, "127.0.0.1", () => tell("connected"));
    };`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const server = createServer();
  const child = fork(fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url)), ["run", "index.js"], {
    cwd: folder,
  });
  try {
    const { port } = await new Promise<{ port: number }>((done) =>
      server.listen(0, "127.0.0.1", () => done(server.address() as never)),
    );
    const found = new Promise((done, fail) => void child.on("message", done).on("exit", fail));
    server.once("connection", (socket) => child.send(port, socket));
    connect(port, "127.0.0.1").on("error", () => {});
    expect(await found).toEqual(["EACCES", true]);
  } finally {
    child.removeAllListeners().kill();
    server.close();
    rmSync(folder, { recursive: true });
  }
});
