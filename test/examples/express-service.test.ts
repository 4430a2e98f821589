/** The example runs as the README says. It asks the registry for its packages. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const demo = fileURLToPath(new URL("../../examples/express-service/demo.mjs", import.meta.url));

test("a compromised package of an Express service gets nothing, and the service goes on", { timeout: 300_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo], { encoding: "utf8" });
  expect(stdout + stderr).not.toContain("FAIL");
  expect(stdout).toMatch(/moat: express>debug may not use the builtin fs;/);
  expect(stdout).toContain("All of it held.");
  expect(status).toBe(0);
});
