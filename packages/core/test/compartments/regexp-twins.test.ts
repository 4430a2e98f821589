import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const MOAT = fileURLToPath(new URL("../../../cli/bin/moat.js", import.meta.url));

test("V8 goes on trusting the process's regular expressions, so that twins are quick", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-twins-"));
  try {
    const files = {
      "ask.cjs": `const isTrusted = new Function("return %RegExpSpeciesProtector()");
        process.on("exit", () => require("node:fs").writeSync(1, "trusted: " + isTrusted() + "\\n"));`,
      "package.json": '{"name":"app","dependencies":{"a":"1.0.0"}}',
      "moat.policy.json": '{"version":1,"root":"trusted","entries":["./index.js"],"packages":{"a":{}}}',
      "index.js": 'console.log(require("a"))',
      "node_modules/a/package.json": '{"name":"a","version":"1.0.0"}',
      "node_modules/a/index.js": `class Own extends RegExp {}
        const text = "some text ".repeat(100);
        for (let n = 0; n < 2000; n++) if (text.replace(/ /g, "_").length + text.replace(new Own("e", "g"), "").length !== 1800) throw new Error("wrong");
        const [byLiteral] = "a".match(/a/), { constructor } = /a/;
        module.exports = [text.replace(/[st]e/g, "$&-").slice(0, 11), constructor === RegExp, byLiteral].join();`,
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const options = ["--allow-natives-syntax", "-r", join(folder, "ask.cjs")];
    const { stdout } = await promisify(execFile)(process.execPath, [...options, MOAT, "run", "index.js"], {
      cwd: folder,
    });
    expect(stdout.split("\n")).toEqual(["some te-xt ,true,a", "trusted: true", ""]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
