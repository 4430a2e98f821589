import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

const LOOPBACK = { connect: ["127.0.0.1:*", "moat.invalid:*"], listen: ["127.0.0.1:*"] };

/** Changes the class of an error in each way that would show others' errors, and says whether one worked. */
const SPOIL = `
  const spoil = (error) => {
    const prototype = Object.getPrototypeOf(error); const { constructor } = prototype; let done = "held";
    // On intrinsics, definitions are left out without failing.
    try { Object.defineProperty(prototype, "code", { set() {}, configurable: true }); if (Object.hasOwn(prototype, "code")) done = "canary" } catch {}
    try { Object.setPrototypeOf(prototype, { __proto__: Error.prototype }); done = "canary" } catch {}
    if (!Object.isFrozen(constructor)) try { Object.setPrototypeOf(constructor, class {}); done = "canary" } catch {}
    return done;
  };
  const caught = async (run) => { try { await run() } catch (error) { return spoil(error) } };
  const SIGNAL = { aborted: true, addEventListener() {}, removeEventListener() {} };`;

// A class of errors is on no module: whoever has an error of it could have itself told of everybody's, by a setter or another parent of the class.
test.each([
  [
    "ended by a signal",
    { builtins: { "timers/promises": true } },
    `return caught(() => require("timers/promises").setTimeout(1, 1, { signal: SIGNAL }))`,
  ],
  [
    "a connection",
    { builtins: { net: true }, net: LOOPBACK },
    `return new Promise((done) => require("net").connect(1, "127.0.0.1").on("error", (e) => done(spoil(e))))`,
  ],
  [
    "a connection with several addresses",
    { builtins: { net: true }, net: { connect: ["*"] } },
    `const lookup = (h, o, found) => found(null, [{ address: "127.0.0.1", family: 4 }, { address: "::1", family: 6 }]);
    return new Promise((done) => require("net").connect({ host: "x", port: 1, autoSelectFamily: true, lookup }).on("error", (e) => done(spoil(e) + e.errors.map(spoil))))`,
  ],
  [
    "a port in use",
    { builtins: { net: true }, net: LOOPBACK },
    `return new Promise((done) => { const { createServer } = require("net"); const server = createServer().listen(0, "127.0.0.1", () =>
      createServer().on("error", (e) => { server.close(); done(spoil(e)) }).listen(server.address().port, "127.0.0.1")) })`,
  ],
  [
    "a name",
    { builtins: { dns: true }, net: LOOPBACK },
    `return new Promise((done) => require("dns").lookup("moat.invalid", (e) => done(spoil(e))))`,
  ],
  [
    "an address that is none",
    { builtins: { dns: true }, net: LOOPBACK },
    `return caught(() => require("dns").reverse("moat.invalid", () => {}))`,
  ],
  [
    "a name, by net",
    { builtins: { net: true }, net: LOOPBACK },
    `return new Promise((done) => require("net").connect(1, "moat.invalid").on("error", (e) => done(spoil(e))))`,
  ],
  [
    "a file that is not there to watch",
    { builtins: { fs: true }, fs: { read: ["<package>"] } },
    `return caught(() => require("fs").watch(__dirname + "/none"))`,
  ],
  [
    "a program",
    { builtins: { child_process: true }, commands: ["/none/none"] },
    `return new Promise((done) => require("child_process").spawn("/none/none").on("error", (e) => done(spoil(e))))`,
  ],
  ["the system", { builtins: { os: true } }, `return caught(() => require("os").getPriority(2 ** 30))`],
  [
    "the system, asked for where there was little stack",
    { builtins: { os: true } },
    `let os; (function down() { try { down() } catch {} if (!os) try { os = require("os") } catch {} })(); return caught(() => os.getPriority(2 ** 30))`,
  ],
  [
    "a connection, begun where there was little stack",
    { builtins: { net: true }, net: LOOPBACK },
    `const net = require("net"); let socket; (function down() { try { down() } catch {} if (!socket) try { socket = net.connect(1, "127.0.0.1") } catch {} })();
    socket?.on("error", () => {}); const lookup = (h, o, found) => found(null, [{ address: "127.0.0.1", family: 4 }, { address: "::1", family: 6 }]);
    return new Promise((done) => net.connect({ host: "127.0.0.1.", port: 1, autoSelectFamily: true, lookup }).on("error", (e) => done(spoil(e) + (e.errors ?? []).map(spoil))))`,
  ],
  [
    "datagrams",
    { builtins: { dgram: true }, net: LOOPBACK },
    `return caught(() => require("dgram").createSocket("udp4").getSendBufferSize())`,
  ],
  [
    "a response that ends",
    { builtins: { http: true, net: true }, net: LOOPBACK },
    `return new Promise((done) => { const server = require("net").createServer((c) => c.destroy()).listen(0, "127.0.0.1", () =>
      require("http").get({ host: "127.0.0.1", port: server.address().port }).on("error", (e) => { server.close(); done(spoil(e)) })) })`,
  ],
  [
    "a handshake that ends",
    { builtins: { tls: true, net: true }, net: LOOPBACK },
    `return new Promise((done) => { const server = require("net").createServer((c) => c.end()).listen(0, "127.0.0.1", () =>
      require("tls").connect({ host: "127.0.0.1", port: server.address().port }).on("error", (e) => { server.close(); done(spoil(e)) })) })`,
  ],
  [
    "whose certificate it is",
    { builtins: { tls: true } },
    `return spoil(require("tls").checkServerIdentity("a", { subject: { CN: "b" } }))`,
  ],
  [
    "a session of http2",
    { builtins: { http2: true, net: true }, net: LOOPBACK },
    `return new Promise((done) => { const server = require("net").createServer((c) => c.on("error", () => {}).end("x".repeat(40))).listen(0, "127.0.0.1", () => {
      const client = require("http2").connect("http://127.0.0.1:" + server.address().port).on("error", (e) => { server.close(); done(spoil(e)) }); client.request({}).on("error", () => {}) }) })`,
  ],
  [
    "fetch",
    { builtins: { net: true }, globals: ["fetch"], net: LOOPBACK },
    `return new Promise((done) => { const server = require("net").createServer((c) => c.on("error", () => {}).once("data", () => c.end("junk"))).listen(0, "127.0.0.1", () =>
      fetch("http://127.0.0.1:" + server.address().port).catch((e) => { server.close(); done(spoil(e.cause) + spoil(Object.getPrototypeOf(e.cause))) })) })`,
  ],
  // V8 reads it, so that the parser's own words are told.
  [
    "a text that does not parse",
    {},
    `return caught(() => { try { new Function("f() = 1") } catch (error) { throw error.loc } })`,
  ],
  [
    "a rejection without a reason",
    { builtins: { util: true } },
    `return new Promise((done) => require("util").callbackify(() => Promise.reject(null))((e) => done(spoil(e))))`,
  ],
  [
    "a rejection without a reason, by what is no promise",
    { builtins: { util: true } },
    `return new Promise((done) => require("util").callbackify(() => ({ then: (a, b) => b(null) }))((e) => done(spoil(e))))`,
  ],
  [
    "several addresses, looked at before the socket tells",
    { builtins: { net: true }, net: { ...LOOPBACK, connect: ["*"] } },
    `const net = require("net"); const server = net.createServer(); await new Promise((done) => server.listen(0, "127.0.0.1", done)); const { port } = server.address();
    const lookup = (h, o, found) => found(null, [{ address: "127.0.0.1", family: 4 }, { address: "127.0.0.2", family: 4 }]);
    const socket = net.connect({ host: "x", port: 1, localPort: port, autoSelectFamily: true, lookup }).on("error", () => {}); server.close(); return spoil(socket.errored)`,
  ],
  [
    "a stream of http2, looked at before it tells",
    { builtins: { http2: true, stream: true }, net: LOOPBACK },
    `const { Duplex } = require("stream"); await null; const session = require("http2").connect("http://x", { createConnection: () => new Duplex({ read() {}, write() {} }) }).on("error", () => {});
    Object.defineProperty(session[Object.getOwnPropertySymbols(session).find((k) => k.description === "kHandle")], "request", { value: () => -1 }); return spoil(session.request({}).on("error", () => {}).errored.cause)`,
  ],
  [
    "a stream of nothing",
    { builtins: { stream: true } },
    `await null; return caught(() => require("stream").Readable.prototype.reduce.call({ [Symbol.asyncIterator]: () => ({ next: () => ({ done: true }) }) }, () => {}))`,
  ],
])("the error of %s", async (name, grants, technique) => {
  const damage = await attack({
    techniques: { [name]: SPOIL + technique },
    grants: { globals: [], builtins: {}, ...grants },
    aftermath: `assert(/^(?:held,?)+$/.test(outcomes[${JSON.stringify(name)}]), outcomes[${JSON.stringify(name)}])`,
  });
  expect(damage).toMatchObject({ ...NOTHING, connections: expect.any(Number) });
});
