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
