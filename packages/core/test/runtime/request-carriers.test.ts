import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

/** As nock is one: others stand in the place of what makes requests, until it is taken back. */
const MOCK = `
  const http = require("http"), https = require("https"), { PassThrough } = require("stream");
  const originals = { request: http.request, get: http.get, ClientRequest: http.ClientRequest, secure: https.get, fetch };
  const answer = (by) => (url, options, callback) => {
    const made = new PassThrough();
    const heard = typeof options === "function" ? options : callback;
    setImmediate(() => heard && heard(Object.assign(new PassThrough(), { statusCode: by }).end("mocked")));
    return made;
  };
  exports.on = () => {
    http.request = answer("request"); http.get = answer("get"); https.get = answer("secure");
    http.ClientRequest = function (url, callback) { return answer("class")(url, callback); };
    globalThis.fetch = async (url) => new Response("fetched " + url);
    const changed = new Headers(), { set } = Headers.prototype;
    Headers.prototype.set = function (name, value) { set.call(this, name, value + "!"); };
    changed.set("x", "1");
    exports.header = [changed.get("x"), new Response("", { headers: changed }).headers instanceof Headers];
  };
  exports.off = () => {
    http.request = originals.request; http.get = originals.get; https.get = originals.secure;
    http.ClientRequest = originals.ClientRequest; globalThis.fetch = originals.fetch;
  };
  exports.real = (url) => new Promise((done) => originals.get(url, (answer) => answer.on("data", (data) => done(String(data)))).on("error", (error) => done(error.code)));`;

const CLIENT = `
  const http = require("http"), https = require("https");
  const by = (make) => (url) => new Promise((done) => {
    const request = make(url, (answer) => { let text = ""; answer.on("data", (data) => text += data).on("end", () => done(answer.statusCode + " " + text)); });
    request.on("error", (error) => done(error.code));
    request.end();
  });
  exports.all = async (url) => [
    await by((...args) => http.request(...args))(url), await by((...args) => http.get(...args))(url),
    await by((...args) => new http.ClientRequest(...args))(url), await by((...args) => https.get(...args))(url.replace("http", "https")),
    await fetch(url).then((answer) => answer.text(), (error) => error.cause.code)];`;

const APP = (port: number) => `
  const mock = require("mock"), { all } = require("client"), own = require("./own.js"), url = "http://127.0.0.1:${port}";
  (async () => {
    mock.on();
    console.log(JSON.stringify([await own.all(url), await all(url), await mock.real(url), mock.header]));
    mock.off();
    console.log(JSON.stringify([(await own.all(url)).slice(0, 3), (await all(url)).slice(0, 3)]));
  })();`;

let project: Project;
let server: Server;
let port: number;
let asked = 0;
beforeAll(async () => {
  server = createServer((_request, response) => {
    asked++;
    response.end("served");
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  port = (server.address() as AddressInfo).port;
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { mock: "1.0.0", client: "1.0.0" } }),
    "index.js": APP(port),
    "own.js": CLIENT,
    "node_modules/mock/package.json": manifest("mock"),
    "node_modules/mock/index.js": MOCK,
    "node_modules/client/package.json": manifest("client"),
    "node_modules/client/index.js": CLIENT,
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  return project.remove();
});

const mocked = (url: string) => ["request mocked", "get mocked", "class mocked", "secure mocked", `fetched ${url}`];
const served = ["200 served", "200 served", "200 served"];
const builtins = {
  http: ["ClientRequest", "get", "request"],
  https: ["ClientRequest", "get", "request"],
  stream: true,
};
const globals = ["fetch", "Headers", "Response", "setImmediate"];
const mock = (connect: string[]) => ({ builtins, globals, net: { connect }, shares: ["http.client"] });
const client = (connect: string[]) => ({ builtins, globals, net: { connect } });
const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a mock of the project's carries its requests and those of packages, until it is taken away", async () => {
  const before = asked;
  const { stdout, stderr } = await project.moat("index.js");
  const url = `http://127.0.0.1:${port}`;
  expect(stderr).not.toContain("may not");
  expect(lines(stdout)).toEqual([
    [mocked(url), mocked(url), "served", ["1!", true]],
    [served, served],
  ]);
  // The mock's own, and what came after it.
  expect(asked - before).toBe(1 + 8);
});

test("a package that may connect to less than the mock is not carried, and a line says so", async () => {
  const before = asked;
  const { stdout, stderr } = await project.moat(
    "index.js",
    policyFor("index.js", { mock: mock(["*"]), client: client([`127.0.0.1:${port}`]) }),
  );
  const [[own, other]] = lines(stdout) as [[string[], string[]]];
  expect(own).toEqual(mocked(`http://127.0.0.1:${port}`));
  expect(other.slice(0, 3)).toEqual(served);
  expect(asked - before).toBe(3 + 1 + 1 + 8);
  expect(stderr).toContain(
    "moat: client may not connect to * (http.request, which mock carries); to allow it: moat allow client net.connect '*'\n",
  );
});

test("a mock that may connect nowhere carries everybody's", async () => {
  const before = asked;
  const { stdout } = await project.moat("index.js", policyFor("index.js", { mock: mock([]), client: client([]) }));
  const [[own, other, real]] = lines(stdout) as [[string[], string[], string]];
  expect([own, other, real]).toEqual([
    mocked(`http://127.0.0.1:${port}`),
    mocked(`http://127.0.0.1:${port}`),
    "EACCES",
  ]);
  // The application's own, after it.
  expect(asked - before).toBe(4);
});

test("without the share it has its own requests alone", async () => {
  const before = asked;
  const { shares: _, ...unshared } = mock(["*"]);
  const { stdout, stderr } = await project.moat(
    "index.js",
    policyFor("index.js", { mock: unshared, client: client(["*"]) }),
  );
  expect(stdout).toBe("");
  expect(asked - before).toBe(0);
  expect(stderr).toContain(
    "moat: mock may not replace for other packages http.ClientRequest; to allow it: moat allow mock share http.client\n",
  );
});
