/** The examples of the API print what their README says. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../examples/api/", import.meta.url));
const run = (file: string) => {
  const env = { ...process.env, DEPLOY_TOKEN: "secret" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [folder + file], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  return { status, lines: stdout.trimEnd().split("\n"), stderr };
};

beforeAll(() => expect(run("link.mjs").status).toBe(0));

test.each([
  [
    "load-with-grants.mjs",
    ["notes notes>shout", "BUY MILK!", "ENOENT", "undefined"],
    /^moat: notes may not read .*secret\.txt/u,
  ],
  ["listen-to-denials.mjs", ["handler: notes env DEPLOY_TOKEN", "channel: notes env"], /^$/u],
  ["drop-grants.mjs", ["received", "EACCES", "BUY MILK!", "ENOENT"], /^$/u],
  ["project-policy.mjs", ["BUY MILK!", `secret {"read":[".","<package>"]}`], /^$/u],
])("%s", (file, lines, stderr) => {
  const done = run(file);
  expect(done).toMatchObject({ status: 0, lines });
  expect(done.stderr).toMatch(stderr);
});
