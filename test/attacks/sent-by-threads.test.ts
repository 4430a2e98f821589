import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

/** Each kind of object of Node's that threads can send each other. */
const MAKE = `
  const crypto = require("crypto"), { BlockList, SocketAddress } = require("net"), { createHistogram } = require("perf_hooks");
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const made = { secret: crypto.createSecretKey(Buffer.from("k")), publicKey, privateKey, BlockList: new BlockList(), SocketAddress: new SocketAddress(), histogram: createHistogram(), blob: new Blob(["x"]), stream: new ReadableStream() };
  const makeAll = async () => ({ ...made, cryptoKey: await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]) });`;

/** Who can be changed, of all that an object inherits from. */
const LOOK = `
  const changeable = (sent) => {
    const found = [];
    for (const [name, value] of Object.entries(sent))
      for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at))
        if (Object.isExtensible(at)) found.push(name + ": " + Object.getOwnPropertyNames(at).join());
    return found;
  };`;

let project: Project;
beforeAll(() => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { sender: "1.0.0", looker: "1.0.0" } }),
    "to-worker.js": `require("sender").sendTo(require("looker").start());`,
    "to-main.js": `require("looker").listen(require("sender").start());`,
    "node_modules/sender/package.json": JSON.stringify({ name: "sender", version: "1.0.0" }),
    "node_modules/sender/index.js": `
      const { Worker, isMainThread, parentPort } = require("worker_threads"); ${MAKE}
      exports.sendTo = async (worker) => { const all = await makeAll(); worker.postMessage(all, [all.stream]); };
      exports.start = () => new Worker(__filename);
      if (!isMainThread) exports.sendTo(parentPort);`,
    "node_modules/looker/package.json": JSON.stringify({ name: "looker", version: "1.0.0" }),
    "node_modules/looker/index.js": `
      const { Worker, isMainThread, parentPort } = require("worker_threads"); ${LOOK}
      exports.listen = (worker) => worker.once("message", (sent) => { console.log(Object.keys(sent).length, JSON.stringify(changeable(sent))); worker.terminate(); });
      exports.start = () => { const worker = new Worker(__filename); worker.on("message", (found) => { console.log(...found); worker.terminate(); }); return worker; };
      if (!isMainThread) parentPort.once("message", (sent) => parentPort.postMessage([Object.keys(sent).length, JSON.stringify(changeable(sent))]));`,
  });
  expect(project.moat("policy", "--write", "to-worker.js", "to-main.js").code).toBe(0);
});
afterAll(() => project.dispose());

test.each(["to-worker.js", "to-main.js"])(
  "%s: nobody can change what others' keys, lists and streams inherit from",
  (entry) => {
    expect(project.moat("run", entry)).toEqual({ code: 0, stdout: "9 []\n", stderr: "" });
  },
);
