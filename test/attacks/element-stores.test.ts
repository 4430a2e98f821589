import { readFileSync } from "node:fs";
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
