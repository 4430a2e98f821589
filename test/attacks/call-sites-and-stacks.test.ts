import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

test("neither stacks nor callers hand out functions and receivers", async () => {
  const damage = await attack({
    techniques: {
      "call sites' getThis and getFunction": `
        Error.prepareStackTrace = (e, sites) => sites; Error.stackTraceLimit = 100;
        const found = []; for (const s of new Error().stack) { found.push(s.getThis(), s.getFunction()); for (const k of Object.keys(Object.getPrototypeOf(s))) try { const v = s[k](); if (v && typeof v !== "string") found.push(v) } catch {} }
        return found.find((f) => f && typeof f !== "number" && typeof f !== "boolean")`,
      "a call site's prototype can't be changed": `
        Error.prepareStackTrace = (e, sites) => sites; const s = new Error().stack[0];
        try { Object.getPrototypeOf(s).getFileName = () => "forged" } catch {} return Object.isFrozen(s) && Object.isFrozen(Object.getPrototypeOf(s)) ? "frozen" : Object.getPrototypeOf(s)`,
      "the real Error's hook, reached by a prototype": `
        const Real = new TypeError().constructor.__proto__; let got; try { Object.defineProperty(Real, "prepareStackTrace", { value: (e, s) => (got = s) }) } catch {} void new Real().stack; return got && got[0].getFunction()`,
      "an error of the host": `try { require("fs") } catch (e) { Error.prepareStackTrace = (x, s) => s; Error.captureStackTrace(e); return e.stack[0].getFunction() }`,
      "captureStackTrace on a frozen error": `
        Error.prepareStackTrace = (x, s) => s; const e = Object.freeze(new TypeError()); try { Error.captureStackTrace(e) } catch {} return typeof e.stack`,
      "a symbol for a name": `const e = new Error(); e.name = Symbol(); try { e.stack } catch (x) { return x.constructor.constructor("return process")() }`,
      "a name that throws the host's error": `const e = new Error(); Object.defineProperty(e, "name", { get() { throw e } }); try { e.stack } catch (x) { return x.constructor.constructor("return process")() }`,
      caller: `let got; function f() { try { got = f.caller } catch {} } [1].forEach(f); require("events"); return got`,
      "arguments.callee.caller": `let got; [1].sort(function () {}); Array.from([1], function () { try { got = arguments.callee.caller } catch {} }); return got`,
      "the caller of a getter that moat reads": `let got; const o = { get with() { try { got = Object.getOwnPropertyDescriptor(o, "with").get.caller } catch {} } }; try { await import("./x.mjs", o) } catch {} return got`,
      "the caller of a toString that moat calls": `let got; const o = { toString: function t() { try { got = t.caller || t.arguments } catch {} return "./x.mjs" } }; try { await import(o) } catch {} try { new Function(o) } catch {} return got`,
      "a forged source": `return eval("(function () { return new Error().stack })()\\n//#\\u00a0sourceURL=node:internal/x").includes("node:internal/x") ? "forged" : "true names"`,
      "what defines an assigned property": `
        const seen = []; const target = () => new Proxy({}, { defineProperty(t, k, d) { Error.prepareStackTrace = (e, s) => s; seen.push(...new Error().stack.map((s) => String(s.getFileName()))); Error.prepareStackTrace = undefined; seen.push(new Error().stack); return Reflect.defineProperty(t, k, d) } });
        const own = target(); own.toString = 1; own.valueOf = 2; own.hasOwnProperty = 3; target().isPrototypeOf = 4;
        return seen.length === 0 ? "nothing seen" : seen.some((text) => /moat:|own-feedback|define-field|override-mistake/.test(text)) ? "canary" : "hidden"`,
    },
    grants: { builtins: { events: true } },
    aftermath: `assert(outcomes["a forged source"] === "true names", "a forged source"); assert(outcomes["a call site's prototype can't be changed"] === "frozen", "call sites"); assert(outcomes["what defines an assigned property"] === "hidden", "what defines")`,
  });
  expect(damage).toMatchObject(NOTHING);
});
