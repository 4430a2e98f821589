import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/** A server of HTTP/2 and its client, over two streams that are each other's end. */
const PAIR = `const http2 = require("http2"), { Duplex } = require("stream");
  const pair = () => { const ends = [], end = (other) => new Duplex({ read() {}, write(chunk, _encoding, done) { ends[other].push(chunk); done() }, final(done) { ends[other].push(null); done() } }); ends.push(end(1), end(0)); return ends };
  const serve = (answer) => new Promise((done) => {
    const [here, there] = pair(), server = http2.createServer().on("stream", (stream) => { stream.on("error", (error) => done(error.message)); answer(stream, done) });
    server.emit("connection", there);
    const client = http2.connect("http://localhost", { createConnection: () => here }).on("error", (error) => done(error.message));
    const request = client.request({ ":path": "/" }); let text = "";
    request.on("data", (data) => (text += data)).on("end", () => done(text)).on("error", (error) => done(error.message)).end();
  });`;

/** What the application serves, for a package that is handed the stream. */
const before = `${PAIR} const fs = require("fs"); const given = (globalThis.given = { serve, run: (task) => task(), open: (path) => fs.openSync(path, "r") });`;
const grants = {
  builtins: { http2: true, stream: true, events: true },
  globals: ["console", "setTimeout", "setImmediate", "Buffer", "process"],
  shares: ["given"],
};
const throughErrors = (use: string) =>
  `(stream, done) => { try { ${use} } catch (error) { done("threw " + error.message) } }`;

test("a stream of HTTP/2 sends a package no file", async () => {
  const send = `stream.respondWithFile(SECRET_FILE, {}, {})`;
  const bound = `stream.respondWithFile.bind(stream, SECRET_FILE, {}, {})`;
  const handed = (use: string) =>
    `return Promise.race([given.serve(${throughErrors(use)}), new Promise((done) => setTimeout(done, 500, "threw later"))])`;
  const damage = await attack({
    before,
    grants,
    techniques: {
      "of a server of its own": `${PAIR} return serve(${throughErrors(send)})`,
      "handed to it": handed(send),
      "by a number": handed(`stream.respondWithFD(given.open(SECRET_FILE), {}, {})`),
      "that the application calls": handed(`given.run(${bound})`),
      "that an array calls": handed(
        `[SECRET_FILE].forEach((path) => Reflect.apply(stream.respondWithFile, stream, [path, {}, {}]))`,
      ),
      "that an emitter calls": handed(`new (require("events"))().on("now", ${bound}).emit("now")`),
      "that a promise calls": handed(
        `Promise.resolve().then(${bound}).catch(({ message }) => done("threw " + message))`,
      ),
      "under another's name": handed(
        `const method = stream.respondWithFile; Function.prototype.call.call(method, stream, SECRET_FILE, {}, {})`,
      ),
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome.startsWith("threw")), JSON.stringify(outcomes));
      const text = await serve((stream) => stream.respondWithFile(__filename, { ":status": 200 }, { statCheck(_stat, headers) { headers["x-seen"] = "1" } }));
      assert(text.includes("hostile"), "the application sends a file: " + text.slice(0, 50));
      const byNumber = await serve((stream) => stream.respondWithFD(fs.openSync(__filename), {}, {}));
      assert(byNumber.includes("hostile"), "and one that it has open: " + byNumber.slice(0, 50));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a stream sends the application's file to what it is for, whatever it was given for a handle before", async () => {
  // The native code that sends takes whatever has the flag for a stream.
  const answered = (change: string) => `const zlib = require("zlib");
    const nameOf = (stream) => Object.getOwnPropertySymbols(stream).find(({ description }) => description === "kHandle");
    return given.answer((stream) => { const key = nameOf(stream), real = stream[key], foreign = zlib.createGzip()._handle;
      Object.assign(foreign, { isStreamBase: true, respond: (...args) => real.respond(...args), id: () => real.id(), rstStream() {}, destroy() {} }); ${change} })`;
  const damage = await attack({
    before: `${before} given.answer = (change) => serve((stream, done) => { const given = change(stream) ?? stream;
      try { given.respondWithFile(__filename, { ":status": 200 }, {}) } catch (error) { return done("refused: " + error.message) } stream.later?.() });`,
    grants: { ...grants, builtins: { ...grants.builtins, zlib: true } },
    techniques: {
      "another handle": answered("stream[key] = foreign"),
      "another one, by an accessor": answered(
        "let count = 0; Object.defineProperty(stream, key, { get: () => (count++ > 1 ? foreign : real), configurable: true })",
      ),
      "an heir of the stream": answered("return Object.create(stream, { [key]: { value: foreign, writable: true } })"),
      "another one, behind a proxy": answered(
        "return new Proxy(stream, { get: (_target, name) => name === key ? foreign : Reflect.get(stream, name, stream) })",
      ),
      "another one, later": answered(
        "stream.later = () => { try { stream[key] = foreign } catch {} try { Object.defineProperty(stream, key, { value: foreign }) } catch {} }",
      ),
    },
    aftermath: `const { "another one, later": later, ...others } = outcomes;
      for (const [name, outcome] of Object.entries(others)) assert(outcome.startsWith("refused: "), name + ": " + outcome);
      assert(later.includes("given.answer"), later);`,
  });
  expect(damage).toMatchObject({ ...NOTHING, leaked: false });
});
