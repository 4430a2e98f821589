import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/** Fails in a text that says it is the application's file, on the line of a call there. */
const FAIL = (call: string): string => `
  const { dirname } = { dirname: (file) => file.slice(0, file.lastIndexOf("/")) };
  const file = dirname(APP) + "/unlock.js";
  const seen = [];
  for (const text of ["var x = ASSERT;\\nx(false)", "var x = ASSERT;\\nx(0)", "var x = ASSERT;\\nx(null, undefined)"])
    try { ${call} } catch (error) { seen.push(error.message, error.generatedMessage, error.code, error.constructor.name) }
  return JSON.stringify(seen);`;

test("the words of a failed assertion are of no file that its text only names", async () => {
  const asserts = [
    `require("assert")`,
    `require("assert").ok`,
    `require("assert").strict`,
    `require("assert").strict.ok`,
    `require("assert/strict")`,
    `require("assert").strict.strict`,
  ];
  const damage = await attack({
    techniques: Object.fromEntries([
      ...asserts.map((name) => [name, FAIL(`module._compile(text.replace("ASSERT", ${JSON.stringify(name)}), file)`)]),
      [
        "by vm",
        FAIL(
          `require("vm").runInThisContext("(function (require) {" + text.replace("ASSERT", "require('assert')") + "})", { filename: file })(require)`,
        ),
      ],
    ]),
    grants: { builtins: { assert: true, vm: true } },
    files: { "unlock.js": `unlock("canary-3f9c1d")\n`.repeat(6) },
    aftermath: `for (const [name, outcome] of Object.entries(outcomes)) assert((outcome.match(/true,"ERR_ASSERTION","AssertionError"/g) ?? []).length === 3, name + ": " + outcome);
      const own = require("assert"); assert(own.strict.strict === own.strict && own.strict.equal === own.strictEqual, "members of assert");
      try { own(false, "mine") } catch (error) { assert(error.message === "mine" && error.generatedMessage === false, error.message) }
      try { own() } catch (error) { assert(/No value/.test(error.message), error.message) }`,
  });
  expect(damage).toMatchObject(NOTHING);
});
