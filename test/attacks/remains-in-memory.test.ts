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
