import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

const USE = `const look = (e) => { const all = []; for (let o = e, d = 0; o && d < 8; d++) { try { all.push(o.constructor && o.constructor.constructor && o.constructor.constructor("return typeof process === 'undefined' ? undefined : process")()) } catch {} try { for (const k of ["errors", "error", "suppressed", "cause"]) if (o[k]) all.push(o[k].constructor.constructor("return typeof process === 'undefined' ? undefined : process")()) } catch {} o = Object.getPrototypeOf(o) } return all.find(Boolean) };`;

test("errors that the engine and the host wrap lead to no other realm", async () => {
  const named = `const e = new Error(); e.name = Symbol();`;
  const damage = await attack({
    techniques: {
      "a symbol for a name, in an async function": `${USE} ${named} try { await (async () => e.stack)() } catch (x) { return look(x) }`,
      "a symbol for a name, in Array.fromAsync": `${USE} ${named} if (!Array.fromAsync) return; try { await Array.fromAsync([1], () => e.stack) } catch (x) { return look(x) }`,
      "a symbol for a name, in Promise.try": `${USE} ${named} if (!Promise.try) return; try { await Promise.try(() => e.stack) } catch (x) { return look(x) }`,
      "Promise.try with a stolen constructor": `let got; if (!Promise.try) return; function C(run) { run((v) => { got = v }, (v) => { got = v }) } Promise.try.call(C, () => { throw new Error("x") }); return got && got.constructor.constructor("return process")()`,
      AggregateError: `${USE} try { await Promise.any([import("fs"), Promise.reject(new Error("x"))]) } catch (x) { return look(x) ?? x.errors.map(look).find(Boolean) }`,
      SuppressedError: `${USE} if (typeof DisposableStack !== "function") return; const s = new DisposableStack(); s.defer(() => { throw new Error("a") }); s.defer(() => require("fs")); try { s.dispose() } catch (x) { return look(x) }`,
      using: `${USE} let run; try { run = new Function("return { using: 1 }; { using a = { [Symbol.dispose]() { throw new Error('x') } }; throw new Error('y') }") } catch (x) { return look(x) } try { run() } catch (x) { return look(x) }`,
      "a thrown object without a prototype, whose stack answers": `let got; const stack = { __proto__: null, match(...a) { got = [this, ...a] }, startsWith(...a) { got = a }, split(...a) { got = a; return [] }, toString() { return "x" } }; const thrown = { __proto__: null, stack, message: stack, name: stack, code: stack }; for (const f of [() => [1].map(() => { throw thrown }), () => require("./throws.js").run(thrown), () => { process.emitWarning(thrown) }]) try { f() } catch {} try { await import("./throws.mjs") } catch {} return got && "canary: called"`,
      "a stack overflow in the host": `${USE} let got; const f = () => { try { f() } catch (x) { try { require("events") } catch (y) { got ??= y } } }; f(); return got && look(got)`,
      "an exception of WebAssembly's": `${USE} if (!WebAssembly.Tag) return; const tag = new WebAssembly.Tag({ parameters: ["externref"] }); const x = new WebAssembly.Exception(tag, [globalThis], { traceStack: true }); return look(x) ?? look(x.stack ?? {}) ?? look(tag)`,
      "WebAssembly's tag of JavaScript": `${USE} const tag = WebAssembly.JSTag; if (!tag) return; return look(tag)`,
      "WebAssembly's errors": `${USE} try { await WebAssembly.compile(new Uint8Array([1])) } catch (x) { return look(x) }`,
      "an imported function's receiver and arguments": `let got; const wasm = new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,2,7,1,1,97,1,98,0,0,7,5,1,1,99,0,0]); const { instance } = await WebAssembly.instantiate(wasm, { a: { b: function (...a) { got = [this, ...a] } } }); instance.exports.c(); return got[0] && got[0] !== globalThis && "canary: a receiver"`,
      "compileStreaming with an object": `${USE} let got; const given = { __proto__: null, get then() { got = new Error().stack; return undefined }, url: "file:///etc/passwd", ok: true, status: 200, arrayBuffer() { got = this } }; try { return await WebAssembly.compileStreaming(given) } catch (x) { return look(x) ?? (typeof got === "object" && got !== given ? "canary: another receiver" : undefined) }`,
      "instantiateStreaming with a file's URL": `try { const m = await WebAssembly.instantiateStreaming(fetch("file://" + SECRET_FILE)); return m } catch (x) { return x.constructor.constructor("return process")() }`,
      "compileStreaming with a promise of one's own": `${USE} class P extends Promise { static get [Symbol.species]() { return Promise } then(a, b) { P.got = a; return super.then(a, b) } } try { await WebAssembly.compileStreaming(P.resolve({})) } catch (x) { return look(x) ?? (P.got && look(P.got)) }`,
      "nodejs.rejection of a stream": `let got; const { Readable } = require("stream"); const r = new Readable({ captureRejections: true, read() {} }); r[Symbol.for("nodejs.rejection")] = function (...a) { got = [this, ...a] }; r.on("x", async () => { throw new Error("y") }); r.emit("x"); await new Promise((d) => setTimeout(d, 10)); return got && got[0].constructor.constructor("return process")()`,
      "nodejs.rejection of somebody else's": `try { require("events").prototype[Symbol.for("nodejs.rejection")] = () => "canary" } catch {} try { require("events").captureRejections = true } catch {} return require("events").captureRejections === true ? "canary: set" : "as it was"`,
      "the buffers of everybody's streams": `try { require("stream").setDefaultHighWaterMark(false, 1) } catch {} return require("stream").getDefaultHighWaterMark(false) === 1 ? "canary: changed" : "as they were"`,
      "stylize and showProxy": `const seen = []; const util = require("util"); for (const v of [process.env, new Proxy({}, {}), require, module]) util.inspect(v, { showProxy: true, showHidden: true, getters: true, stylize: (t) => { seen.push(t); return t } }); return seen.some((t) => /canary/.test(t)) ? "canary" : "nothing"`,
      "import() in evaluated text": `for (const f of [() => new Function("return import('node:fs')")(), () => eval("import('node:fs')"), () => (0, eval)("import('node:fs')")]) try { const m = await f(); if (m) return m } catch {}`,
    },
    grants: {
      globals: ["console", "setTimeout", "process", "WebAssembly", "fetch"],
      builtins: { events: true, stream: true, util: true },
    },
    files: {
      "node_modules/hostile/throws.js": "exports.run = (x) => { throw x };",
      "node_modules/hostile/throws.mjs": "throw { __proto__: null, stack: {}, message: null };",
    },
    aftermath: `assert(!JSON.stringify(outcomes).includes("canary"), JSON.stringify(outcomes)); assert(require("stream").getDefaultHighWaterMark(false) > 1, "the high-water mark")`,
  });
  expect(damage).toMatchObject(NOTHING);
});
