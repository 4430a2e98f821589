/** What a package may write never becomes code or evidence that somebody else trusts. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project;
const WRITES = ["settings.js", "settings", "lib/index.js", "lib.js", "lib/package.json", "other-part.js", "denials.log"];

beforeAll(() => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
    "index.js": `require("./settings"); require("./lib"); require("dep");`,
    "settings.json": "{}",
    "lib/index.json": "{}",
    // Another program of the project: not the one that runs.
    "other.js": `require("./other-part");`,
    "other-part.js": "// mine",
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `
      const fs = require("fs");
      for (const name of ${JSON.stringify(WRITES)}) { try { fs.writeFileSync(name, "throw 'owned'"); } catch {} }
      try { fs.truncateSync("denials.log", 0); fs.renameSync("denials.log", "gone.log"); } catch {}
      fs.mkdirSync("settings.d");
      fs.mkdirSync("other");
      fs.writeFileSync("other/report.js", "");`,
    "moat.overrides.json": JSON.stringify({ packages: { dep: { fs: { read: ["."], write: [".", "./lib"] }, reason: "as broad as it gets" } } }),
  });
  expect(project.moat("policy", "--write", "index.js", "other.js").code).toBe(0);
});
afterAll(() => project.dispose());

test("modules of all entries, what would be loaded in their place, and moat's log", () => {
  const at = (name: string): string => path.join(project.folder, name);
  expect(project.moat("run", "--log", "denials.log", "index.js").code).toBe(0);
  for (const name of WRITES.slice(0, 5)) expect(existsSync(at(name)), name).toBe(false);
  expect(readFileSync(at("other-part.js"), "utf8")).toBe("// mine");
  const log = readFileSync(at("denials.log"), "utf8");
  expect(log).not.toContain("owned");
  expect(log.trim().split("\n").map((line) => JSON.parse(line).target).includes(at("denials.log"))).toBe(true);
  expect(existsSync(at("gone.log"))).toBe(false);
  // What is nobody's module it may make, folders named like one included.
  expect(existsSync(at("other/report.js"))).toBe(true);
});

test("a command that a person starts may change sources", () => {
  project.write({
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0", bin: { tidy: "./tidy.js" } }),
    "node_modules/.bin/tidy": "#!/usr/bin/env node\n",
    "node_modules/dep/tidy.js": `#!/usr/bin/env node
      const fs = require("fs");
      fs.writeFileSync("other-part.js", "// tidy");
      try { fs.writeFileSync("karma.conf.js", "owned") } catch (error) { console.log(error.code) }`,
  });
  expect(project.moat("policy", "--write", "bin:tidy").code).toBe(0);
  expect(project.moat("policy", "--accept").code).toBe(0);
  expect(project.moat("exec", "tidy").stdout).toBe("EACCES\n");
  expect(readFileSync(path.join(project.folder, "other-part.js"), "utf8")).toBe("// tidy");
});
