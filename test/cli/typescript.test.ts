import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { makeProject, type Project } from "./project-fixture.ts";
import { TYPESCRIPT_PROGRAMS } from "../nodes/typescript-programs.mjs";

const runsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

let project: Project;
afterEach(() => project.dispose());

describe.runIf(runsTypeScript)("a Node that strips types", () => {
  test.each(TYPESCRIPT_PROGRAMS)("$entry", ({ entry, files, code, stdout, stderr }) => {
    project = makeProject(files);
    expect(project.moat("policy", "--write", entry)).toMatchObject({ code: 0 });
    // The second run is from what the first one has kept.
    for (let run = 0; run < 2; run++) {
      const seen = project.moat("run", entry);
      expect(seen).toMatchObject({ code, stdout });
      if (stderr === undefined) expect(seen.stderr).not.toContain("moat: ");
      else expect(seen.stderr).toContain(stderr);
    }
  });
});

test.skipIf(runsTypeScript)("a Node that strips no types says who does", () => {
  const policy = '{"version":1,"root":"trusted","entries":["./index.ts"],"packages":{}}';
  project = makeProject({
    "package.json": '{"name":"app"}',
    "index.ts": "const x: number = 1; console.log(x);",
    "moat.policy.json": policy,
  });
  // What can't be read wants nothing: a policy that another Node wrote is not emptied.
  for (const args of [["--check"], ["--write"], ["--write", "index.ts"]]) {
    const refused = project.moat("policy", ...args);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("is TypeScript");
  }
  expect(readFileSync(join(project.folder, "moat.policy.json"), "utf8")).toBe(policy);
  const { code, stdout, stderr } = project.moat("run", "index.ts");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("index.ts:1:");
  expect(stderr).toContain("next: run it with Node 22.18 or later");
});
