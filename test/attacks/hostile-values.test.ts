import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

test("proxies, thenables, species and inspection hooks get nothing from those that meet them", async () => {
  const damage = await attack({
    techniques: {
      "inspect's custom hook": `let got; require("util").inspect({ [Symbol.for("nodejs.util.inspect.custom")](depth, options, inspect) { got = [options.stylize, inspect, this]; return "" } }); return got[0].constructor("return process")() ?? got[1]`,
      "inspect's custom hook under console.log": `let got; console.log({ [Symbol.for("nodejs.util.inspect.custom")](d, o, i) { got = i.constructor("return process")(); return "x" } }); return got`,
      "inspect with showProxy on facades": `const seen = []; for (const v of [require("util"), require("events"), console, require, module, globalThis]) require("util").inspect(v, { showProxy: true, showHidden: true, depth: 3, stylize: (t) => { seen.push(t); return t } }); return seen.some((t) => /canary/.test(t)) ? "canary" : "nothing"`,
      "showProxy on a with statement's environment": `let env; const f = new Function("o", "with (o) { return who() }"); f({ who() { env = this } }); return require("util").inspect(env, { showProxy: true }) && env`,
      "a thenable from a technique": `return { then(resolve) { resolve("plain") } }`,
      "a thenable's then called by moat": `let got; const t = { get then() { got = new Error().stack; return undefined } }; await import("./t.mjs"); return got && /canary/.test(got) ? got : "nothing"`,
      "species of promises": `let got; class P extends Promise { static get [Symbol.species]() { return function (executor) { executor((v) => { got = v }, () => {}); } } } P.resolve(1).then(() => {}); return got`,
      "a stolen Promise static": `let got; function C(executor) { executor((v) => { got = v }, (e) => { got = e }) } Promise.reject.call(C, new Error("x")); Promise.all.call(C, []); return got`,
      "import attributes with getters and proxies": `let n = 0; const w = new Proxy({}, { ownKeys: () => { n++; return ["type"] }, getOwnPropertyDescriptor: () => ({ value: n++ ? "json" : "x", enumerable: true, configurable: true }), get: () => { throw new Error("x") } }); try { await import("./t.mjs", { with: w }) } catch (e) { return e.constructor.constructor("return process")() }`,
      "nodejs.rejection": `const EventEmitter = require("events"); let got; const e = new EventEmitter({ captureRejections: true }); e[Symbol.for("nodejs.rejection")] = function (err, name, ...a) { got = [this, ...a] }; e.on("x", async () => { throw new Error("y") }); e.emit("x", {}); await new Promise((r) => setTimeout(r, 10)); return got && got[0].constructor.constructor("return process")()`,
      "a JSON module with __proto__": `const j = require("./j.json"); return ({}).polluted ?? (j.polluted && "own object only")`,
    },
    grants: { builtins: { util: true, events: true } },
    files: {
      "node_modules/hostile/t.mjs": "export default 1",
      "node_modules/hostile/j.json":
        '{"__proto__": {"polluted": "canary-3f9c1d"}, "constructor": {"prototype": {"polluted": "canary-3f9c1d"}}}',
    },
    aftermath: `assert(({}).polluted === undefined, "Object.prototype")`,
  });
  expect(damage).toMatchObject(NOTHING);
});
