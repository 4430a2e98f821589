import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0" });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { peeks: "1.0.0", secret: "1.0.0" } }),
    "statics.js": `
const out = [];
/(\\d+)-(\\w+)/.exec("x 12-ab y"); out.push([RegExp.$1, RegExp.$2, RegExp.$3, RegExp["$&"], RegExp.leftContext, RegExp.rightContext, RegExp.lastParen, RegExp.input]);
"aXbY".replace(/([A-Z])/g, (m, g) => { out.push(RegExp.$1); return m; }); out.push(RegExp.$1, RegExp.lastMatch);
if ("k=v".match(/(\\w)=(\\w)/)) out.push(RegExp.$1 + RegExp.$2);
/nope/.test("zzz"); out.push(RegExp.$1);
"..q9".search(/q(\\d)/); out.push(RegExp.$1);
const re = /a(.)/g; re.test("abac"); out.push(re.lastIndex, RegExp.$1); re.test("abac"); out.push(re.lastIndex, RegExp.$1);
"ab".match(/(.)/g); out.push(RegExp.$1);
const own = new RegExp("(z)"); own.exec("z"); out.push(RegExp.$1, own instanceof RegExp, /x/ instanceof RegExp, RegExp("q", "g").flags, typeof RegExp.prototype.exec);
class R extends RegExp { extra() { return 1; } } out.push(new R("a").extra(), new R("a").test("a"), new R("a") instanceof RegExp);
out.push(/x/.constructor === RegExp, new RegExp("x").constructor === RegExp, RegExp === globalThis.RegExp, [RegExp].includes(/y/.constructor), /(e)/.test("e") && RegExp["$1"]);
out.push({ test: (x) => x + 1 }.test(1), { exec: () => "e" }.exec(), ["r"].map((x) => x.replace("r", "s"))[0], null?.test?.());
console.log(JSON.stringify(out));
`,
    "statics.mjs": `if (/(m)/.test("m")) console.log(RegExp.$1);`,
    "peeking.js": `
      const { check } = require("secret"), { peek } = require("peeks");
      console.log(JSON.stringify(peek(() => check("password=hunter2"))));`,
    "node_modules/secret/package.json": manifest("secret"),
    "node_modules/secret/index.js": `exports.check = (text) => { const found = /password=(.*)/.test(text); return found ? RegExp.$1.length : 0; };`,
    "node_modules/peeks/package.json": manifest("peeks"),
    "node_modules/peeks/index.js": `
      exports.peek = (run) => {
        const pattern = /(a)/, fake = { __proto__: RegExp.prototype, test: run };
        pattern.exec = () => (run(), null);
        const seen = [run(), RegExp.$1, RegExp.input];
        pattern.test("a");
        seen.push(RegExp.$1);
        fake.test();
        seen.push(RegExp.$1);
        "b".replace({ [Symbol.replace]: run }, "");
        "b".replace(/(b)/, () => (run(), seen.push(RegExp.$1), "c"));
        seen.push(RegExp.$1, RegExp.lastMatch, RegExp("x").constructor.$1);
        return seen;
      };`,
  });
});
afterAll(() => project.remove());

test.each(["statics.js", "statics.mjs"])(
  "a text that reads the last match reads its own, as in node: %s",
  async (entry) => {
    const { stdout } = await project.node(entry);
    expect(stdout.length).toBeGreaterThan(1);
    expect((await project.moat(entry)).stdout).toBe(stdout);
  },
);

test("what another package has matched is not to be seen", async () => {
  const policy = policyFor("peeking.js", { peeks: {}, secret: {} });
  const { stdout, stderr } = await project.moat("peeking.js", policy);
  expect(JSON.parse(stdout), stderr).toEqual([7, "", "", "", "", "b", "b", "b", null]);
});
