import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

test("no constructor that can be reached compiles text with more authority", async () => {
  const damage = await attack({
    techniques: {
      function: `return (function () {}).constructor`,
      "async function": `return await (async function () {}).constructor("return process")()`,
      generator: `return (function* () {}).constructor("yield process")().next().value`,
      "async generator": `return (await (async function* () {}).constructor("yield process")().next()).value`,
      "a builtin's constructor": `return [].map.constructor("return globalThis")()`,
      "the constructor of moat's own functions": `return require.constructor("return process")()`,
      "of require.resolve": `return require.resolve.constructor("return process")()`,
      "of console.log": `return console.log.constructor("return process")()`,
      "of a timer's callback receiver": `return await new Promise((done) => setTimeout(function () { done(this && this.constructor && this.constructor.constructor) }))`,
      "of an error thrown by moat": `try { require("fs") } catch (e) { return e.constructor.constructor("return process")() }`,
      "of an error's prototype chain": `try { require("fs") } catch (e) { let o = e; const all = []; while ((o = Object.getPrototypeOf(o))) all.push(o.constructor.constructor("return typeof process === 'undefined' ? null : process")()); return all.find(Boolean) }`,
      "of import()'s promise and error": `const p = import("fs"); try { await p } catch (e) { return p.constructor.constructor("return process")() ?? e.constructor.constructor("return process")() }`,
      "of import()'s namespace": `return (await import("./mod.mjs")).f.constructor("return process")()`,
      "of import.meta.resolve": `return (await import("./mod.mjs")).meta.resolve.constructor("return process")()`,
      "by a borrowed __lookupGetter__": `const get = ({}).__lookupGetter__("__proto__"); const c = get.call(get).constructor; return c("return process")()`,
      "by nested descriptors": `return Object.getOwnPropertyDescriptors(Object.getOwnPropertyDescriptors(Function.prototype).constructor).value.value("return process")()`,
      "by Reflect.construct with a newTarget": `return Reflect.construct((function () {}).constructor, ["return process"], Object)()`,
      "a constructor getter that answers twice": `let n = 0; const F = function () {}; const o = { get constructor() { return n++ ? F.constructor : Object } }; return o.constructor && o.constructor("return process")()`,
      "sloppy this of a compiled function": `return (function () {}).constructor("return (function () { return this })()")()`,
      "SES's own Compartment": `return (function () {}).constructor("return new Compartment().globalThis")()`,
    },
    files: { "node_modules/hostile/mod.mjs": `export function f() {} export const meta = import.meta;` },
  });
  expect(damage).toMatchObject(NOTHING);
});
