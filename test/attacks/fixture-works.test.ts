import { expect, test } from "vitest";
import { attack } from "./hostile-package.ts";

test("the fixture sees an attack that succeeds, so that the others mean something", async () => {
  const damage = await attack({
    techniques: {
      environment: `return process`,
      file: `return require("fs")`,
      command: `return require("child_process")`,
      network: `return require("net")`,
    },
    grants: {
      globals: ["process", "console", "setTimeout"],
      builtins: { fs: true, child_process: true, net: true, process: true },
      env: ["SECRET"],
      fs: { read: ["<outside>"], write: ["<outside>"] },
      commands: ["touch"],
      net: { connect: ["127.0.0.1:*"] },
    },
  });
  expect(damage.outcomes["environment"]).toContain("canary");
  expect(damage.outcomes["file"]).toContain("canary");
  expect(damage.outcomes["command"]).toContain("ran");
  expect(damage).toMatchObject({ leaked: true, marked: true });
  expect(damage.connections).toBeGreaterThan(0);
});
