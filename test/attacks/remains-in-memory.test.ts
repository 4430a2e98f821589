import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/** Memory that the application has let go, with its secret in it. */
const before = `const { Buffer } = require("buffer"); globalThis.given = { secret: process.env.SECRET, use() {
  for (let round = 0; round < 60; round++) for (const size of [100, 400, 3000, 5000, 16384]) Buffer.alloc(size, process.env.SECRET) } };`;
const grants = {
  builtins: { buffer: true, zlib: true },
  globals: ["Buffer", "setTimeout", "console"],
  shares: ["given"],
};

/** Takes memory in one way until some holds the secret. */
const look = (
  expression: string,
) => `const { secret } = given, zlib = require("zlib"), { SlowBuffer = Buffer.alloc } = require("buffer");
  const lying = (length) => Object.defineProperties(new Uint8Array(1), { length: { value: length }, byteLength: { value: length } });
  const listOf = (...elements) => new Proxy([1], { get: (list, key) => key === "0" ? elements.length > 1 ? elements.shift() : elements[0] : list[key] });
  const changing = (...said) => ({ get length() { return said.length > 1 ? said.shift() : said[0] } });
  for (let round = 0; round < 60; round++) {
    given.use();
    if (round % 10 === 0) await new Promise((done) => setTimeout(done, 1));
    let buffer; try { buffer = ${expression} } catch (error) { if (error.code === "ERR_INVALID_ARG_TYPE") return "refused"; throw error }
    if (Buffer.from(buffer.buffer).includes(secret)) return secret;
  }
  return "nothing found"`;

test("memory that a package is given shows nothing of what others had in it", async () => {
  const damage = await attack({
    before,
    grants,
    techniques: {
      allocUnsafe: look("Buffer.allocUnsafe(5000)"),
      "a little of it": look("Buffer.allocUnsafe(100)"),
      allocUnsafeSlow: look("Buffer.allocUnsafeSlow(5000)"),
      "around an aligned one": look("Buffer.allocUnsafeSlow(3000, 4096)"),
      SlowBuffer: look("SlowBuffer(5000)"),
      "a buffer that says that it is longer": look("Buffer.concat([lying(5000)])"),
      "a list that changes": look("Buffer.concat(listOf(new Uint8Array(5000), new Uint32Array(1250)))"),
      "a list that changes later": look(
        "Buffer.concat(listOf(new Uint8Array(5000), new Uint8Array(5000), new Uint32Array(1250)))",
      ),
      "a list that changes, of a given length": look(
        "Buffer.concat(listOf(new Uint8Array(5000), new Uint32Array(1250)), 5000)",
      ),
      "of a buffer that says that it is longer": look("Buffer.from(lying(5000))"),
      "of an object whose length changes": look("Buffer.from(changing(5000, 1))"),
      "of an object whose length changes later": look("Buffer.from(changing(5000, 5000, 1))"),
      "of an object whose length changes last": look("Buffer.from(changing(5000, 5000, 5000, 1))"),
      "a copy of a buffer that says that it is longer": look("Buffer.copyBytesFrom(lying(5000), 0, 5000)"),
      "of a class that says so": look(
        "Buffer.from(new (class extends Uint8Array { get length() { return 5000 } get byteLength() { return 5000 } })(1))",
      ),
      "behind what could not be read": look(`Buffer.from("zz".repeat(3000), "hex")`),
      "behind compressed data": look(`zlib.deflateSync("x")`),
    },
    aftermath: `for (const [name, outcome] of Object.entries(outcomes)) assert(outcome === "nothing found" || outcome === "refused", name + ": " + outcome)`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a size that changes while it is looked at has no place in Node's pool", async () => {
  const sizes = (...said: number[]) => `let at = 0; const said = ${JSON.stringify(said)}; let buffer;
    try { buffer = Buffer.from({ get length() { return said[Math.min(at++, said.length - 1)] } }) } catch { return "none" } return buffer.buffer.byteLength === 8192 ? "the pool" : "none"`;
  const damage = await attack({
    grants: { globals: ["Buffer"] },
    techniques: {
      three: sizes(50, 50, 50, -5, -5, 50),
      two: sizes(50, 50, -5, -5, 50),
      four: sizes(50, 50, 50, 50, -5, -5, 50),
      five: sizes(50, 50, 50, 50, 50, -5, -5, 50),
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome === "none"), JSON.stringify(outcomes))`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("no stream of Node's is given the address of a buffer, which may be gone by then", async () => {
  const damage = await attack({
    before: `const net = require("net"), given = (globalThis.given = { connect: (options) => new Promise((done) => {
        const server = net.createServer((socket) => { socket.write("a".repeat(10)); setTimeout(() => socket.end("bcd"), 50) }).listen(0, "127.0.0.1", () => {
          const { port } = server.address(); done(net.connect({ port, host: "127.0.0.1", ...options }).on("close", () => server.close())) }) }) });`,
    grants: { globals: ["Buffer"], shares: ["given"] },
    techniques: {
      "of a socket that is handed over": `const socket = await given.connect(), bytes = Buffer.alloc(64); let text = "";
        socket._handle.useUserBuffer(bytes); socket.on("data", (chunk) => (text += chunk)); await new Promise((done) => socket.on("close", done));
        return text + " " + bytes.some((byte) => byte !== 0)`,
    },
    aftermath: `assert(JSON.stringify(outcomes) === '{"of a socket that is handed over":"aaaaaaaaaabcd false"}', JSON.stringify(outcomes));
      const parts = []; let socket; let count = 0;
      const callback = (length, buffer) => { parts.push(buffer.toString("latin1", 0, length)); if (++count === 2) { setTimeout(() => socket.resume(), 20); return false } };
      for (const buffer of [Buffer.alloc(4), () => Buffer.alloc(6)]) { socket = await given.connect({ onread: { buffer, callback } }); await new Promise((done) => socket.on("close", done)) }
      assert(parts.join("|") === "aaaa|aaaa|aa|bcd|aaaaaa|aaaa|bcd", "the application has buffers of its own filled: " + parts.join("|"));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("other threads of Node's read and write no memory that a package can give away meanwhile", async () => {
  const compressing = `const zlib = require("zlib"); const stream = zlib.createDeflate({ level: 1, chunkSize: 4096 }); const parts = [];
    stream.on("data", (part) => parts.push(part)); const ended = new Promise((done, fail) => stream.on("end", done).on("error", fail));
    const moved = ({ buffer }) => new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));`;
  const inflated = `await ended; const text = zlib.inflateSync(Buffer.concat(parts)).toString("latin1"); return text.length + " " + [...new Set(text)].join("")`;
  const damage = await attack({
    grants: { globals: ["Buffer", "structuredClone", "setTimeout"], builtins: { zlib: true, crypto: true } },
    techniques: {
      "memory that is given away by a number": `const stream = require("zlib").createDeflateRaw({ level: 0 }), given = Buffer.alloc(1000, "a"), into = Buffer.alloc(2000);
        const zero = { valueOf() { new Uint8Array(structuredClone(given.buffer, { transfer: [given.buffer] })).fill(98); return 0 } };
        try { stream._handle.writeSync(4, given, 0, 1000, into, zero, 2000) } catch { return given.length + " refused" } return given.length + " " + into.includes("b")`,
      "memory that is being filled": `const given = new Uint8Array(1 << 22), filled = new Promise((done) => require("crypto").randomFill(given, done));
        const mine = new Uint8Array(structuredClone(given.buffer, { transfer: [given.buffer] })); await filled; return given.length + " " + mine.some((byte) => byte !== 0)`,
      "memory that is being compressed": `${compressing} const given = Buffer.alloc(1 << 22, "a"); stream.end(given); moved(given).fill(98); ${inflated}`,
      "memory that is written to": `${compressing} stream.end(Buffer.alloc(1 << 16, "a")); const { _outBuffer } = stream, mine = moved(_outBuffer); stream._outBuffer = Buffer.alloc(4096);
        await new Promise((done) => setTimeout(done, 50)); return _outBuffer.length + " " + mine.some((byte) => byte !== 0)`,
      "the numbers that say how far it came": `${compressing} const given = stream._writeState, mine = new Uint32Array(moved(given).buffer); mine.fill(7);
        stream._writeState = new Uint32Array(2); stream.end("x"); await new Promise((done) => setTimeout(done, 50)); return given.length + " " + mine.join()`,
      "what it works with": `${compressing} stream.write(Buffer.alloc(1 << 22, "a")); const told = [];
        for (const use of [() => stream.reset(), () => stream._handle.params(3, 0), () => stream._handle.init(15, 6, 8, 0, new Uint32Array(2), () => {}, undefined)])
          try { use(); told.push("done") } catch { told.push("refused") }
        stream.end(); ${inflated.replace("return ", "return told.join() + ' ' + ")}`,
    },
    aftermath: `const all = JSON.stringify(outcomes); assert(all === JSON.stringify({ "memory that is given away by a number": "0 refused",
      "memory that is being filled": "0 false", "memory that is being compressed": "4194304 a", "memory that is written to": "0 false",
      "the numbers that say how far it came": "0 7,7", "what it works with": "refused,refused,refused 4194304 a" }), all);`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("zlib and randomFill are as in Node", async () => {
  const damage = await attack({
    grants: { builtins: { zlib: true, crypto: true, util: true }, globals: ["Buffer"] },
    techniques: {
      all: `const zlib = require("zlib"), crypto = require("crypto"), { promisify } = require("util"); const bad = [];
        const text = Buffer.from(Array.from({ length: 60000 }, (_, at) => "line " + (at * 7919) % 1000).join("\\n"));
        const ways = [["gzip", "gunzip"], ["deflate", "inflate"], ["deflateRaw", "inflateRaw"], ["brotliCompress", "brotliDecompress"], ["gzip", "unzip"], ["zstdCompress", "zstdDecompress"]];
        for (const [pack, unpack] of ways) {
          if (!zlib[pack]) continue;
          const options = pack === "brotliCompress" ? { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 2 } } : {};
          for (const chunkSize of [64, 1000, 16384]) {
            const packed = await promisify(zlib[pack])(text, { ...options, chunkSize });
            if (!(await promisify(zlib[unpack])(packed, { chunkSize })).equals(text)) bad.push(pack + chunkSize);
            if (!zlib[unpack + "Sync"](zlib[pack + "Sync"](text, options)).equals(text)) bad.push(pack + "Sync");
          }
          const Stream = zlib["create" + pack[0].toUpperCase() + pack.slice(1)](options), parts = [];
          Stream.on("data", (part) => parts.push(part));
          // One buffer for all that is written, filled anew as soon as it was taken.
          const buffer = Buffer.alloc(700); let at = 0;
          await new Promise((done, fail) => { Stream.on("end", done).on("error", fail); (function next() { if (at >= text.length) return Stream.end(); const length = text.copy(buffer, 0, at); at += length; Stream.write(buffer.subarray(0, length), next) })() });
          if (!zlib[unpack + "Sync"](Buffer.concat(parts)).equals(text)) bad.push(pack + " by pieces");
        }
        const dictionary = Buffer.from("line "), packed = zlib.deflateSync("line line", { dictionary });
        if (String(await promisify(zlib.inflate)(packed, { dictionary })) !== "line line") bad.push("dictionary");
        const again = zlib.createDeflate(), seen = []; again.on("data", (part) => seen.push(part));
        for (const word of ["one", "two"]) { seen.length = 0; await new Promise((done) => { again.write(word); again.flush(done) }); again.reset(); if (String(zlib.inflateSync(Buffer.concat(seen), { finishFlush: zlib.constants.Z_SYNC_FLUSH })) !== word) bad.push("reset") }
        again.write("x"); await new Promise((done) => again.params(9, 0, done));
        await promisify(zlib.gunzip)(text).then(() => bad.push("no error"), ({ code }) => { if (code !== "Z_DATA_ERROR") bad.push(code) });
        const fill = promisify(crypto.randomFill); const zeros = (view) => Array.from(new Uint8Array(view.buffer ?? view)).filter((byte) => byte === 0).length;
        if (zeros(await fill(Buffer.alloc(1000))) > 50 || zeros(await fill(new ArrayBuffer(1000))) > 50 || zeros(await fill(new DataView(new ArrayBuffer(1000)))) > 50) bad.push("not filled");
        if (Math.abs(zeros(await fill(new Uint32Array(100), 50)) - 200) > 15 || Math.abs(zeros(await fill(new Float64Array(100), 50, 10)) - 720) > 10 || Math.abs(zeros(await fill(new Uint8Array(new ArrayBuffer(300), 100, 100), 0, 50)) - 250) > 10) bad.push("not where it was asked for");
        for (const [args, code] of [[[Buffer.alloc(1), 2], "ERR_OUT_OF_RANGE"], [["x"], "ERR_INVALID_ARG_TYPE"], [[Buffer.alloc(1), 0, 2], "ERR_OUT_OF_RANGE"], [[Buffer.alloc(1), "0"], "ERR_INVALID_ARG_TYPE"]]) try { crypto.randomFill(...args, () => {}); bad.push("no error") } catch (error) { if (error.code !== code) bad.push(error.code) }
        return bad.join() || "as in Node"`,
    },
    aftermath: `assert(outcomes.all === "as in Node", outcomes.all)`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("what is parsed while packages are told of it is no memory that they can give away", async () => {
  const setUp = `const { Duplex } = require("stream"), http = require("http"); const through = new Duplex({ read() {}, write(part, encoding, done) { done() } });
    const given = Buffer.alloc(200, " "); const length = given.write(START + "Content-Length: 20\\r\\n\\r\\n" + "a".repeat(20), "latin1");
    const part = new Uint8Array(given.buffer, 0, length), moved = () => new Uint8Array(structuredClone(given.buffer, { transfer: [given.buffer] })).fill(98, 0, length);
    const came = (message, done) => { let text = ""; message.on("data", (some) => (text += some)).on("end", () => done(text)) };`;
  const damage = await attack({
    grants: { globals: ["Buffer", "structuredClone", "setTimeout"], builtins: { http: true, stream: true } },
    techniques: {
      "a request": `${setUp.replace("START", '"POST / HTTP/1.1\\r\\nHost: x\\r\\n"')}
        return new Promise((done) => { http.createServer((request) => { moved(); came(request, done) }).emit("connection", through); through.push(part) })`,
      "a response": `${setUp.replace("START", '"HTTP/1.1 200 OK\\r\\n"')}
        return new Promise((done) => { http.request({ createConnection: () => through }, (response) => { moved(); came(response, done) }).end(); setTimeout(() => through.push(part), 20) })`,
      "a request whose parser is closed": `${setUp.replace("START", '"POST / HTTP/1.1\\r\\nHost: x\\r\\n"')}
        return new Promise((done) => { http.createServer((request) => { through.parser.close(); for (let at = 0; at < 20000; at++) Buffer.alloc(300 + at % 700, "A"); came(request, done) }).emit("connection", through); through.push(part) })`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome === "a".repeat(20)), JSON.stringify(outcomes));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("no method of a buffer reads or writes what is not there, or not there any more", async () => {
  const moving = `const { constructor: { prototype } } = Buffer.alloc(0); const SIZE = 4000;
    const lying = (size) => { const one = Buffer.alloc(size, "a"); for (const name of ["length", "byteLength"]) Object.defineProperty(one, name, { value: SIZE * 2 }); return one };
    class Liar extends Uint8Array { get length() { return SIZE * 2 } get byteLength() { return SIZE * 2 } }
    /** Gives memory away when it is made a number, the so-manieth time. */
    const mover = (given, time = 1) => { let moved, times = 0; return { valueOf() { if (++times === time) moved = new Uint8Array(structuredClone(given.buffer, { transfer: [given.buffer] })).fill(122); return 0 },
      get wasWritten() { return moved !== undefined && moved.some((byte) => byte !== 122) } } };
    const saw = []; const tried = (name, run) => { let outcome; try { outcome = run() } catch { return } if (outcome) saw.push(name) };`;
  const damage = await attack({
    grants: { globals: ["Buffer", "structuredClone"], builtins: { v8: true } },
    techniques: {
      "methods in C++": `${moving}
        for (const name of Reflect.ownKeys(prototype)) for (const time of [1, 2, 3]) {
          if (/Slice$/.test(String(name))) for (const args of [(one) => [one, 40], (one) => [0, one]]) tried(name, () => { const given = Buffer.alloc(SIZE, "a"), text = String(given[name](...args(mover(given, time)))); return /zz|7a7a|enp6|\u7a7a/.test(text) });
          if (/Write$/.test(String(name))) for (const args of [(one) => ["41".repeat(20), one], (one) => ["41".repeat(20), one, 20], (one) => ["41".repeat(20), 0, one]]) tried(name, () => { const given = Buffer.alloc(SIZE, "a"), one = mover(given, time); try { given[name](...args(one)) } catch {} return one.wasWritten });
        }
        for (const time of [1, 2, 3]) tried("fill", () => { const given = Buffer.alloc(SIZE, "a"), one = mover(given, time); given.fill(one); return one.wasWritten });
        return saw.join() || "nothing"`,
      "bytes behind a buffer": `${moving}
        const seen = (target) => target.subarray(SIZE).some((byte) => byte !== 0);
        for (const source of [() => lying(SIZE), () => new Liar(SIZE)]) for (const args of [[0, 0, SIZE * 2], [0, 1, SIZE * 2], [1, 1], []])
          for (let round = 0; round < 20; round++) tried("copy", () => { const target = Buffer.alloc(SIZE * 2); prototype.copy.call(source(), target, ...args); return seen(target) });
        for (let round = 0; round < 20; round++) tried("concat", () => { const one = lying(SIZE); return Buffer.concat([Object.defineProperty(one, "constructor", { value: 1 })], SIZE * 2).subarray(SIZE).some((byte) => byte !== 0) });
        const told = (last) => { const other = Buffer.alloc(SIZE * 2, last); other.fill("a", 0, SIZE); try { return other.compare(lying(SIZE), 0, SIZE * 2, 0, SIZE * 2) } catch { return "refused" } };
        tried("compare", () => told(0) !== told(255));
        if (Buffer.from("abc").compare(Buffer.from("xbcd"), 1, 3, 1, 3) !== 0 || Buffer.from("b").compare(Buffer.from("a")) !== 1) saw.push("compare is broken");
        tried("into", () => Buffer.alloc(SIZE * 2, "x").copy(lying(SIZE), 0, 1, SIZE * 2) > SIZE);
        return saw.join() || "nothing"`,
      "what is read anew": `${moving} const v8 = require("v8");
        const bytes = (given) => ({ move: () => new Uint8Array(structuredClone(given.buffer, { transfer: [given.buffer] })).fill(122), given });
        for (const Class of [v8.Deserializer, v8.DefaultDeserializer, Object.getPrototypeOf(v8.DefaultDeserializer), v8.DefaultDeserializer.prototype.constructor, Object.getPrototypeOf(v8.DefaultDeserializer.prototype).constructor, class extends v8.Deserializer {}])
          tried(Class.name, () => { const { given, move } = bytes(Buffer.alloc(SIZE, 1)), reader = new Class(given); move(); return reader.readUint32() !== 1 });
        let leaked; class Setting extends v8.Deserializer { set buffer(value) { leaked = value } }
        tried("a setter", () => { const given = Buffer.alloc(SIZE, 1), reader = new Setting(given); return leaked !== undefined && leaked !== given });
        tried("a getter", () => { const made = v8.serialize([new Uint8Array(SIZE), "a".repeat(SIZE)]), given = Buffer.alloc(made.length); made.copy(given); let moved = false; const { buffer } = given;
          Object.defineProperty(given, "buffer", { get() { if (!moved) new Uint8Array(structuredClone(buffer, { transfer: [buffer] })).fill(122); moved = true; return buffer } });
          return v8.deserialize(given)[1].includes("z") });
        const [first, second] = v8.deserialize(v8.serialize([new Float64Array([1.5]), { a: new Map([[1, "x"]]) }])); if (first[0] !== 1.5 || second.a.get(1) !== "x") saw.push("broken");
        const reader = new (class Own extends v8.DefaultDeserializer { own() { return this.readValue() } })(v8.serialize({ b: 1 })); reader.readHeader(); if (reader.own().b !== 1 || !(reader instanceof v8.Deserializer)) saw.push("broken class");
        return saw.join() || "nothing"`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome === "nothing"), JSON.stringify(outcomes));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a decoder of texts shows nothing of what lies behind its state", async () => {
  const changed = (change: string) => `const { StringDecoder } = require("string_decoder"); const all = [];
    for (const encoding of ["utf8", "utf16le", "base64"]) {
      const decoder = new StringDecoder(encoding), [key] = Object.getOwnPropertySymbols(decoder); const state = decoder[key]; let text; ${change}
      try { text = decoder.end() } catch { continue } if (text.length > 8) all.push(encoding);
    } return all.join() || "nothing"`;
  const damage = await attack({
    grants: { globals: ["Buffer"], builtins: { string_decoder: true, stream: true } },
    techniques: {
      "more bytes than there are": changed("state[5] = 200;"),
      "in another buffer": changed("decoder[key] = Buffer.from([0, 0, 0, 0, 0, 200, 1]);"),
      "in a shorter one": changed("decoder[key] = new Uint8Array(1); decoder[key].fill(255);"),
      "in one that changes": changed(
        "let asked = 0; Object.defineProperty(decoder, key, { get: () => (++asked === 1 ? new Uint8Array(7) : Buffer.from([0, 0, 0, 0, 0, 200, 1])) });",
      ),
      "of a stream": `const { Readable } = require("stream"); const stream = new Readable({ read() {} }).setEncoding("utf8"); const { decoder } = stream._readableState;
        const [key] = Object.getOwnPropertySymbols(decoder); decoder[key][5] = 200; let text = ""; try { text = decoder.end() } catch {} return text.length > 8 ? text : "nothing"`,
      "as in Node": `const { StringDecoder } = require("string_decoder"); const decoder = new StringDecoder("utf8"), euro = Buffer.from("€"); const seen = [];
        seen.push(decoder.write(euro.subarray(0, 1)), decoder.lastNeed, decoder.lastTotal, decoder.write(euro.subarray(1)), decoder.write("text"), decoder.write(euro.subarray(0, 2)), decoder.end(), decoder.end(euro), decoder.text(Buffer.from("xyz"), 1));
        for (const use of [() => decoder.write(5), () => StringDecoder.prototype.write.call({}, euro)]) try { use(); seen.push("no error") } catch ({ code }) { seen.push(code) }
        class Own extends StringDecoder { write(bytes) { return "<" + super.write(bytes) + ">" } } seen.push(new Own("latin1").end(Buffer.from("a")));
        const text = JSON.stringify(seen); return text === '["",2,3,"€","text","","\ufffd","€","yz","ERR_INVALID_ARG_TYPE","ERR_INVALID_THIS","<a>"]' ? "nothing" : text`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome === "nothing"), JSON.stringify(outcomes));`,
  });
  expect(damage).toMatchObject(NOTHING);
});
