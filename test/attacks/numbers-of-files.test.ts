import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";
import { makeProject } from "../cli/project-fixture.ts";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

/** The application opens a secret when it is asked to, so that the number may be one that the package has had. */
const before = `const fs = require("fs"), path = require("path"); let opened = []; const given = (globalThis.given = {});
  given.open = () => { for (let i = 0; i < 8; i++) opened.push(fs.openSync(given.secret, "r")) };
  given.own = (path = __filename) => fs.createReadStream(path); given.close = (fd) => fs.closeSync(fd);`;
const grants = {
  builtins: { fs: true, "fs/promises": true, crypto: true },
  fs: { read: ["<package>"], write: [] },
  globals: ["Buffer", "setTimeout", "console"],
  shares: ["given"],
};
const FIRST = `const fs = require("fs"), fsp = require("fs/promises"); given.secret = SECRET_FILE;`;

test("a number of a file is nobody's once that is closed, whatever still works on it", async () => {
  const damage = await attack({
    before,
    grants,
    techniques: {
      "a handle whose number is closed": `${FIRST} const handle = await fsp.open(__filename); fs.closeSync(handle.fd); given.open(); return handle.readFile("utf8")`,
      "a handle whose number is closed later": `${FIRST} const handle = await fsp.open(__filename); await new Promise((done) => fs.close(handle.fd, done)); given.open(); return handle.readFile("utf8")`,
      "a stream on a handle": `${FIRST} const handle = await fsp.open(__filename), stream = handle.createReadStream(); fs.closeSync(handle.fd); given.open(); let text = ""; for await (const chunk of stream) text += chunk; return text`,
      "a number that the application closes": `${FIRST} const fd = fs.openSync(__filename); given.close(fd); given.open(); return fs.readFileSync(fd, "utf8")`,
      "a handle that the application closes by number": `${FIRST} const handle = await fsp.open(__filename); given.close(handle.fd); given.open(); return handle.readFile("utf8")`,
      "a file that is being read": `${FIRST} const fd = fs.openSync(__filename), text = new Promise((done) => fs.readFile(fd, "utf8", (error, text) => done(String(error ?? text)))); fs.closeSync(fd); given.open(); return text`,
      "a file that is being read, and the application closes it": `${FIRST} const fd = fs.openSync(__filename), text = new Promise((done) => fs.readFile(fd, "utf8", (error, text) => done(String(error ?? text)))); given.close(fd); given.open(); return text`,
      "a read that waits": `${FIRST} for (let i = 0; i < 8; i++) require("crypto").pbkdf2("a", "b", 20_000, 64, "sha512", () => {});
        const fd = fs.openSync(__filename), buffer = Buffer.alloc(50), text = new Promise((done) => fs.read(fd, buffer, 0, 50, 0, (error) => done(String(error ?? buffer)))); fs.closeSync(fd); given.open(); return text`,
      "options that close it": `${FIRST} const fd = fs.openSync(__filename), buffer = Buffer.alloc(50); fs.readSync(fd, buffer, { get offset() { fs.closeSync(fd); given.open(); return 0 }, length: 50, position: 0 }); return buffer.toString()`,
      "a number that moat has for a moment": `${FIRST} const text = fsp.readFile(__filename, "utf8"); for (let fd = 3; fd < 60; fd++) try { fs.closeSync(fd); given.open() } catch {} return text`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome.startsWith("threw") || outcome.startsWith("const APP")), JSON.stringify(outcomes))`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a stream that the application hands over leads to no other file by how it begins", async () => {
  const read = `let text = ""; for await (const chunk of stream) text += chunk; return text`;
  const damage = await attack({
    before,
    grants,
    techniques: {
      "its own way of beginning": `${FIRST} const stream = given.own(); given.open(); stream._construct = function (done) { this.fd = 24; done() }; ${read}`,
      "its text": `${FIRST} const bytes = Buffer.from("/tmp".padEnd(SECRET_FILE.length, "/")), stream = given.own(bytes); bytes.set(Buffer.from(SECRET_FILE)); ${read}`,
    },
    aftermath: `assert(Object.keys(outcomes).length === 2, "all were tried");`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("streams that open their files in their own way, and files closed while they are read, work as in Node", async () => {
  const damage = await attack({
    grants,
    techniques: {
      "a class that opens": `const fs = require("fs"); function Stream(...args) { return Reflect.construct(fs.ReadStream, args, new.target) } Stream.prototype = Object.create(fs.ReadStream.prototype);
        Stream.prototype.open = function () { fs.open(this.path, this.flags, this.mode, (error, fd) => { this.fd = fd; this.emit("open", fd) }) }; let text = ""; for await (const chunk of new Stream(__filename)) text += chunk; return text.slice(0, 9)`,
      "a class that begins": `const fs = require("fs"); class Stream extends fs.ReadStream { _construct(done) { fs.open(this.path, "r", (error, fd) => { this.fd = fd; done(error) }) } } let text = ""; for await (const chunk of new Stream(__filename)) text += chunk; return text.slice(0, 9)`,
      "closed early": `const fs = require("fs"), fd = fs.openSync(__filename), text = new Promise((done) => fs.readFile(fd, "utf8", (error, text) => done(text))); await new Promise((done, failed) => fs.close(fd, (error) => error ? failed(error) : done()));
        try { fs.fstatSync(fd); return "open" } catch (error) { if (error.code !== "EBADF") throw error } return (await text).slice(0, 9)`,
      handles: `const fsp = require("fs/promises"), handle = await fsp.open(__filename); const numbers = new Set([handle.fd]); await Promise.all([handle.close(), handle.close()]); for (let i = 0; i < 20; i++) { const other = await fsp.open(__filename); numbers.add(other.fd); require("fs").closeSync(other.fd); await new Promise((done) => setTimeout(done, 5)) } return numbers.size < 8 ? "const APP" : "left open"`,
      numbers: `const fs = require("fs"), numbers = new Set(); for (let i = 0; i < 20; i++) { const fd = fs.openSync(__filename); numbers.add(fd); await Promise.all([new Promise((done) => fs.readFile(fd, done)), fs.closeSync(fd)]) } return numbers.size < 4 ? "const APP" : "left open"`,
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome === "const APP"), JSON.stringify(outcomes))`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a child is given no file that somebody else has opened while the child was asked for", async () => {
  const start = (
    options: string,
  ) => `${FIRST} const { spawn, spawnSync } = require("child_process"), fd = fs.openSync(__filename), swap = () => { fs.closeSync(fd); given.open() };
    const options = ${options}; return spawnSync("cat", [], { ...options, encoding: "utf8", ...("signal" in options && { signal: options.signal }) }).stdout`;
  const damage = await attack({
    before,
    grants: { ...grants, builtins: { ...grants.builtins, child_process: true }, commands: ["cat"] },
    techniques: {
      "by a list": start(`{ stdio: Object.defineProperty([fd, "pipe"], 2, { get() { swap(); return "pipe" } }) }`),
      "by a stream": start(`{ stdio: [fd, "pipe", { get fd() { swap(); return 2 } }] }`),
      "by a pipe that is left to it": start(`{ stdio: [fd, "pipe", "pipe", spawn("cat").stdout.on("pause", swap)] }`),
      "by a signal": start(
        `{ stdio: [fd, "pipe", "pipe"], signal: new Proxy({}, { has() { swap(); return true }, get: (_, key) => key === "addEventListener" ? () => {} : undefined }) }`,
      ),
      "by what a signal inherits": start(
        `{ stdio: [fd, "pipe", "pipe"], signal: Object.create(new Proxy({}, { has() { swap(); return true }, get: (_, key) => key === "addEventListener" ? () => {} : undefined })) }`,
      ),
    },
    aftermath: `assert(Object.values(outcomes).every((outcome) => outcome.startsWith("threw Access") || outcome.startsWith("const APP")), JSON.stringify(outcomes))`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a child ends by a signal that is of a class of the caller's own", async () => {
  const damage = await attack({
    grants: { builtins: { child_process: true }, commands: ["cat"], globals: ["AbortController", "AbortSignal"] },
    techniques: {
      "an heir": `const { spawn } = require("child_process"), controller = new AbortController(), signal = Object.setPrototypeOf(controller.signal, class extends AbortSignal {}.prototype), child = spawn("cat", [], { signal });
        return new Promise((done) => { child.on("error", (error) => done(error.name)); controller.abort() })`,
      "one that has ended": `const signal = { aborted: true, reason: "late", addEventListener() {}, removeEventListener() {} }; return new Promise((done) => require("child_process").spawn("cat", [], { signal }).on("error", (error) => done(error.name)))`,
      none: `try { require("child_process").spawn("cat", [], { signal: {} }); return "started" } catch (error) { return error.code }`,
    },
    aftermath: `assert(JSON.stringify(Object.values(outcomes)) === '["AbortError","AbortError","ERR_INVALID_ARG_TYPE"]', JSON.stringify(outcomes))`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("who has files and no standard input reads none by its number, and takes nothing back of what was printed", () => {
  const project = makeProject({
    "package.json": '{"name":"app","dependencies":{"hostile":"1.0.0"}}',
    "index.js": `const fs = require("fs"); fs.writeSync(1, "printed by the application\\n"); const hostile = require("hostile");
      (async () => { for (const [name, run] of Object.entries(hostile)) { let came; try { came = await run() } catch (error) { came = error.code } fs.writeSync(1, name + " " + came + "\\n") } fs.writeSync(1, "and " + fs.readFileSync(0, "utf8")) })();`,
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.0"}',
    "node_modules/hostile/index.js": `const fs = require("fs"), bytes = Buffer.from("OVER");
      exports.whole = () => fs.readFileSync(0, "utf8"); exports.part = () => fs.readSync(0, bytes); exports.several = () => fs.readvSync(0, [bytes]);
      exports.later = () => new Promise((done) => fs.read(0, bytes, 0, 4, null, (error, count) => done(error ? error.code : count)));
      exports.stream = () => new Promise((done) => fs.createReadStream(null, { fd: 0 }).on("data", done).on("error", (error) => done(error.code)));
      exports.terminal = () => fs.readSync(1, bytes);
      exports.cut = () => fs.ftruncateSync(1, 0);
      exports.bytes = () => fs.writeSync(1, Buffer.from("OVER\\n"), 0, 5, 0); exports.options = () => fs.writeSync(1, Buffer.from("OVER\\n"), { position: 0 }); exports.text = () => fs.writeSync(1, "OVER\\n", 0);
      exports.vector = () => fs.writevSync(1, [Buffer.from("OVER\\n")], 0); exports.eventually = () => new Promise((done) => fs.write(1, "OVER\\n", 0, "utf8", (error, count) => done(count)));
      exports.written = () => new Promise((done) => fs.createWriteStream(null, { fd: 1, start: 0, autoClose: false }).write("OVER\\n", () => done(5)));`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: { hostile: { globals: ["Buffer"], builtins: { fs: true }, fs: { read: ["<package>"] } } },
    }),
  });
  try {
    const file = join(project.folder, "out");
    const out = openSync(file, "w");
    const { stderr } = spawnSync(process.execPath, [MOAT, "run", "index.js"], {
      cwd: project.folder,
      input: "typed",
      stdio: ["pipe", out, "pipe"],
      encoding: "utf8",
    });
    closeSync(out);
    const denied = ["whole", "part", "several", "later", "stream", "terminal"].map((name) => `${name} EACCES`);
    const added = ["bytes", "options", "text", "vector", "eventually", "written"].flatMap((name) => [
      "OVER",
      `${name} 5`,
    ]);
    expect(readFileSync(file, "utf8").split("\n"), stderr).toEqual([
      "printed by the application",
      ...denied,
      "cut EPERM",
      ...added,
      "and typed",
    ]);
    expect(stderr).toContain("moat allow hostile builtin process.stdin");
  } finally {
    project.dispose();
  }
});

test("neither in a worker nor in a child of its own a package reads the program's standard input without the grant, but its own", () => {
  const project = makeProject({
    "package.json": '{"name":"app","dependencies":{"hostile":"1.0.0"}}',
    "index.js": `(async () => { const came = {}; for (const [name, run] of Object.entries(require("hostile"))) came[name] = await run(); console.log(JSON.stringify(came)); process.exit() })();`,
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.0"}',
    "node_modules/hostile/output.js": `const fs = require("fs"), bytes = Buffer.alloc(5); try { fs.readSync(1, bytes); fs.writeSync(2, bytes) } catch (error) { fs.writeSync(2, error.code) }`,
    "node_modules/hostile/child.js": `const fs = require("fs"); let text; try { text = fs.readFileSync(0, "utf8") } catch (error) { text = error.code } process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => console.log(text));`,
    "node_modules/hostile/index.js": `const { Worker } = require("worker_threads"), { spawnSync, fork } = require("child_process"), child = __dirname + "/child.js";
      const inWorker = (text, input) => new Promise((done, failed) => { const worker = new Worker("const { parentPort } = require('worker_threads');" + text, { eval: true, stdin: true }).on("message", done).on("error", failed); worker.stdin.end(input) });
      exports.worker = () => inWorker("try { parentPort.postMessage(require('fs').readFileSync(0, 'utf8')) } catch (error) { parentPort.postMessage(error.code) }");
      exports.ownOfWorker = () => inWorker("process.stdin.on('data', (chunk) => parentPort.postMessage(String(chunk)))", "own");
      exports.child = () => spawnSync("node", [child], { stdio: ["inherit", "pipe", "pipe"], encoding: "utf8" }).stdout.trim();
      exports.byNumber = () => spawnSync("node", [child], { stdio: [0, "pipe", "pipe"], encoding: "utf8" }).stdout.trim();
      exports.asOutput = () => spawnSync("node", [__dirname + "/output.js"], { stdio: ["pipe", 0, "pipe"], encoding: "utf8" }).stderr.trim();
      exports.forked = () => new Promise((done) => { let text = ""; fork(child, [], { stdio: ["inherit", "pipe", "pipe", "ipc"] }).stdout.on("data", (chunk) => (text += chunk)).on("end", () => done(text.trim())) });
      exports.ownOfChild = () => spawnSync("node", [child], { input: "own", encoding: "utf8" }).stdout.trim();`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: {
        hostile: {
          builtins: { fs: true, worker_threads: true, child_process: true },
          commands: ["node"],
          workers: true,
          fs: { read: ["<package>"] },
        },
      },
    }),
  });
  try {
    const { stdout, stderr } = spawnSync(process.execPath, [MOAT, "run", "index.js"], {
      cwd: project.folder,
      input: "typed",
      encoding: "utf8",
    });
    expect(JSON.parse(stdout), stderr).toEqual({
      worker: "EACCES",
      ownOfWorker: "own",
      child: "EACCES",
      byNumber: "EACCES",
      asOutput: "EACCES",
      forked: "EACCES",
      ownOfChild: "own",
    });
  } finally {
    project.dispose();
  }
});

test("no handle of a socket opens the program's standard input, which the application reads", () => {
  const project = makeProject({
    "package.json": '{"name":"app","dependencies":{"hostile":"1.0.0"}}',
    "index.js": `const net = require("net"), server = net.createServer((socket) => {
        require("hostile")(socket).then((came) => { socket.destroy(); server.close(); process.stdin.on("data", (chunk) => console.log(came + " and " + chunk)) });
      }).listen(0, "127.0.0.1", () => net.connect(server.address().port, "127.0.0.1").on("error", () => {}));`,
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.0"}',
    "node_modules/hostile/index.js": `const net = require("net");
      const reads = (socket) => new Promise((done) => {
        socket.on("error", () => {}).on("data", (data) => done(String(data)));
        const handle = socket._handle; socket.connecting = false; handle.reading = true;
        try { if (handle.open(0) < 0) return done("refused"); handle.readStart() } catch { done("refused") }
        setTimeout(done, 200, "nothing");
      });
      module.exports = async (handed) => [await reads(net.connect(1, "127.0.0.1")), await reads(net.connect("/moat.invalid")), await reads(handed)].join();`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: { hostile: { globals: ["setTimeout"], builtins: { net: true } } },
    }),
  });
  try {
    const { stdout, stderr } = spawnSync(process.execPath, [MOAT, "run", "index.js"], {
      cwd: project.folder,
      input: "typed",
      encoding: "utf8",
    });
    expect(stdout, stderr).toBe("refused,refused,refused and typed\n");
  } finally {
    project.dispose();
  }
});
