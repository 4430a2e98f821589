import { expect, test } from "vitest";
import { cert, key } from "../../packages/core/test/endowments/test-certificate.ts";
import { attack, NOTHING } from "./hostile-package.ts";

/** None of it needs a socket. */
const grants = {
  builtins: { http: true, http2: true, net: true, stream: true, tls: true, zlib: true },
  globals: ["Buffer", "setTimeout", "structuredClone"],
};

/** Hands a native method of Node's what it is not for. */
const hand = (expression: string) => `
  const http = require("http"), http2 = require("http2"), net = require("net"), tls = require("tls"), { Duplex } = require("stream");
  const symbol = (object, name) => Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
  const foreign = () => require("zlib").createGzip()._handle;
  const over = (handle) => { const stream = new Duplex({ read() {}, write(_chunk, _encoding, done) { done() } }).on("error", () => {});
    if (handle) stream._handle = Object.assign(handle, { isStreamBase: true, readStart: () => 0, readStop: () => 0 }); return stream };
  const serve = (stream, server = http.createServer()) => (server.emit("connection", stream), stream);
  const secure = () => new tls.TLSSocket(over(), {}).on("error", () => {});
  const session = async (stream = over()) => { const made = http2.connect("http://x", { createConnection: () => stream }).on("error", () => {});
    await new Promise((done) => setTimeout(done, 1)); return made[symbol(made, "kHandle")] };
  let outcome; try { outcome = await ${expression} } catch (error) { return "refused: " + error.message } return "done: " + outcome;`;

test("no native method of streams, parsers and sessions is given another class's handle", async () => {
  const damage = await attack({
    grants,
    techniques: {
      "a parser, by a connection": hand("serve(over(foreign()))"),
      "a parser": hand("serve(over()).parser.consume(foreign())"),
      "a parser, by a proxy": hand("serve(over()).parser.consume(new Proxy(secure()._handle, {}))"),
      "a parser, by an heir": hand("serve(over()).parser.consume(Object.create(secure()._handle))"),
      "a parser's list": hand("serve(over()).parser.initialize(1, {}, 0, 0, foreign())"),
      "a session, by a connection": hand("session(over(foreign()))"),
      "a session of a server": hand("serve(over(foreign()), http2.createServer())"),
      "a session": hand("session().then((one) => one.consume(foreign()))"),
      "a write": hand("secure()._handle._parent.finishWrite(foreign(), 0)"),
      "a write, by the class": hand(
        "secure()._handle._parent.finishWrite(Object.setPrototypeOf(foreign(), Object.getPrototypeOf(secure()._handle)), 0)",
      ),
      "an end": hand("secure()._handle._parent.finishShutdown(foreign(), 0)"),
    },
  });
  expect(damage).toMatchObject(NOTHING);
  const REFUSED =
    /^refused: (?:Not the handle of a stream|Not a (?:request of a stream|server's list of connections)|Illegal invocation)$/;
  expect(Object.entries(damage.outcomes).filter(([, outcome]) => !REFUSED.test(outcome))).toEqual([]);
  expect(Object.keys(damage.outcomes)).toHaveLength(11);
});

test("no native method of streams and sessions reads what lies behind its arguments", async () => {
  const damage = await attack({
    grants,
    techniques: {
      "headers that do not end": hand(`session().then((one) => typeof one.request(["a".repeat(3000), 1], 0))`),
      "headers without a flag": hand(`session().then((one) => typeof one.request(["a\\0b\\0", 1], 0))`),
      "fewer headers than said": hand(`session().then((one) => typeof one.request([":path\\0/\\0\\0a", 2], 0))`),
      "a count that is none": hand(
        `session().then((one) => typeof one.request([":path\\0/\\0\\0", { valueOf: () => 1 }], 0))`,
      ),
      "more headers than there is room for": hand(
        `session().then((one) => typeof one.request([":path\\0/\\0\\0", 2 ** 31], 0))`,
      ),
      "fewer origins than none": hand(`session().then((one) => typeof one.origin("a\\0", -1))`),
      "origins that do not end": hand(`session().then((one) => typeof one.origin("a".repeat(5000), 1))`),
      "a buffer that goes while a list is read": hand(`new Promise((done) => {
        const { _parent: handle } = secure()._handle, socket = new net.Socket(); let request = null;
        const take = (given) => ((request = given), 0);
        socket._handle = { writeLatin1String: take, readStart: () => 0, close() {} }; socket.write("x", "latin1");
        handle.onwrite = (_request, chunks) => (done(chunks.map(({ length }) => length).join()), 0);
        const buffer = Buffer.alloc(100_000), list = [buffer];
        Object.defineProperty(list, 1, { get: () => (structuredClone(buffer.buffer, { transfer: [buffer.buffer] }), Buffer.from("x")) });
        handle.writev(request, list, true) })`),
      "a buffer that goes while a text is made": hand(`(() => {
        const { _parent: handle } = secure()._handle, buffer = Buffer.alloc(100_000);
        return handle.writev({}, [buffer, "buffer", { toString: () => (structuredClone(buffer.buffer, { transfer: [buffer.buffer] }), "x") }, "latin1"], false) })()`),
    },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.outcomes).toEqual({
    "headers that do not end": "refused: A text that does not end",
    "headers without a flag": "refused: A text that does not end",
    "fewer headers than said": "refused: A text that does not end",
    "a count that is none": "refused: Not a text and a number",
    "more headers than there is room for": "refused: More than the text holds",
    "fewer origins than none": "refused: More than the text holds",
    "origins that do not end": "refused: A text that does not end",
    "a buffer that goes while a list is read": "done: 0,1",
    "a buffer that goes while a text is made": "refused: Not a list of buffers",
  });
});

test("streams, servers and sessions are given what Node gives them", async () => {
  const damage = await attack({
    before: `
      const http = require("http"), http2 = require("http2"), net = require("net"), dgram = require("dgram");
      const { Duplex } = require("stream");
      const listening = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
      const textOf = async (stream) => { let text = ""; for await (const part of stream.setEncoding("utf8")) text += part; return text };
      /** Two ends of a stream that is no socket. */
      const pair = () => { const make = () => new Duplex({ read() {}, write(chunk, _encoding, done) { this.other.push(chunk); setImmediate(done) }, final(done) { this.other.push(null); done() } });
        const [one, other] = [make(), make()]; one.other = other; other.other = one; return [one, other] };
      globalThis.work = async () => {
        const seen = [];
        const server = http.createServer(async (request, response) => { response.writeHead(200, { trailer: "x-t" }); for (const part of ["a", Buffer.from("b"), "c"]) response.write(part); response.addTrailers({ "x-t": await textOf(request) }); response.end("d") });
        const port = await listening(server);
        const agent = new http.Agent({ keepAlive: true });
        for (let round = 0; round < 2; round++) await new Promise((done) => http.request({ port, host: "127.0.0.1", agent, method: "POST" }, async (response) => { seen.push(await textOf(response), response.trailers["x-t"]); done() }).end("sent"));
        agent.destroy(); server.close();
        const [one, other] = pair(); server.emit("connection", other);
        await new Promise((done) => http.get({ createConnection: () => one }, async (response) => { seen.push(await textOf(response)); done() }));
        const plain = http2.createServer((request, response) => { response.setHeader("x-many", ["1", "2"]); response.write("h"); response.end("2") });
        const over = async (options, origin) => { const client = http2.connect(origin, options).on("error", (error) => seen.push(error.code));
          const stream = client.request({ ":path": "/", "x-a": "b" }); const headers = await new Promise((done) => stream.on("response", done)); seen.push(headers["x-many"], await textOf(stream)); client.close() };
        await over({}, "http://127.0.0.1:" + (await listening(plain)));
        const [mine, theirs] = pair(); plain.emit("connection", theirs); await over({ createConnection: () => mine }, "http://x"); plain.close();
        const datagrams = dgram.createSocket("udp4"); await new Promise((done) => datagrams.bind(0, "127.0.0.1", done));
        const came = new Promise((done) => datagrams.on("message", (text) => done(String(text)))); datagrams.send(["a", Buffer.from("b")], datagrams.address().port, "127.0.0.1"); seen.push(await came); datagrams.close();
        const lines = net.createServer((socket) => { socket.cork(); for (const part of ["a", Buffer.from("b"), "c"]) socket.write(part); socket.uncork(); socket.end() });
        seen.push(await textOf(net.connect(await listening(lines), "127.0.0.1"))); lines.close();
        return JSON.stringify(seen);
      };`,
    grants: { shares: ["work"] },
    techniques: { all: "return await work()" },
  });
  expect(damage.outcomes["all"]).toBe(
    JSON.stringify(["abcd", "sent", "abcd", "sent", "abcd", "1, 2", "h2", "1, 2", "h2", "ab", "abc"]),
  );
});

/** Ends a connection of TLS while native code tells of it, once for each thing that it tells of. */
const endWhile = (side: "client" | "server", prepare: string, told: string) => `
  const tls = require("tls"), { Duplex } = require("stream");
  const end = () => new Duplex({ read() {}, write(chunk, _encoding, done) { this.other.push(chunk); setTimeout(done, 1) }, final(done) { this.other.push(null); done() } }).on("error", () => {});
  const [near, far] = [end(), end()]; near.other = far; far.other = near;
  const server = new tls.TLSSocket(far, { isServer: true, secureContext: tls.createSecureContext(${JSON.stringify({ key, cert })}) }).on("error", () => {});
  const client = tls.connect({ socket: near, rejectUnauthorized: false }).on("error", () => {});
  const handle = ${side}._handle; ${prepare};
  return new Promise((done) => { handle.${told} = () => { handle.destroySSL(); for (let size = 0; size < 3000; size++) new Uint8Array(size).fill(65); setTimeout(done, 20, "ended") } })`;

test("what native code works with is not freed while it tells of its work", async () => {
  const damage = await attack({
    grants,
    techniques: {
      "keys of a server": endWhile("server", "handle.enableKeylogCallback()", "onkeylog"),
      "keys of a client": endWhile("client", "handle.enableKeylogCallback()", "onkeylog"),
      "a server's handshake that begins": endWhile("server", "", "onhandshakestart"),
      "a server's handshake that is done": endWhile("server", "", "onhandshakedone"),
      "a client's handshake that is done": endWhile("client", "", "onhandshakedone"),
      "a certificate that is asked for": endWhile("server", "handle.enableCertCb()", "oncertcb"),
    },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(Object.values(damage.outcomes)).toEqual(Array.from({ length: 6 }, () => "ended"));
});

test("nothing is read again while it is read", async () => {
  const frame = (type: number, flags: number, stream: number, bytes: readonly number[]) => [
    0,
    0,
    bytes.length,
    type,
    flags,
    0,
    0,
    0,
    stream,
    ...bytes,
  ];
  const headers = (stream: number) => frame(1, 5, stream, [0x82, 0x84, 0x86, 1, 1, 0x78]);
  const damage = await attack({
    grants,
    techniques: {
      "a session, by what it looks up": `
        const http2 = require("http2"), { Duplex } = require("stream"), symbol = (object, name) => Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
        const connection = new Duplex({ read() {}, write(_chunk, _encoding, done) { done() } }), server = http2.createServer(), seen = []; let session;
        server.on("session", (made) => (session = made)); server.on("stream", ({ id }) => seen.push(id)); server.emit("connection", connection);
        await new Promise((done) => setTimeout(done, 1));
        const state = session[symbol(session, "state")], { streams } = state, more = Buffer.from(${JSON.stringify(headers(5))}); let first = true;
        state.streams = new Proxy(streams, { get(_, key) { const value = streams[key]; if (key !== "get") return typeof value === "function" ? value.bind(streams) : value;
          return (id) => { if (first) { first = false; connection.emit("data", more); try { session[symbol(session, "kHandle")].receive(more); seen.push("read") } catch (error) { seen.push(error.message) } } return streams.get(id) } } });
        connection.emit("data", Buffer.concat([Buffer.from("PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"), Buffer.from(${JSON.stringify([...frame(4, 0, 0, []), ...headers(1), ...headers(3)])})]));
        await new Promise((done) => setTimeout(done, 20)); session.destroy(); return seen.join()`,
      "a parser, by what it tells of": `
        const http = require("http"), { Duplex } = require("stream"), connection = new Duplex({ read() {}, write(_chunk, _encoding, done) { done() } }), server = http.createServer(), seen = [];
        server.emit("connection", connection); const request = (path, rest = "\\r\\n") => Buffer.from("GET /" + path + " HTTP/1.1\\r\\nhost: x\\r\\n" + rest);
        server.on("request", ({ url }) => { seen.push(url); if (url === "/1") { seen.push(connection.parser.execute(request(3))); connection.emit("data", request(4, "a: b")) } });
        connection.emit("data", Buffer.concat([request(1), request(2)])); connection.emit("data", Buffer.from("c\\r\\n\\r\\n"));
        server.on("clientError", ({ code }) => seen.push(code)); server.on("request", ({ url }) => url === "/5" && connection.parser.execute(Buffer.from("what?\\r\\n\\r\\n")));
        connection.emit("data", request(5)); return seen.join()`,
    },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.outcomes).toEqual({
    "a session, by what it looks up": "moat: nothing else is read while this is,1,3,5",
    "a parser, by what it tells of": "/1,28,/2,/3,/4,/5,HPE_INVALID_METHOD",
  });
});

test("a parser and the list of connections that it is on are there as long as each other", async () => {
  const begin = (work: string) => `const http = require("http"), { Duplex } = require("stream");
    const serve = () => { const server = http.createServer((_request, response) => response.end("x")); server.emit("listening");
      return [server, server[Object.getOwnPropertySymbols(server).find(({ description }) => description === "http.server.connections")]] };
    const connect = (server) => { const connection = new Duplex({ read() {}, write(_chunk, _encoding, done) { done() } }).on("error", () => {}); server.emit("connection", connection); return connection };
    const wait = () => new Promise((done) => setTimeout(done, 5)), fill = (count) => Array.from({ length: count }, (_, index) => Buffer.alloc(100 + index % 3000, 65));
    const [server, list] = serve(); ${work}; return list.all().length + " are left"`;
  const damage = await attack({
    grants,
    techniques: {
      "one that begins on another's list": begin(
        `const [, other] = serve(); for (let count = 0; count < 200; count++) { const { parser } = connect(server); parser.initialize(1, {}, 0, 0, other); parser.close() } await wait(); fill(20_000)`,
      ),
      "one that begins without any": begin(
        `for (let count = 0; count < 200; count++) { const { parser } = connect(server); parser.initialize(1, {}, 0, 0); parser.close() } await wait(); fill(20_000)`,
      ),
      "one whose list nobody has":
        begin(`const all = Array.from({ length: 100 }, () => { const connection = connect(server), [other, forgotten] = serve(); connection.parser.initialize(1, {}, 0, 0, forgotten); other.close(); return connection });
        for (let round = 0; round < 40; round++) { Array.from({ length: 20_000 }, (_, index) => ({ index: [index] })); new Uint8Array(3e7); await wait() } fill(20_000);
        for (const connection of all) { connection.emit("data", Buffer.from("GET / HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")); connection.parser?.close() } await wait()`),
    },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(Object.values(damage.outcomes)).toEqual(["0 are left", "0 are left", "0 are left"]);
});

test("a parser that reads from its connection by itself is handed nothing else meanwhile", async () => {
  const damage = await attack({
    before: `const http = require("http"), net = require("net");
      /** What comes of requests that are handed over one after the other, of which the first may have been read before. */
      const serve = (options, texts) => new Promise((done) => { const seen = [], sockets = new Set();
        const server = http.createServer((request, response) => { seen.push(request.url + " " + request.headers.foo); options.middleware?.(request); response.end() });
        server.on("clientError", (error, socket) => { seen.push(error.code); socket.destroy() });
        server.on("upgrade", (request, socket, head) => { seen.push("upgrade " + request.url + " " + head); socket.on("data", (more) => seen.push(String(more))) });
        const front = net.createServer((socket) => { sockets.add(socket); if (!options.sniffs) return server.emit("connection", socket);
          socket.once("data", (bytes) => { socket.pause(); socket.unshift(bytes); server.emit("connection", socket); process.nextTick(() => socket.resume()) }) });
        front.listen(0, "127.0.0.1", async () => { const client = net.connect(front.address().port, "127.0.0.1").on("error", () => {});
          for (const text of texts) { client.write(text); await new Promise((next) => setTimeout(next, 30)) }
          client.destroy(); for (const socket of sockets) socket.destroy(); front.close(); done(seen.join()) }) });
      globalThis.work = (middleware) => serve({ middleware }, ["GET /1 HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n", "BBBB\\r\\n\\r\\n"]);
      globalThis.others = async () => [
        await serve({ sniffs: true }, ["GET /1 HTTP/1.1\\r\\nhost: x\\r\\n\\r\\nGET /2 HTTP/1.1\\r\\nho", "st: x\\r\\n\\r\\n"]),
        await serve({ sniffs: true }, ["GET /1 HTTP/1.1\\r\\nhost: x\\r\\nconnection: upgrade\\r\\nupgrade: y\\r\\n\\r\\nhead", "more"]),
        await serve({ sniffs: true }, ["what?\\r\\n\\r\\n"]),
        await serve({}, ["GET /1 HTTP/1.1\\r\\nhost: x\\r\\nconnection: upgrade\\r\\nupgrade: y\\r\\n\\r\\nhead", "more"]),
      ];`,
    grants: { shares: ["work", "others"], globals: ["Buffer"] },
    techniques: {
      "by who is handed a request": `return work(({ url, socket }) => { if (url === "/1") socket.parser.execute(Buffer.from("GET /x HTTP/1.1\\r\\nhost: x\\r\\nfoo: AAAA")) })`,
      "once it no longer reads": `return work(({ url, socket }) => { if (url === "/1") { socket.parser.unconsume(); socket.parser.execute(Buffer.from("GET /x HTTP/1.1\\r\\nhost: x\\r\\nfoo: AAAA")) } })`,
      "what was read before": `return JSON.stringify(await others())`,
    },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.outcomes).toEqual({
    "by who is handed a request": "/1 undefined,/x AAAABBBB",
    "once it no longer reads": "/1 undefined,/x AAAABBBB",
    "what was read before": JSON.stringify([
      "/1 undefined,/2 undefined",
      "upgrade /1 head,more",
      "HPE_INVALID_METHOD",
      "upgrade /1 head,more",
    ]),
  });
});

test("what only reads as an address is looked up by nobody, and ends no process", async () => {
  const damage = await attack({
    grants: { builtins: { dns: true } },
    techniques: {
      "by a callback": `try { require("dns").lookupService({ toString: () => "127.0.0.1" }, 53, () => {}) } catch (error) { return error.code }`,
      "by a promise": `try { await require("dns").promises.lookupService(["127.0.0.1"], 53) } catch (error) { return error.code }`,
    },
    aftermath: `for (const code of Object.values(outcomes)) assert(code === "ERR_INVALID_ARG_TYPE", code)`,
  });
  expect(damage).toMatchObject(NOTHING);
});
