import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) =>
    JSON.stringify({ name, version: "1.0.0", dependencies: name === "data" ? {} : { data: "1.0.0" } });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { runner: "1.0.0", user: "1.0.0", data: "1.0.0" } }),
    "index.js": `require("user"); console.log(JSON.stringify(require("runner").run()));`,
    "node_modules/data/package.json": manifest("data"),
    "node_modules/data/index.js": `exports.a = 1; exports.f = () => 2; exports.hidden = 3;`,
    "node_modules/user/package.json": manifest("user"),
    "node_modules/user/index.js": `require("data").f();`,
    "node_modules/runner/package.json": manifest("runner"),
    // As Vitest imports CommonJS.
    "node_modules/runner/index.js": `
const data = require("data");
const seen = (object) => [Object.keys(object), { ...object }.a, Object.getOwnPropertyDescriptor(object, "a"), Object.hasOwn(object, "zero"), typeof Object.getOwnPropertyDescriptor(object, "f").set];
class Handler {
  #count = 0;
  get(target, key) { this.#count++; return key === "count" ? this.#count : target[key]; }
  getOwnPropertyDescriptor(target, key) { const found = Reflect.getOwnPropertyDescriptor(target, key); this.last = found; return found; }
}
exports.run = () => {
  const handler = new Handler();
  const proxy = new Proxy(data, handler), { proxy: other, revoke } = Proxy.revocable(data, { getOwnPropertyDescriptor: Object.getOwnPropertyDescriptor, has: () => true });
  const own = { x: 1 }, plain = new Proxy(own, { getOwnPropertyDescriptor: () => ({ value: 5, configurable: true }) });
  const out = [seen(proxy), proxy.count, typeof handler.last.set, seen(other), "none" in other, Object.getOwnPropertyDescriptor(plain, "x"), Proxy.name, Proxy.length, Proxy.prototype === undefined];
  out.push(Object.keys(new Proxy(Array.prototype, handler)), Object.getOwnPropertyDescriptor(new Proxy(Error.prototype, handler), "message").value);
  proxy.__lookupSetter__("a") === undefined || out.push("a setter");
  revoke();
  try { other.a; } catch (error) { out.push(error.constructor.name); }
  try { Proxy(own, {}); } catch (error) { out.push(error.message); }
  try { new Proxy(1, {}); } catch (error) { out.push(error.constructor.name); }
  return out;
};`,
  });
});
afterAll(() => project.remove());

test("a proxy shows what its handler was shown of another package's exports, and of the language's objects", async () => {
  const node = await project.node("index.js");
  const moat = await project.moat("index.js");
  expect(node.code, node.stderr).toBe(0);
  expect(moat.stdout, moat.stderr).toBe(node.stdout);
});
