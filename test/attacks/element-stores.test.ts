import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/** See `element-kinds.ts`: V8 is told that what arrays inherit from has plain elements; it is closed all the same. */
test("no intrinsic gets an element, however often and in whatever way one is added, and all are frozen", async () => {
  const text = readFileSync(new URL("../nodes/change-intrinsics.js", import.meta.url), "utf8");
  const damage = await attack({
    techniques: {
      "elements and frozenness": `const found = require("./change-intrinsics.js").changeIntrinsics(); return found.length === 0 ? "tried" : "canary " + found.join("; ")`,
    },
    files: { "node_modules/hostile/change-intrinsics.js": text },
    aftermath: `assert([][0] === undefined && ({})[0] === undefined && Array.prototype.length === 0, "elements of prototypes");
      assert(Object.values(outcomes).every((outcome) => outcome === "tried"), JSON.stringify(outcomes));`,
  });
  expect(damage).toMatchObject(NOTHING);
});

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

test("V8 compiles calls of its own functions in the main thread alone, before anybody's code; a worker gets the code of that", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-natives-"));
  try {
    const files = {
      "spy.cjs": `const v8 = require("node:v8"), vm = require("node:vm"), { threadId } = require("node:worker_threads");
        const say = (...words) => require("node:fs").writeSync(1, words.join(" ") + "\\n");
        const { setFlagsFromString } = v8;
        v8.setFlagsFromString = (flag) => { say(threadId, flag); setFlagsFromString(flag) };
        vm.Script = class extends vm.Script {
          constructor(text, options) {
            super(text, options);
            if (text.startsWith("(function (object, kind)")) say(threadId, "rejected:", this.cachedDataRejected);
          }
        };`,
      "package.json": '{"name":"app"}',
      "moat.policy.json": '{"version":1,"root":"trusted","entries":["./index.js"],"packages":{}}',
      "index.js": `const { threadId, Worker } = require("node:worker_threads"); if (threadId < 2) new Worker(__filename);`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const env = { ...process.env, NODE_OPTIONS: `--require ${JSON.stringify(join(folder, "spy.cjs"))}` };
    const madeInMainThread = ["0 --allow-natives-syntax", "0 rejected: ", "0 --no-allow-natives-syntax"];
    const { stdout } = await promisify(execFile)(process.execPath, [MOAT, "run", "index.js"], { cwd: folder, env });
    const said = stdout.trim().split("\n");
    // When V8 is to optimise: also of the whole process.
    const isPace = (line: string): boolean =>
      / --(?:interrupt-budget|invocation-count|turbofan|no-turbofan)/.test(line);
    expect(said.filter((line) => !isPace(line))).toEqual([
      ...madeInMainThread,
      ...madeInMainThread,
      "1 rejected: false",
      "2 rejected: false",
    ]);
    expect(said.filter((line) => isPace(line)).every((line) => line.startsWith("0 "))).toBe(true);
    expect(said.findLastIndex(isPace)).toBeLessThan(said.findLastIndex((line) => line === madeInMainThread[0]));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
