import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

/** A client as npm's undici is one: it keeps its dispatcher on the global object, where Node's `fetch` finds it. */
const CLIENT = `
  const symbols = [Symbol.for("undici.globalDispatcher.1"), Symbol.for("undici.globalDispatcher.2")];
  const put = (value) => {
    for (const symbol of symbols) Object.defineProperty(globalThis, symbol, { value, writable: true, enumerable: false, configurable: false });
  };
  exports.setGlobalDispatcher = put;
  exports.mock = {
    dispatch(options, handler) {
      const body = Buffer.from("mocked " + options.path);
      // Node 26 has handlers of another kind.
      if ("onResponseStart" in handler) {
        const controller = { abort() {}, pause() {}, resume() {}, aborted: false, paused: false };
        handler.onRequestStart(controller, {});
        handler.onResponseStart(controller, 200, {}, "OK");
        handler.onResponseData(controller, body);
        handler.onResponseEnd(controller, {});
      } else {
        handler.onConnect(() => {});
        handler.onHeaders(200, [], () => {}, "OK");
        handler.onData(body);
        handler.onComplete([]);
      }
      return true;
    },
  };
  put({ dispatch: (options, handler) => (handler.onError ?? ((error) => handler.onResponseError({}, error)))(new Error("the client's own")) });`;

/** What \`@google/genai\` does: wraps the dispatcher that is in force. */
const WRAPS = `
  exports.get = (url) => fetch(url, { dispatcher: { dispatch: (options, handler) => globalThis[Symbol.for("undici.globalDispatcher.1")].dispatch({ ...options }, handler) } }).then((r) => r.text());
  exports.plain = (url) => fetch(url).then((r) => r.text(), (error) => error.message);
  exports.abuse = () => { try { return String(globalThis[Symbol.for("undici.globalDispatcher.1")].dispatch({ origin: "http://127.0.0.1:34567", path: "/", method: "GET" }, { onConnect() {}, onError() {} })); } catch (error) { return error.message; } };`;

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { client: "1.0.0", wraps: "1.0.0" } }),
    "mocked.js": `
      const { setGlobalDispatcher, mock } = require("client");
      const { plain } = require("wraps");
      setGlobalDispatcher(mock);
      const say = (text) => console.log(text);
      fetch("http://127.0.0.1:34567/a").then((r) => r.text()).then(say, (error) => say(error.message))
        .then(() => plain("http://127.0.0.1:34567/b")).then(say);`,
    "wrapped.js": `
      const { get, abuse } = require("wraps");
      const server = require("http").createServer((q, r) => r.end("served")).listen(0, "127.0.0.1", async () => {
        console.log(await get("http://127.0.0.1:" + server.address().port));
        console.log(abuse());
        server.close();
        server.closeAllConnections();
      });`,
    "node_modules/client/package.json": manifest("client"),
    "node_modules/client/index.js": CLIENT,
    "node_modules/wraps/package.json": manifest("wraps"),
    "node_modules/wraps/index.js": WRAPS,
  });
});
afterAll(() => project.remove());

const wraps = { globals: ["fetch"], net: { connect: ["127.0.0.1:*"] } };

test("a client that the project sets carries the application's fetch, and no other package's", async () => {
  const { stdout, stderr } = await project.moat("mocked.js");
  expect(stdout, stderr).toBe("mocked /a\nfetch failed\n");
});

test("without the share it carries its own package's fetch alone", async () => {
  const policy = policyFor("mocked.js", { client: { globals: ["Buffer"] }, wraps });
  expect((await project.moat("mocked.js", policy)).stdout).toBe("fetch failed\nfetch failed\n");
});

test("who wraps the default dispatcher finds a stand-in of its own, which takes what fetch hands on and nothing else", async () => {
  const { stdout, stderr } = await project.moat("wrapped.js", policyFor("wrapped.js", { wraps }));
  expect(stdout, stderr).toBe("served\nmoat: this dispatcher takes what fetch hands to it, and nothing else\n");
});

/** Whether a package comes by anything of Node's that carries others' requests: by what Node calls, and by what it tells a handler. */
const STEALS = `
  exports.steal = async () => {
    const told = [];
    // As sloppy code has it, undefined is the package's own global object.
    const note = (name) => function () { if (this !== undefined && this !== globalThis) told.push(name + " is called on " + (this?.constructor?.name ?? typeof this)); };
    const dispatcher = {
      dispatch(options, handler) {
        if (handler.onRequestStart) {
          const controller = { abort() {}, resume() {}, pause() {}, rawHeaders: [] };
          handler.onRequestStart(controller, {});
          handler.onResponseStart(controller, 200, {}, "OK");
        } else {
          handler.onConnect(note("abort"));
          handler.onHeaders(200, [], note("resume"), "OK");
        }
        return true;
      },
    };
    const response = await fetch("http://127.0.0.1:34567/", { dispatcher });
    await response.body.cancel();
    const wrapping = {
      dispatch(options, handler) {
        for (const name of ["onConnect", "onRequestStart"]) {
          const native = handler[name];
          if (native) handler[name] = (...args) => { told.push(name + " is told of"); return native.apply(handler, args); };
        }
        const standIn = Object.getOwnPropertySymbols(globalThis).map((one) => globalThis[one]).find((one) => typeof one?.dispatch === "function");
        return standIn.dispatch(options, handler);
      },
    };
    await fetch("http://127.0.0.1:34567/", { dispatcher: wrapping }).catch(() => {});
    return told;
  };`;

test("a package's dispatcher comes by no controller of Node's, and is told nothing that Node's own client tells", async () => {
  const hostile = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
    "index.js": `require("hostile").steal().then((told) => console.log(JSON.stringify(told)));`,
    "node_modules/hostile/package.json": JSON.stringify({ name: "hostile", version: "1.0.0" }),
    "node_modules/hostile/index.js": STEALS,
  });
  try {
    const { stdout, stderr } = await hostile.moat(
      "index.js",
      policyFor("index.js", { hostile: { ...wraps, globals: ["fetch"] } }),
    );
    expect(stdout, stderr).toBe("[]\n");
  } finally {
    await hostile.remove();
  }
});

/** Opens a `WebSocket` over a connection of its own making, and looks for prototypes that it could change for everybody. */
const OPENS = `
  const { createHash } = require("node:crypto");
  exports.open = () => {
    const socket = { on: () => socket, once: () => socket, off: () => socket, write: () => true, end() {}, destroy() {}, pause() {}, resume() {}, address: () => ({}) };
    const dispatcher = {
      dispatch({ headers }, handler) {
        const accept = createHash("sha1").update(headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
        handler.onConnect(() => {});
        handler.onUpgrade(101, ["Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", accept].map((text) => Buffer.from(text)), socket);
        return true;
      },
    };
    const opened = new WebSocket("ws://127.0.0.1:34567/", { dispatcher });
    return new Promise((done) => {
      opened.onerror = (event) => done("failed " + event.message);
      opened.onopen = () => {
        const open = [];
        for (const symbol of Object.getOwnPropertySymbols(opened))
          for (let level = Object.getPrototypeOf(Object(opened[symbol])); level !== null; level = Object.getPrototypeOf(level))
            if (Object.isExtensible(level)) open.push(String(symbol) + " " + level.constructor?.name);
        done(open);
      };
    });
  };`;

// Later versions keep nothing under symbols, and ask a handler otherwise.
const keepsSymbols = Number.parseInt(process.versions.node) <= 22;

test.runIf(keepsSymbols)("a WebSocket leads to no class of Node's that can be changed", async () => {
  const hostile = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
    "index.js": `require("hostile").open().then((found) => console.log(JSON.stringify(found)));`,
    "node_modules/hostile/package.json": JSON.stringify({ name: "hostile", version: "1.0.0" }),
    "node_modules/hostile/index.js": OPENS,
  });
  try {
    const { stdout, stderr } = await hostile.moat("index.js", undefined, ["--experimental-websocket"]);
    expect(stdout, stderr).toBe("[]\n");
  } finally {
    await hostile.remove();
  }
});
