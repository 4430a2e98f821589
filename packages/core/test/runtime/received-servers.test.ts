import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

const PARENT = `
const { fork } = require("child_process");
const { get } = require("http");
const { createServer } = require("net");
const child = fork(require.resolve("./child.js"));
const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1", () => child.send("take it", server));
child.on("message", () => {
  const { port } = server.address();
  server.close();
  get({ host: "127.0.0.1", port }, async (response) => {
    console.log(await response.setEncoding("utf8").toArray());
    child.disconnect();
  });
});
`;
/** Its own servers it makes as before: for nobody in particular they listen nowhere. */
const CHILD = `
const own = require("http").createServer((request, response) => response.end(refused));
let refused = "not asked";
process.on("message", (message, server) => {
  server.on("connection", (socket) => own.emit("connection", socket));
  require("dep").listen(server).on("error", ({ code }) => {
    refused = code;
    process.send("ready");
  });
});
process.on("disconnect", () => process.exit());
`;

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "main.js": PARENT,
    "child.js": CHILD,
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": "exports.listen = (server) => new server.constructor().listen(0);",
  });
});
afterAll(() => project.remove());

test("a server that the parent sends serves in the child, and a package listens by its class nowhere", async () => {
  const { stdout, stderr } = await project.moat("main.js", policyFor("main.js", { dep: {} }));
  expect(stdout.trim(), stderr).toBe("[ 'EACCES' ]");
});
