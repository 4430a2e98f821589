/** What a package can make of a host that loads it: of what it gets, and of what it gives back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeHost, type Host } from "./host-fixture.ts";

let host: Host;
beforeAll(() => {
  host = makeHost({
    "package.json": JSON.stringify({ name: "host", version: "1.0.0", dependencies: { evil: "1" } }),
    "secret.txt": "secret",
    "node_modules/evil/package.json": JSON.stringify({ name: "evil", version: "1.0.0" }),
    "node_modules/evil/index.js": `
const attempt = (act) => { try { return act(); } catch (error) { return "refused: " + error.constructor.name; } };
/** Whatever is reached: the environment's secret, or a reader of files. */
const loot = (global) => global?.process?.env?.SECRET ?? global?.process?.binding?.("fs").open(__filename, 0, 0o666, undefined, {}) ?? "nothing";
exports.climb = (value) => {
  const found = [];
  const makers = [(v) => v.constructor, (v) => v.constructor.constructor, (v) => Object.getPrototypeOf(v).constructor, (v) => Object.getPrototypeOf(async () => v).constructor, (v) => Object.getPrototypeOf(function* () {}).constructor];
  for (const make of makers) found.push(attempt(() => loot(make(value)("return globalThis")())));
  return found.map(String);
};
exports.global = () => [attempt(() => loot((0, eval)("this"))), attempt(() => loot(new Function("return this")())), attempt(() => loot(globalThis)), attempt(() => typeof eval("process") === "object" ? loot({ process: eval("process") }) : "nothing")];
exports.caller = function () { return String(exports.caller.caller); };
exports.stack = () => { const seen = []; Error.prepareStackTrace = (_, sites) => { for (const site of sites) seen.push(typeof site.getThis?.(), typeof site.getFunction?.()); return ""; }; void new Error("x").stack; return seen.filter((one) => one === "object" || one === "function"); };
exports.pollute = () => { const done = []; for (const target of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Error, JSON]) { attempt(() => { target.polluted = 1; }); attempt(() => Object.defineProperty(target, "polluted", { value: 1 })); } attempt(() => { JSON.parse = () => "mine"; }); attempt(() => { globalThis.fetch = () => "mine"; globalThis.leaked = 1; }); return done; };
exports.emitter = () => { attempt(() => { require("events").prototype.emit = () => "mine"; }); attempt(() => { require("events").EventEmitter.prototype.emit = () => "mine"; }); };
exports.socket = (socket) => new Promise((done) => { const made = new socket.constructor(); made.on("error", (error) => done(error.code)); made.on("connect", () => done("connected")); made.connect(socket.remotePort ?? socket.address().port, "127.0.0.1"); });
exports.thenable = { then(resolve) { resolve("hijacked"); } };
exports.own = () => attempt(() => require("@moat/core")) ;
exports.channel = () => { const heard = []; require("diagnostics_channel").subscribe("moat:denial", (m) => heard.push(m)); return heard; };
exports.changeable = (value) => { const found = []; for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) if (Object.isExtensible(at)) found.push(Object.getOwnPropertyNames(at).join()); return found; };
exports.proxy = new Proxy({}, { get: () => { throw new Error("trap"); } });`,
  });
});
afterAll(() => host.dispose());

test("nothing leads from what the host hands over, or from the language, to the host's powers", () => {
  const seen = host.run(`
const evil = (await moat.load("evil", { builtins: { diagnostics_channel: true, events: true } }, { onDenial() {} })).module.default;
const given = { fn: () => 1, async: async () => 1, object: {}, map: new Map(), error: new Error("x"), promise: Promise.resolve(1), url: new URL("http://x/"), bytes: Buffer.from("x"), signal: new AbortController().signal, date: new Date() };
const climbed = {};
for (const [name, value] of Object.entries(given)) climbed[name] = evil.climb(value);
out("climbed", [...new Set(Object.values(climbed).flat())].filter((one) => one !== "nothing" && !one.startsWith("refused")));
out("global", evil.global());
out("caller", (function () { return evil.caller(); })());
out("stack", evil.stack());
evil.pollute();
evil.emitter();
const { EventEmitter } = await import("node:events");
let heard = 0;
new EventEmitter().on("x", () => heard++).emit("x");
out("clean", [({}).polluted, [].polluted, Error.polluted, JSON.parse("1"), typeof globalThis.leaked, heard]);
out("own", String(evil.own()));
const channelled = evil.channel();
evil.own();
out("channelled", channelled.length);`);
  expect(seen).toMatchObject({
    climbed: [],
    caller: expect.stringMatching(/^(?:null|undefined)$/u),
    stack: [],
    clean: [null, null, null, 1, "undefined", 1],
    own: "refused: Error",
    channelled: 0,
  });
  for (const one of seen["global"] as string[]) expect(one).toMatch(/^(?:nothing|refused)/u);
});

test("a socket that the host hands over connects nowhere else", () => {
  const seen = host.run(`
const net = await import("node:net");
const server = net.createServer();
await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
const accepted = new Promise((ok) => server.once("connection", ok));
const client = net.connect(server.address().port, "127.0.0.1");
const socket = await accepted;
const evil = (await moat.load("evil", { net: {} }, { onDenial() {} })).module.default;
let connections = 0;
server.on("connection", () => connections++);
out("client", await evil.socket(client));
out("accepted", await evil.socket(socket));
out("connections", connections);`);
  expect(seen).toMatchObject({ client: "EACCES", accepted: "EACCES", connections: 0 });
});

test("what a thread of the host's own has sent is of classes that nobody can change", () => {
  const seen = host.run(`
const evil = (await moat.load("evil", {}, { onDenial() {} })).module.default;
const { Worker } = await import("node:worker_threads");
const worker = new Worker('require("worker_threads").parentPort.postMessage([require("crypto").createSecretKey(Buffer.alloc(1)), new (require("net").BlockList)()])', { eval: true });
const sent = await new Promise((resolve) => worker.once("message", resolve));
await worker.terminate();
out("changeable", sent.map(evil.changeable));`);
  expect(seen).toMatchObject({ changeable: [[], []] });
});
