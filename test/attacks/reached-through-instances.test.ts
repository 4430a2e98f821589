import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

const LOOPBACK = { connect: ["127.0.0.1:*"], listen: ["127.0.0.1:*"] };

/** Changes an object in any way that works, and says whether that did. */
const SPOIL = `const spoil = (prototype, ...names) => { for (const name of names) { try { prototype[name] = () => "canary" } catch {} try { Object.defineProperty(prototype, name, { set() {}, get: () => "canary", configurable: true }) } catch {} } return names.some((name) => { try { return prototype[name] === "canary" || prototype[name]() === "canary" } catch {} }) ? "canary" : "held" };`;

// What a package comes by depends on what it asks for: a class that hangs on one builtin's instances was only hardened with another builtin.
test.each([
  [
    "what decodes texts, by a stream",
    { builtins: { stream: true } },
    `const r = new (require("stream").Readable)(); r.setEncoding("utf8"); const d = r._readableState.decoder; return spoil(Object.getPrototypeOf(d), "write", "end")`,
  ],
  [
    "the class of all streams, by fs",
    { builtins: { fs: true } },
    `const Readable = Object.getPrototypeOf(require("fs").ReadStream); return spoil(Readable.prototype, "read") + spoil(Readable, "from")`,
  ],
  [
    "iterators of files, by a stream of one's own",
    { builtins: { fs: true } },
    `const { ReadStream } = require("fs"); const p = Object.getPrototypeOf(ReadStream.prototype[Symbol.asyncIterator].call(new (Object.getPrototypeOf(ReadStream))())); return spoil(p, "next")`,
  ],
  [
    "stream.promises, by a socket",
    { builtins: { net: true } },
    `let Class = new (require("net").Socket)().constructor; while (!Class.promises) Class = Object.getPrototypeOf(Class); return spoil(Class.promises, "pipeline", "finished")`,
  ],
  [
    "listeners of events, by a signal",
    { globals: ["AbortController"] },
    `const { signal } = new AbortController(); signal.addEventListener("abort", () => {}); const map = signal[Object.getOwnPropertySymbols(signal).find((k) => k.description === "kEvents")]; return spoil(Object.getPrototypeOf(map.get("abort").next), "callback", "listener", "next")`,
  ],
  [
    "events, by a signal",
    { globals: ["AbortController"] },
    `const c = new AbortController(); let p; c.signal.onabort = (e) => { p = Object.getPrototypeOf(e) }; c.abort(); return spoil(p, "preventDefault", "type")`,
  ],
  [
    "messages of a port",
    { globals: ["MessageChannel"] },
    `const { port1, port2 } = new MessageChannel(); const event = await new Promise((done) => { port1.onmessage = done; port2.postMessage(1) }); port1.close(); return spoil(Object.getPrototypeOf(event), "data", "ports")`,
  ],
  [
    "errors of a WebSocket",
    { globals: ["WebSocket"], net: LOOPBACK },
    `if (typeof WebSocket === "undefined") return "hidden"; const event = await new Promise((done) => { new WebSocket("ws://127.0.0.1:1").onerror = done }); const p = Object.getPrototypeOf(event); return Object.hasOwn(p, "message") || Object.hasOwn(p, "error") ? spoil(p, "message", "error") : "hidden"`,
  ],
  [
    "iterators of web streams",
    { globals: ["ReadableStream"] },
    `return spoil(Object.getPrototypeOf(new ReadableStream().values()), "next", "throw")`,
  ],
  [
    "iterators of searches, by a URL",
    { globals: ["URL"] },
    `return spoil(Object.getPrototypeOf(new URL("http://x/?a=b").searchParams.entries()), "next")`,
  ],
  [
    "what fetch resolves to",
    { globals: ["fetch"] },
    `const r = await fetch("data:text/plain,x"); return spoil(Object.getPrototypeOf(r), "json", "text") + spoil(Object.getPrototypeOf(r.headers), "get")`,
  ],
  [
    "streams of zlib, by a web stream",
    { globals: ["CompressionStream"] },
    `const s = new CompressionStream("gzip"); const k = Object.getOwnPropertySymbols(s).find((k) => k.description === "kHandle"); return s[k] ? spoil(Object.getPrototypeOf(s[k]), "write", "_transform") : "hidden"`,
  ],
  [
    "inspect, by an object that prints itself",
    { globals: ["Buffer"] },
    `let found; const mine = { __proto__: null, [Symbol.for("nodejs.util.inspect.custom")](depth, options, inspect) { found = inspect; return "" } }; try { Buffer.from(mine) } catch {} return spoil(found, "custom") + spoil(found.defaultOptions, "depth")`,
  ],
  [
    "web streams, by a blob",
    { globals: ["Blob"] },
    `const s = new Blob(["x"]).stream(); return spoil(Object.getPrototypeOf(s), "getReader") + spoil(Object.getPrototypeOf(s.getReader()), "read")`,
  ],
  [
    "classes of http, by a server of http2",
    { builtins: { http2: true }, net: LOOPBACK },
    `const s = require("http2").createServer(); const o = s[Object.getOwnPropertySymbols(s).find((k) => k.description === "options")]; return o?.Http1ServerResponse ? spoil(o.Http1ServerResponse.prototype, "end", "write") : "hidden"`,
  ],
  [
    "requests of handles",
    { builtins: { net: true }, globals: ["setTimeout"], net: LOOPBACK },
    `
    const net = require("net"); const outcomes = [];
    await new Promise((done) => { const server = net.createServer((c) => { c.on("error", () => {});
      for (const name of ["writeUtf8String", "writeLatin1String", "shutdown"]) Object.defineProperty(c._handle, name, { value(request) { if (request) outcomes.push(spoil(Object.getPrototypeOf(request), "handle", "oncomplete", "callback")); return 0 } });
      c.write("x"); c.end(); setTimeout(() => { c.destroy(); server.close(done) }, 50) });
      server.listen(0, "127.0.0.1", () => net.connect(server.address().port, "127.0.0.1").on("error", () => {}).resume()); });
    return outcomes.includes("canary") ? "canary" : "held " + outcomes.length`,
  ],
  [
    "an event that a target makes itself",
    { globals: ["AbortController"] },
    `
    const { signal } = new AbortController(); let make; for (let at = signal; at; at = Object.getPrototypeOf(at)) make ??= Object.getOwnPropertySymbols(at).find((k) => k.description === "kCreateEvent");
    return spoil(Object.getPrototypeOf(signal[make]("x", "x")), "detail")`,
  ],
  [
    "the context of all storages, by a snapshot",
    { builtins: { async_hooks: true } },
    `
    const { AsyncLocalStorage } = require("async_hooks"); const storage = new AsyncLocalStorage();
    const bound = storage.run("mine", () => [AsyncLocalStorage.snapshot(), AsyncLocalStorage.bind((way) => way())]);
    const kept = storage.run("other", () => bound.every((run) => run(() => storage.getStore()) === "mine"));
    return kept && bound.map(({ asyncResource }) => (asyncResource === undefined ? "hidden" : Object.getOwnPropertySymbols(asyncResource).length > 0 ? "canary" : "held")).join()`,
  ],
  [
    "a message's authentication",
    { globals: ["Buffer"], builtins: { crypto: true } },
    `
    const { createMac, createHmac } = require("crypto"); const mac = createMac ? createMac("hmac", Buffer.from("k"), { digest: "sha256" }) : createHmac("sha256", "k");
    return spoil(Object.getPrototypeOf(mac), "update", "digest") + Object.getOwnPropertySymbols(mac).map((key) => Object(mac[key]) === mac[key] && Object.getPrototypeOf(mac[key]) !== Object.prototype ? spoil(Object.getPrototypeOf(mac[key]), "update") : "")`,
  ],
  [
    "memory behind an object, by a field of handles",
    { builtins: { net: true }, net: LOOPBACK },
    `
    const net = require("net"); const server = net.createServer(); await new Promise((done) => server.listen(0, "127.0.0.1", done)); const read = [];
    for (let p = Object.getPrototypeOf(server._handle); p && p !== Object.prototype; p = Object.getPrototypeOf(p)) try { read.push(Reflect.get(p, "onread", { a: "canary", b: "canary", c: "canary", d: "canary", e: "canary" })) } catch {}
    server.close(); return read.includes("canary") ? "canary" : "held"`,
  ],
  [
    "memory behind an object, by a child's pipe",
    { builtins: { child_process: true }, commands: ["true"] },
    `
    const { stdin } = require("child_process").spawn("true"); const read = []; const five = () => ({ a: "canary", b: "canary", c: "canary", d: "canary", e: "canary" });
    for (let p = Object.getPrototypeOf(stdin._handle); p && p !== Object.prototype; p = Object.getPrototypeOf(p)) { try { read.push(Reflect.get(p, "onread", five())) } catch {} const o = five(); try { Reflect.set(p, "onread", () => "canary", o); if (o.d !== "canary") read.push("canary") } catch {} }
    return read.includes("canary") ? "canary" : "held"`,
  ],
  [
    "TLS over a stream",
    { builtins: { tls: true, stream: true }, net: LOOPBACK },
    `
    const s = require("tls").connect({ socket: new (require("stream").Duplex)({ read() {}, write() {} }) }); s.on("error", () => {}); const { _parent, _parentWrap } = s._handle;
    const spoilt = spoil(Object.getPrototypeOf(_parent), "readBuffer", "finishWrite") + spoil(Object.getPrototypeOf(_parentWrap), "doWrite"); s.destroy(); return spoilt`,
  ],
  [
    "streams of a server of http2, before anybody is told of one",
    { builtins: { http2: true }, net: LOOPBACK },
    `
    const http2 = require("http2"); const outcomes = []; const server = http2.createServer();
    const look = (session) => { for (const stream of session[Object.getOwnPropertySymbols(session).find((k) => k.description === "state")].streams.values()) { outcomes.push(spoil(Object.getPrototypeOf(stream), "respond", "pushStream")); stream.destroy() } };
    server.on("session", (session) => session.on("error", () => {}).on("remoteSettings", () => look(session)).on("stream", () => look(session)));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const connect = () => http2.connect("http://127.0.0.1:" + server.address().port).on("error", () => {});
    // The first session has no stream.
    const first = connect(); await new Promise((done) => first.on("remoteSettings", done)); const second = connect();
    await new Promise((done) => second.request({}).on("error", done).on("close", done)); first.destroy(); second.destroy(); server.close();
    return outcomes.includes("canary") ? "canary" : "held " + outcomes.length`,
  ],
  [
    "handles of streams of http2, by a client",
    { builtins: { http2: true, net: true }, net: LOOPBACK },
    `
    const server = require("net").createServer((c) => c.on("error", () => {}).resume()); await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const session = require("http2").connect("http://127.0.0.1:" + server.address().port).on("error", () => {}); await new Promise((done) => session.on("connect", done));
    const request = session.request({}).on("error", () => {}); const p = Object.getPrototypeOf(request[Object.getOwnPropertySymbols(request).find((k) => k.description === "kHandle")]);
    const spoilt = spoil(p, "respond", "trailers"); let made = "held"; try { new p.constructor(); made = "canary" } catch (e) { if (!/^Illegal constructor/.test(e.message)) made = "canary " + e.message } session.destroy(); server.close(); return spoilt + made`,
  ],
])("%s", async (name, grants, technique) => {
  const damage = await attack({
    techniques: { [name]: SPOIL + technique },
    grants: { globals: [], builtins: {}, ...grants },
    aftermath: `assert(!/canary/.test(outcomes[${JSON.stringify(name)}]) && /held|hidden/.test(outcomes[${JSON.stringify(name)}]), outcomes[${JSON.stringify(name)}])`,
  });
  expect(damage).toMatchObject({ ...NOTHING, connections: expect.any(Number) });
});
