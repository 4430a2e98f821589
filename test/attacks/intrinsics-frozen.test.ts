/** Every object of the language that a package can reach is frozen, what override-tolerant accessors stand for included. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project;
beforeAll(() => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
    "index.js": `require("dep");`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `
      const names = "Object Array Number Boolean String Symbol Date Promise RegExp Error AggregateError EvalError RangeError ReferenceError " +
        "SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array " +
        "Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy " +
        "Iterator decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape isFinite isNaN parseFloat parseInt";
      const open = [];
      const seen = new Set();
      const queue = [];
      // A package's own copies, with the shared functions in them.
      for (const name of ["Reflect", "Math", "JSON", "Intl", "Atomics"]) {
        for (const key of Reflect.ownKeys(globalThis[name])) queue.push([name + "." + String(key), globalThis[name][key]]);
      }
      for (const name of names.split(" ")) if (name in globalThis) queue.push([name, globalThis[name]]);
      for (const value of [function* () {}, async () => {}, async function* () {}, [][Symbol.iterator](), new Map().keys(), new Set().keys(), ""[Symbol.iterator](), "".matchAll(/x/g)]) {
        queue.push(["of syntax", Object.getPrototypeOf(value)]);
      }
      while (queue.length > 0) {
        const [path, value] = queue.pop();
        if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
        seen.add(value);
        if (!Object.isFrozen(value)) open.push(path);
        queue.push([path + ".__proto__", Object.getPrototypeOf(value)]);
        for (const key of Reflect.ownKeys(value)) {
          const descriptor = Object.getOwnPropertyDescriptor(value, key);
          for (const part of ["value", "get", "set"]) queue.push([path + "." + String(key) + "." + part, descriptor[part]]);
        }
      }
      console.log(seen.size > 500, JSON.stringify(open));`,
  });
});
afterAll(() => project.dispose());

test("nothing is left open", () => {
  expect(project.moat("policy", "--write", "index.js").code).toBe(0);
  expect(project.moat("run", "index.js")).toEqual({ code: 0, stdout: "true []\n", stderr: "" });
});

test("nothing is missing, and nothing is there that the engine has not", () => {
  const script = fileURLToPath(new URL("../nodes/list-intrinsics.cjs", import.meta.url));
  const all = makeProject({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
    "index.js": `process.stdout.write(require("dep").listIntrinsics().join("\\n"));`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": readFileSync(script, "utf8"),
  });
  try {
    expect(all.moat("policy", "--write", "index.js").code).toBe(0);
    expect(all.moat("run", "index.js").stdout).toBe(execFileSync(process.execPath, [script], { encoding: "utf8" }));
  } finally {
    all.dispose();
  }
});
