import { spawnSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";

/** A spec of Node's runner for each thing that `mock.timers` does, and one that nothing stays behind. */
const SPECS = `
import test, { mock } from "node:test";
import assert from "node:assert/strict";
import timers from "node:timers";
import promises from "node:timers/promises";
import nativeTimeout from "dep";

test("a timeout", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let count = 0;
  setTimeout((by) => (count += by), 1000, 2);
  const cleared = setTimeout(() => (count += 100), 1000);
  clearTimeout(cleared);
  t.mock.timers.tick(999);
  assert.equal(count, 0);
  t.mock.timers.tick(1);
  assert.equal(count, 2);
  assert.equal(cleared.ref().unref().hasRef(), true);
});
test("what was there is there again", async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setImmediate(resolve));
  await promises.setTimeout(1);
  assert.ok(Date.now() > 1e12 && Date.isMock === undefined);
});
test("everything", (t) => {
  t.mock.timers.enable();
  const log = [];
  timers.setTimeout(() => log.push("timeout"), 10);
  setImmediate(() => log.push("immediate"));
  const interval = setInterval(() => log.push(Date.now()), 20);
  t.mock.timers.tick(10);
  t.mock.timers.tick(10);
  t.mock.timers.tick(20);
  clearInterval(interval);
  t.mock.timers.tick(20);
  assert.deepEqual(log, ["immediate", "timeout", 20, 40]);
  assert.equal(new Date().getTime(), 60);
  assert.equal(new Date(5).getTime(), 5);
  assert.ok(new Date() instanceof Date && typeof Date() === "string" && Date.UTC(1970, 0) === 0);
  assert.throws(() => mock.timers.enable({ apis: ["Date"] }), { code: "ERR_INVALID_STATE" });
  setTimeout(() => log.push("last"), 500);
  t.mock.timers.runAll();
  assert.equal(log.at(-1), "last");
});
test("the time", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: new Date(5000) });
  assert.equal(Date.now(), 5000);
  t.mock.timers.setTime(9);
  assert.equal(Date.now(), 9);
});
test("promises", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "scheduler.wait"] });
  const result = promises.setTimeout(100, "result");
  const waited = promises.scheduler.wait(3_600_000);
  t.mock.timers.tick(100);
  assert.equal(await result, "result");
  t.mock.timers.tick(3_600_000);
  await waited;
  const controller = new AbortController();
  const aborted = promises.setTimeout(100, undefined, { signal: controller.signal });
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError", code: "ABORT_ERR" });
  await assert.rejects(async () => promises.setTimeout(1, 1, { signal: {} }), { code: "ERR_INVALID_ARG_TYPE" });
  const got = [];
  const done = (async () => {
    for await (const value of promises.setInterval(10, "value")) if (got.push(value) === 2) break;
  })();
  t.mock.timers.tick(10);
  t.mock.timers.tick(10);
  await done;
  assert.deepEqual(got, ["value", "value"]);
});
test("what Node refuses", (t) => {
  const { timers } = t.mock;
  assert.throws(() => timers.tick(1), { code: "ERR_INVALID_STATE" });
  assert.throws(() => timers.enable({ apis: ["setTimeout", "none"] }), /option none is not supported/);
  assert.throws(() => timers.enable({ apis: "setTimeout" }), { code: "ERR_INVALID_ARG_TYPE" });
  timers.enable({ apis: [] });
  assert.throws(() => timers.enable(), { code: "ERR_INVALID_STATE" });
  assert.throws(() => timers.tick(-1), { code: "ERR_INVALID_ARG_VALUE" });
});
`;

const MOAT_ALONE = `
test("a package's timers are its own", (t) => {
  t.mock.timers.enable();
  assert.notEqual(nativeTimeout(), setTimeout);
  assert.throws(() => t.mock.timers.enable({ apis: ["AbortSignal.timeout"] }), { code: "ERR_INVALID_ARG_VALUE" });
});
`;

/** Packages that are imported before `node:test` is, by the spec and by a module of its own. */
const IMPORTED_LATER = `
import later from "dep/later.js";
import { test } from "./set-up.mjs";
import assert from "node:assert/strict";
test("a package's timers are the mock's", (t) => {
  t.mock.timers.enable();
  let ran = 0;
  later(() => ran++);
  t.mock.timers.tick(10);
  assert.equal(ran, 1);
});
`;

/** Methods that moat has behind accessors. */
const METHODS = `
import { mock, test } from "node:test";
import assert from "node:assert/strict";
import now from "dep/now.js";
const doubled = (object, name, call = () => object[name]()) => {
  const double = mock.method(object, name, () => "mocked");
  assert.equal(call(), "mocked");
  double.mock.restore();
  assert.notEqual(object[name], double);
  assert.equal(double.mock.callCount(), 1);
};
test("methods", () => {
  doubled(globalThis, "fetch", () => fetch());
  doubled(globalThis, "setTimeout", () => setTimeout());
  doubled(process.stdout, "write");
  const double = mock.method(Date, "now", () => 5);
  assert.deepEqual([Date.now(), now()], [5, 5]);
  double.mock.restore();
  assert.ok(Date.now() > 1e12 && now() > 1e12);
  assert.throws(() => mock.method(globalThis, "none"), { code: "ERR_INVALID_ARG_VALUE" });
});
`;

let project: Project;
beforeAll(() => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "clocks", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `module.exports = () => setTimeout;`,
    "node_modules/dep/later.js": `module.exports = (callback) => setTimeout(callback, 10);`,
    "node_modules/dep/now.js": `module.exports = () => Date.now();`,
    "methods.test.mjs": METHODS,
    "set-up.mjs": `export { test } from "node:test";`,
    "later.test.mjs": IMPORTED_LATER,
    "later.test.cjs": `const later = require("dep/later.js");\nconst test = require("node:test");\nconst assert = require("node:assert");${IMPORTED_LATER.replace(/import .*/g, "")}`,
    "as-node.test.mjs": SPECS,
    "alone.test.mjs": SPECS + MOAT_ALONE,
  });
});
afterAll(() => project.dispose());

test("mock.timers of node:test is the application's clock, as in Node", () => {
  const plain = spawnSync(process.execPath, [path.join(project.folder, "as-node.test.mjs")], { encoding: "utf8" });
  expect(plain.stdout).toMatch(/pass 6\n/);
  expect(project.moat("policy", "--write", "alone.test.mjs")).toMatchObject({ code: 0 });
  const { code, stdout } = project.moat("run", "alone.test.mjs");
  expect(stdout).toMatch(/pass 7\n/);
  expect(code).toBe(0);
});

test.each([
  ["it is the clock of packages that a module imports first", "later.test.mjs"],
  ["it is the clock of packages that a script requires first", "later.test.cjs"],
  ["mock.method replaces methods of globals and of the language's own, as in Node", "methods.test.mjs"],
])("%s", (_what, spec) => {
  expect(project.moat("policy", "--write", spec)).toMatchObject({ code: 0 });
  const { code, stdout } = project.moat("run", spec);
  expect(stdout).toMatch(/pass 1\n/);
  expect(code).toBe(0);
});
