import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const MOAT = fileURLToPath(new URL("../../../cli/bin/moat.js", import.meta.url));

test("what the application's inspector counts is counted block by block, also where V8's code of the file is kept", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-counted-"));
  try {
    const files = {
      "package.json": '{"name":"app"}',
      "moat.policy.json": '{"version":1,"root":"trusted","entries":["./index.js"],"packages":{}}',
      "index.js": `const { Session } = require("node:inspector"), session = new Session();
        session.connect();
        session.post("Profiler.enable");
        session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
        require("./counted.js")(5);
        session.post("Profiler.takePreciseCoverage", (error, { result }) => {
          const { functions } = result.find(({ url }) => url.endsWith("counted.js"));
          console.log(functions.find(({ functionName }) => functionName === "sizeOf").ranges.map(({ count }) => count).join());
        });`,
      "counted.js":
        'module.exports = function sizeOf(n) {\n  if (n > 1) {\n    return "big";\n  } else {\n    return "small";\n  }\n};',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, "cache"));
    const run = () =>
      promisify(execFile)(process.execPath, [MOAT, "run", "index.js"], {
        cwd: folder,
        env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
      });
    const counts = [];
    for (let round = 0; round < 3; round++) counts.push((await run()).stdout);
    expect(counts).toEqual(["1,0\n", "1,0\n", "1,0\n"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
