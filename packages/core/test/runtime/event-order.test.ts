import { afterEach, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project | undefined;
afterEach(() => project?.remove());

/** Timers that are due in one turn of the loop stand apart, so that a slow machine changes nothing. */
const PROGRAM = `
const log = console.log;
process.on("exit", (code) => { log("exit", code, process.exitCode); Promise.resolve().then(() => log("never")); process.nextTick(() => log("never")); });
let again = 0;
process.on("beforeExit", (code) => { log("beforeExit", code); if (again++ < 1) setTimeout(() => log("revived"), 1); });
process.on("unhandledRejection", (error, promise) => log("unhandled", error.message, promise instanceof Promise));
process.on("rejectionHandled", (promise) => log("handled late", promise instanceof Promise));
process.on("uncaughtException", (error, origin) => log("uncaught", error.message, origin));
process.on("warning", ({ name }) => log("warning", name));
process.nextTick(() => { log("tick 1"); Promise.resolve().then(() => log("microtask in tick")); process.nextTick(() => log("tick in tick")); });
process.nextTick(() => log("tick 2"));
queueMicrotask(() => { log("microtask"); process.nextTick(() => log("tick in microtask")); });
Promise.resolve().then(() => log("then 1")).then(() => log("then 2"));
(async () => { await null; log("async 1"); await null; log("async 2"); })();
Promise.reject(new Error("never caught"));
const late = Promise.reject(new Error("late"));
process.emitWarning("careful", "MyWarning");
log("main", require.main === module, module.loaded);
setImmediate(() => {
  log("immediate 1", module.loaded);
  process.nextTick(() => log("tick in immediate"));
  Promise.resolve().then(() => log("microtask in immediate"));
  setImmediate(() => late.catch(() => log("caught late")));
  setTimeout(() => { throw new Error("in timer"); }, 20);
});
setImmediate(() => log("immediate 2"));
`;

test("ticks, microtasks, immediates, rejections and the process's events come in Node's order", async () => {
  project = await makeProject({ "main.js": PROGRAM });
  const [node, moat] = await Promise.all([project.node("main.js"), project.moat("main.js", policyFor("main.js", {}))]);
  expect(moat.stdout.split("\n")).toEqual(node.stdout.split("\n"));
  expect([moat.code, node.stdout.includes("handled late true")]).toEqual([node.code, true]);
});
