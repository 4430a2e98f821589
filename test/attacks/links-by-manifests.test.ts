import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project | undefined;
afterEach(() => project?.dispose());

/** What npm installs of `"y": "file:../../../home"` in a package's manifest: a link, wherever that leads. */
test.each([
  { where: "node_modules/y", packages: { hostile: {} } },
  { where: "node_modules/hostile/node_modules/y", packages: { hostile: { packages: ["hostile>y"] }, "hostile>y": {} } },
])("a package reads nothing by a link that its manifest asked for: $where", ({ where, packages }) => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
    "index.js": 'console.log("came", require("hostile").join(), require("./config/settings.json").token)',
    "config/settings.json": '{"token":"own"}',
    "node_modules/hostile/package.json": JSON.stringify({
      name: "hostile",
      version: "1.0.1",
      dependencies: { y: "file:../../../home" },
    }),
    "node_modules/hostile/index.js": `const came = []; const attempt = (read) => { try { came.push(read()) } catch { came.push("held") } };
      attempt(() => require("y/config.json").auths); attempt(() => require(require.resolve("y/config.json")).auths); attempt(() => require("fs").readFileSync(require.resolve("y/package.json"), "utf8"));
      module.exports = came;`,
  });
  const home = join(project.folder, "../linked");
  mkdirSync(home);
  writeFileSync(join(home, "config.json"), '{"auths":"canary"}');
  mkdirSync(join(project.folder, where, ".."), { recursive: true });
  symlinkSync(home, join(project.folder, where));
  const policy = { version: 1, root: "trusted", entries: ["./index.js"], packages };
  project.write({ "moat.policy.json": JSON.stringify(policy) });
  const before = project.moat("run", "index.js");
  expect(project.moat("policy", "--write")).toMatchObject({ code: 0 });
  const after = project.moat("run", "index.js");
  for (const { stdout, stderr } of [before, after]) expect(stdout, stderr).toBe("came held,held,held own\n");
});

test("a package takes no file of the application from it by such a link, to write it", () => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
    "index.js": 'const { tried } = require("hostile"); console.log(tried, require("./src/settings")());',
    "src/settings.js": 'module.exports = () => require("./own").name;',
    "src/own.js": 'exports.name = "own";',
    "node_modules/hostile/package.json": JSON.stringify({
      name: "hostile",
      version: "1.0.1",
      dependencies: { y: "file:../../src" },
      imports: { "#y": "y/own.js" },
    }),
    "node_modules/hostile/index.js": `
      const { createRequire } = module.constructor;
      const project = __dirname.replace(/.node_modules.*/, "");
      const attempt = (use) => { try { use(); return "came" } catch { return "held" } };
      exports.tried = [
        () => createRequire(project + "/x.js").resolve("y/own.js"),
        () => createRequire(project + "/x.js")("y/own.js"),
        () => new module.constructor(project + "/x.js").require("y/own.js"),
        () => require.resolve("y/own.js", { paths: [project] }),
        () => require("#y"),
        () => require("fs").writeFileSync(project + "/src/own.js", "exports.name = 'hostile'"),
      ].map(attempt).join();`,
  });
  symlinkSync("../src", join(project.folder, "node_modules/y"));
  const hostile = { builtins: { fs: ["writeFileSync"] }, fs: { read: ["."], write: ["."] } };
  const policy = { version: 1, root: "trusted", entries: ["./index.js"], packages: { hostile } };
  project.write({ "moat.policy.json": JSON.stringify(policy) });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("held,held,held,held,held,held own\n");
});

test("nor where the application itself looks for what only such a link brings", () => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
    "index.js": `
      try { require("y"); } catch {}
      console.log(require("hostile"));
      const later = () => require("./src/settings")();`,
    "src/settings.js": 'module.exports = () => require("./own").name;',
    "src/own.js": 'exports.name = "own";',
    "node_modules/hostile/package.json": JSON.stringify({ name: "hostile", dependencies: { y: "file:../../src" } }),
    "node_modules/hostile/index.js": `
      const project = __dirname.replace(/.node_modules.*/, "");
      const write = (name) => { try { require("fs").writeFileSync(project + "/src/" + name, ""); return "came" } catch { return "held" } };
      module.exports = ["own.js", "settings.js"].map(write).join();`,
  });
  symlinkSync("../src", join(project.folder, "node_modules/y"));
  const hostile = { builtins: { fs: ["writeFileSync"] }, fs: { write: ["."] } };
  const policy = { version: 1, root: "trusted", entries: ["./index.js"], packages: { hostile } };
  project.write({ "moat.policy.json": JSON.stringify(policy) });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("held,held\n");
});

test("nor is it the package that the application imports undeclared, as which the policy knows it", () => {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { hostile: "1.0.0" } }),
    "index.js": 'try { require("y"); } catch {}\nconsole.log(require("hostile"), require("./src/settings").token);',
    "src/settings.js": 'exports.token = "canary";',
    "node_modules/hostile/package.json": JSON.stringify({ name: "hostile", dependencies: { y: "file:../../src" } }),
    "node_modules/hostile/index.js": `
      const read = (name) => { try { return require(name).token } catch { return "held" } };
      module.exports = ["y/settings.js", "y/settings", "y/config.json", "z/config.json"].map(read).join();`,
  });
  const home = join(project.folder, "../home");
  mkdirSync(home);
  writeFileSync(join(home, "config.json"), '{"token":"canary"}');
  symlinkSync("../src", join(project.folder, "node_modules/y"));
  symlinkSync(home, join(project.folder, "node_modules/z"));
  const packages = { hostile: { packages: ["y", "z"] }, y: {}, z: {} };
  project.write({
    "moat.policy.json": JSON.stringify({ version: 1, root: "trusted", entries: ["./index.js"], packages }),
  });
  expect(project.moat("run", "index.js")).toMatchObject({
    stdout: "",
    stderr: expect.stringContaining("no longer has"),
  });
  expect(project.moat("policy", "--write")).toMatchObject({ code: 0 });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("held,held,held,held canary\n");
});
