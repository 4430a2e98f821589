import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

const EXHAUST = `
  function deep(f, results) { let depth = 0; (function down() { depth++; try { down() } catch {} if (results.length < 400) try { results.push(f()) } catch (e) { results.push(e) } })(); return results }`;

test("a check that runs out of stack half-way lets nothing through", async () => {
  const damage = await attack({
    techniques: {
      "require of a builtin": `${EXHAUST} return deep(() => require("fs").readFileSync(SECRET_FILE, "utf8"), []).find((r) => typeof r === "string")`,
      "require of a package": `${EXHAUST} return deep(() => require("victim").secret, []).find((r) => typeof r === "string")`,
      "the error's constructor": `${EXHAUST} const e = deep(() => require("fs"), []).find((r) => r instanceof Error); return e.constructor.constructor("return process")()`,
      "an error of another realm": `${EXHAUST} const all = deep(() => eval("1"), []).concat(deep(() => new Function("1"), [])); return all.find((r) => r && typeof r === "object" && !(r instanceof Error))`,
      eval: `${EXHAUST} return deep(() => eval("typeof process === 'undefined' ? undefined : process"), []).find((r) => r && !(r instanceof Error))`,
      "the policy's file": `${EXHAUST} return deep(() => require("fs").writeFileSync("moat.policy.json", "{}"), []).find((r) => r === undefined) === undefined ? "denied" : "wrote"`,
    },
    grants: { builtins: { fs: true }, fs: { read: ["<package>"] } },
    files: {
      "node_modules/victim/package.json": '{"name":"victim","version":"1.0.0"}',
      "node_modules/victim/index.js": 'exports.secret = "canary-3f9c1d"',
    },
  });
  expect(damage).toMatchObject(NOTHING);
});

test("what another package exports is guarded in full, however little stack there was for it", async () => {
  const damage = await attack({
    techniques: {
      "exports guarded by half": `${EXHAUST}
        let victim;
        (function down() { try { down() } catch {} if (!victim) try { victim = require("victim") } catch {} })();
        for (const [holder, key] of [[victim, "verify"], [victim.Client.prototype, "send"], [victim.nested.deep, "verify"]]) try { holder[key] = () => "mine" } catch {}`,
    },
    grants: { packages: ["victim"] },
    files: {
      "node_modules/victim/package.json": '{"name":"victim","version":"1.0.0"}',
      "node_modules/victim/index.js": `exports.Client = class { send() { return "own" } close() {} };
        exports.verify = () => "own";
        exports.nested = { deep: { verify: () => "own" } };`,
    },
    // Nothing is guarded for the application.
    before: 'require("victim");',
    aftermath: `const { Client, nested, verify } = require("victim");
      assert(new Client().send() === "own" && verify() === "own" && nested.deep.verify() === "own", "somebody else's exports");`,
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.stderr).toContain("may not change the exports of victim");
});

const MODULE = {
  "node_modules/victim/package.json": '{"name":"victim","version":"1.0.0","type":"module"}',
  "node_modules/victim/index.js": Array.from(
    { length: 40 },
    (_, index) => `export const verify${index} = () => "own";`,
  ).join("\n"),
};

const OTHER = {
  "node_modules/other/package.json": '{"name":"other","version":"1.0.0","type":"module"}',
  "node_modules/other/index.js": 'import { verify1 } from "./second.js"; export const verify = verify1;',
  "node_modules/other/second.js": MODULE["node_modules/victim/index.js"],
};

test("the namespace of a module is filled and closed in full, however little stack there was for it", async () => {
  const damage = await attack({
    techniques: {
      "a namespace filled by half": `${EXHAUST} await new Promise((done) => setTimeout(done, 100)); require("other");
        let victim; (function down() { try { down() } catch {} if (!victim) try { victim = require("victim") } catch {} })();
        for (let index = 0; index < 40; index++) try { Object.defineProperty(victim, "verify" + index, { value: () => "mine", configurable: true }) } catch {}
        return Object.isFrozen(victim) + " " + Object.keys(victim).length`,
    },
    grants: { packages: ["victim", "other"], globals: ["setTimeout"] },
    files: { ...MODULE, ...OTHER, "app.mjs": 'import { verify0 } from "victim"; verify0();' },
    // Linked and run, and nobody has asked for its namespace.
    before: 'import("./app.mjs");',
    aftermath: `const victim = await import("victim"); const all = Array.from({ length: 40 }, (_, index) => victim["verify" + index]?.());
      assert(all.every((answer) => answer === "own"), all.join()); assert(outcomes["a namespace filled by half"] === "true 40", outcomes["a namespace filled by half"]);`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a module that a package imports near the end of the stack is not failed for everybody", async () => {
  const damage = await attack({
    techniques: {
      "import of a module": `await import("other"); (function down() { try { down() } catch {} try { import("victim").catch(() => {}) } catch {} })(); return "tried"`,
    },
    grants: { packages: ["victim", "other"] },
    files: {
      ...MODULE,
      ...OTHER,
      "node_modules/victim/second.js": 'import { verify1 } from "./third.js"; export const verify = verify1;',
      "node_modules/victim/third.js": MODULE["node_modules/victim/index.js"],
    },
    aftermath: `const victim = await import("victim").catch(String), other = await import("victim/second.js").catch(String);
      assert(victim.verify1?.() === "own", "victim " + (typeof victim === "string" ? victim : "")); assert(other.verify?.() === "own", "other " + (typeof other === "string" ? other : ""));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test.each([
  ["tls", "connect"],
  ["http", "get"],
  ["https", "request"],
  ["http2", "connect"],
  ["net", "connect"],
  ["dgram", "createSocket"],
  ["dns", "lookup"],
  ["worker_threads", "Worker"],
])("%s serves others where a package asked for a member of it with little stack", async (name, member) => {
  const damage = await attack({
    techniques: {
      [name]: `const builtin = require("${name}"); let made; (function down() { try { down() } catch {} if (!made) try { made = builtin.${member} } catch {} })();
        return typeof made + " " + Object.isFrozen(builtin.${member})`,
    },
    grants: { builtins: { [name]: true } },
    aftermath: `assert(outcomes["${name}"] === "function false", outcomes["${name}"]); try { require("${name}").${member} } catch (error) { assert(false, error.message) }`,
  });
  expect(damage).toMatchObject(NOTHING);
});
