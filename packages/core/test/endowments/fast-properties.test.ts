import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import { makePropertiesFast } from "../../src/endowments/fast-properties.ts";

const MOAT = fileURLToPath(new URL("../../../cli/bin/moat.js", import.meta.url));

/** V8's own answer. */
function hasFastProperties(object: object): boolean {
  setFlagsFromString("--allow-natives-syntax");
  try {
    return new Script("(function (object) { return %HasFastProperties(object); })").runInThisContext()(object);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}

test("what V8 keeps as a table becomes fast, frozen or not, also the first time that it is asked for", () => {
  for (const finish of [Object.freeze, Object.seal, <T>(object: T) => object]) {
    const object: Record<string, unknown> = {};
    for (const name of ["a", "b", "c"]) object[name] = () => name;
    delete object["a"];
    finish(object);
    expect(hasFastProperties(object)).toBe(false);
    makePropertiesFast(object);
    expect(hasFastProperties(object)).toBe(true);
  }
  // As moat's accessors come to be.
  for (const name of ["trim", "at"]) {
    const value: unknown = Reflect.get(String.prototype, name);
    Object.defineProperty(String.prototype, name, { get: () => value, set() {}, configurable: true });
  }
  makePropertiesFast(String.prototype);
  expect(hasFastProperties(String.prototype)).toBe(true);
});

test("what every package reads by, and what buffers inherit from, which Node has used before, is fast in a program", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-fast-"));
  try {
    const files = {
      "ask.cjs": `const isFast = new Function("object", "return %HasFastProperties(object)");
        const asked = { Buffer, "Buffer.prototype": Buffer.prototype, Object, Array, Reflect, Map, "Map.prototype": Map.prototype };
        const slow = () => Object.keys(asked).filter((name) => !isFast(asked[name])).join();
        process.on("exit", () => require("node:fs").writeSync(1, "slow: " + slow() + "\\n"));`,
      "package.json": '{"name":"app"}',
      "moat.policy.json": '{"version":1,"root":"trusted","entries":["./index.js"],"packages":{}}',
      "index.js": 'for (let n = 0; n < 1000; n++) if (Buffer.from("ab").readUInt8(1) !== 98) throw new Error("wrong");',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const options = ["--allow-natives-syntax", "-r", join(folder, "ask.cjs")];
    const { stdout } = await promisify(execFile)(process.execPath, [...options, MOAT, "run", "index.js"], {
      cwd: folder,
    });
    expect(stdout).toBe("slow: \n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
