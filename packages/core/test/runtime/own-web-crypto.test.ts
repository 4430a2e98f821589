import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

const LOOKS = `const { webcrypto } = require("node:crypto");
[crypto === webcrypto, crypto instanceof Crypto, Object.keys(crypto).length, String(crypto), crypto.subtle === webcrypto.subtle, crypto.getRandomValues(new Uint8Array(3)).length, crypto.randomUUID().length]`;

let project: Project;
beforeAll(async () => {
  project = await makeProject({
    "main.js": `const dep = require("dep");
const seen = [dep.looks(), eval(${JSON.stringify(LOOKS)})];
crypto.randomUUID = () => "mine";
dep.replace();
console.log(JSON.stringify([...seen, crypto.randomUUID(), require("crypto").webcrypto.randomUUID(), dep.uuid(), require("other").uuid().length, crypto.getRandomValues(new Uint8Array(1)).length]));`,
    "node_modules/dep/package.json": `{ "name": "dep", "version": "1.0.0" }`,
    "node_modules/dep/index.js": `"use strict";
exports.looks = () => eval(${JSON.stringify(LOOKS)});
exports.replace = () => {
  crypto.randomUUID = () => "theirs";
  Object.getPrototypeOf(crypto).getRandomValues = () => [];
  try { Crypto.prototype.getRandomValues = () => []; } catch {}
};
exports.uuid = () => crypto.randomUUID();`,
    "node_modules/other/package.json": `{ "name": "other", "version": "1.0.0" }`,
    "node_modules/other/index.js": `exports.uuid = () => crypto.randomUUID();`,
  });
});
afterAll(() => project.remove());

test("what is put in the place of a method of crypto is the principal's own", async () => {
  const grants = { globals: ["crypto", "Crypto"], builtins: { crypto: ["webcrypto"] } };
  const { stdout, stderr } = await project.moat("main.js", policyFor("main.js", { dep: grants, other: grants }));
  const looks = [true, true, 0, "[object Crypto]", true, 3, 36];
  expect(stdout, stderr).toBe(`${JSON.stringify([looks, looks, "mine", "mine", "theirs", 36, 1])}\n`);
});
