/** What a package may write never becomes code or evidence that somebody else trusts. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
let project: Project;
const WRITES = [
  "settings.js",
  "settings",
  "lib/index.js",
  "lib.js",
  "lib/package.json",
  "other-part.js",
  "denials.log",
];

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
    "moat.overrides.json": JSON.stringify({
      packages: { dep: { fs: { read: ["."], write: [".", "./lib"] }, packages: ["."], reason: "as broad as it gets" } },
    }),
  });
  expect(project.moat("policy", "--write", "index.js", "other.js").code).toBe(0);
});
afterAll(() => project.dispose());

/** A policy under which `dep` may write whatever a package may write of the project. */
const BROAD_WRITE = JSON.stringify({
  version: 1,
  root: "trusted",
  entries: ["./index.js"],
  packages: { dep: { globals: ["console"], builtins: { fs: true }, fs: { read: ["."], write: ["."] } } },
});

test("modules of all entries, what would be loaded in their place, and moat's log", () => {
  const at = (name: string): string => path.join(project.folder, name);
  expect(project.moat("run", "--log", "denials.log", "index.js").code).toBe(0);
  for (const name of WRITES.slice(0, 5)) expect(existsSync(at(name)), name).toBe(false);
  expect(readFileSync(at("other-part.js"), "utf8")).toBe("// mine");
  const log = readFileSync(at("denials.log"), "utf8");
  expect(log).not.toContain("owned");
  expect(
    log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).target)
      .includes(at("denials.log")),
  ).toBe(true);
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

test("moat's folder below node_modules, where no home is known too", () => {
  const folder = path.join(project.folder, "node_modules/.cache/moat");
  project.write({
    "cache.js": `require("dep/cache.js");`,
    "node_modules/dep/cache.js": `
      const fs = require("fs");
      try { fs.mkdirSync("node_modules/.cache/moat", { recursive: true }); } catch {}
      try { fs.writeFileSync("node_modules/.cache/moat/learned.jsonl", "forged"); } catch {}
      fs.writeFileSync("node_modules/.cache/mine", "");`,
  });
  expect(project.moat("policy", "--write", "index.js", "other.js", "cache.js").code).toBe(0);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const { status } = spawnSync(process.execPath, [MOAT, "run", "cache.js"], {
    cwd: project.folder,
    env: { PATH: process.env["PATH"] },
  });
  expect(status).toBe(0);
  expect(existsSync(path.join(project.folder, "node_modules/.cache/mine"))).toBe(true);
  expect(existsSync(path.join(folder, "learned.jsonl"))).toBe(false);
});

test("the secret in the user's cache, and the stores that hold it, by a package that may read and write the whole home", () => {
  const other = makeProject({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: { dep: "1.0.0" } }),
    "index.js": `require("dep");`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/.cache/moat/key": "here is the secret",
    "node_modules/dep/index.js": `
      const { readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } = require("fs");
      const home = require("path").resolve("..");
      const secret = home + "/.cache/moat";
      const stores = process.cwd() + "/node_modules/.cache/moat";
      writeFileSync(home + "/mine", "");
      const done = (act) => { try { act(); return "done"; } catch (error) { return error.code ?? "error"; } };
      console.log([secret, stores].flatMap((folder) => [
        done(() => readdirSync(folder)),
        done(() => readFileSync(folder + "/key")),
        done(() => require(folder + "/key")),
        done(() => writeFileSync(folder + "/0000000000000000.bin", "")),
        done(() => renameSync(folder, home + "/taken")),
        done(() => renameSync(folder + "/..", home + "/taken")),
        done(() => symlinkSync(folder, home + "/link")),
      ]).join());`,
    "moat.overrides.json": JSON.stringify({
      packages: {
        dep: { fs: { read: ["<home>"], write: ["<home>"] }, packages: ["."], reason: "as broad as it gets" },
      },
    }),
  });
  try {
    expect(other.moat("policy", "--write", "index.js").code).toBe(0);
    const folders = [path.join(other.folder, "../.cache/moat"), path.join(other.folder, "node_modules/.cache/moat")];
    const ofUser = readdirSync(folders[0]!, { recursive: true }).toSorted();
    const first = other.moat("run", "index.js");
    const kept = folders.map((folder) => readdirSync(folder).toSorted());
    expect(other.moat("run", "index.js")).toEqual(first);
    expect(first.stdout).toMatch(/^(?:ENOENT|EACCES|MODULE_NOT_FOUND)(?:,(?:ENOENT|EACCES|MODULE_NOT_FOUND)){13}\n$/);
    expect(existsSync(path.join(other.folder, "../mine"))).toBe(true);
    expect(ofUser).toContain("key");
    expect(readdirSync(folders[0]!, { recursive: true }).toSorted()).toEqual(ofUser);
    expect(kept[1]).toHaveLength(3);
    expect(folders.map((folder) => readdirSync(folder).toSorted())).toEqual(kept);
  } finally {
    other.dispose();
  }
});

/** A command, its tool's core, which imports the project's configuration, and what that one depends on; each writes what it can. */
const writer = (who: string): string =>
  `for (const file of ["index.js", "dist/main.js", "made.js"]) try { require("fs").appendFileSync(file, "// ${who}\\n") } catch (error) { console.log("${who} " + file + " " + error.code) }`;

test("sources are changed by the command that a person started, and by those that import the project, and by no other dependency", () => {
  const policy = { globals: ["console"], builtins: { fs: true }, fs: { read: ["."], write: ["."] } };
  const tool = makeProject({
    "package.json": '{"name":"app","dependencies":{"tool":"1.0.0"}}',
    "index.js": "",
    "dist/main.js": "",
    "node_modules/tool/package.json":
      '{"name":"tool","version":"1.0.0","bin":{"tool":"./cli.js"},"dependencies":{"core":"1"}}',
    "node_modules/tool/cli.js": `require("core"); ${writer("tool")}`,
    "node_modules/core/package.json": '{"name":"core","version":"1.0.0","dependencies":{"other":"1"}}',
    "node_modules/core/index.js": `require("other"); ${writer("core")}`,
    "node_modules/other/package.json": '{"name":"other","version":"1.0.0"}',
    "node_modules/other/index.js": writer("other"),
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./dist/main.js", "./index.js", "bin:tool"],
      packages: {
        tool: { ...policy, packages: ["tool>core"] },
        "tool>core": { ...policy, packages: [".", "tool>core>other"] },
        "tool>core>other": policy,
      },
    }),
  });
  try {
    const { code, stdout, stderr } = tool.moat("exec", "tool");
    expect([code, stdout], stderr).toEqual([0, "other index.js EACCES\n"]);
    const text = (name: string): string => readFileSync(path.join(tool.folder, name), "utf8");
    expect(text("index.js")).toBe("// core\n// tool\n");
    for (const name of ["dist/main.js", "made.js"]) expect(text(name)).toBe("// other\n// core\n// tool\n");
  } finally {
    tool.dispose();
  }
});

test("what only configurations of tools import, and scripts of the manifest start, is no other dependency's to write", () => {
  const FILES = ["tools/helper.js", "tools/deep.js", "tools/release.js", "tools/part.js", "stories/mock.js"];
  const OPEN = ["tools/nobodys.js", "dist/served.js", "tools/new.js"];
  const tool = makeProject({
    "package.json": JSON.stringify({
      name: "app",
      dependencies: { tool: "1.0.0" },
      scripts: {
        release: "FLAG=1 node --no-warnings tools/release && tool",
        serve: "node dist/served.js",
        test: "tool tools/nobodys.js",
      },
    }),
    "tool.config.js": `module.exports = require("./tools/helper");`,
    ".storybook/main.ts": `import "../stories/mock.js";`,
    "tools/helper.js": `require("./deep")`,
    "tools/release.js": `require("./part")`,
    ...Object.fromEntries(
      ["tools/deep.js", "tools/part.js", "stories/mock.js", ...OPEN.slice(0, 2)].map((name) => [name, ""]),
    ),
    "node_modules/tool/package.json":
      '{"name":"tool","version":"1.0.0","bin":{"tool":"./cli.js"},"dependencies":{"core":"1"}}',
    "node_modules/tool/cli.js": `require("core"); require(process.cwd() + "/tool.config.js")`,
    "node_modules/core/package.json": '{"name":"core","version":"1.0.0","dependencies":{"other":"1"}}',
    "node_modules/core/index.js": `require("other")`,
    "node_modules/other/package.json": '{"name":"other","version":"1.0.0"}',
    "node_modules/other/index.js": `for (const file of ${JSON.stringify([...FILES, ...OPEN])}) try { require("fs").writeFileSync(file, "console.log('planted')"); console.log(file) } catch {}`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["bin:tool"],
      packages: {
        tool: { globals: ["process"], packages: [".", "tool>core"] },
        "tool>core": { packages: ["tool>core>other"] },
        "tool>core>other": { globals: ["console"], builtins: { fs: true }, fs: { read: ["."], write: ["."] } },
      },
    }),
  });
  try {
    for (const _run of [1, 2]) {
      const { code, stdout, stderr } = tool.moat("exec", "tool");
      // Outputs are for builders.
      expect([code, stdout], stderr).toEqual([0, OPEN.map((name) => `${name}\n`).join("")]);
    }
  } finally {
    tool.dispose();
  }
});

test("what a person saves while the program runs is as closed as it was", () => {
  const app = makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1.0.0"}}',
    "index.js": `const fs = require("fs"), dep = require("dep"); console.log(dep()); fs.writeFileSync(__filename, fs.readFileSync(__filename)); fs.writeFileSync("part.js", "1"); fs.renameSync("part.js", "lib.js"); console.log(dep()); require("./lib");`,
    "lib.js": "",
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": `module.exports = () => ["index.js", "lib.js"].map((file) => { try { require("fs").appendFileSync(file, "//"); return "written" } catch (error) { return error.code } }).join()`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: { dep: { builtins: { fs: true }, fs: { read: ["."], write: ["."] } } },
    }),
  });
  try {
    expect(app.moat("run", "index.js").stdout).toBe("EACCES,EACCES\nEACCES,EACCES\n");
  } finally {
    app.dispose();
  }
});

test("scripts that the application starts as threads and processes, and modules by paths that it joins, are its own, with what they import", () => {
  const scripts = [
    "worker.js",
    "lib/one.js",
    "lib/two.js",
    "lib/three.js",
    "jobs/child.js",
    "spawned.cjs",
    "joined.js",
    "work/deep/joined.js",
    "forked/alone.js",
    "forked/folder/index.js",
    "by-url.mjs",
    "imported.js",
    "jobs/parts.js",
    "jobs/bare.js",
    "dist/served.js",
    "dist/beside.js",
  ];
  const texts: Record<string, string> = {
    "worker.js": 'require("./imported")',
    "dist/served.js": `exports.start = () => new (require("worker_threads").Worker)(__dirname + "/beside.js");`,
  };
  const app = makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1.0.0"}}',
    "index.js": `const { Worker } = require("worker_threads"), { fork, exec } = require("child_process"), path = require("path"); require("dep");
      const unused = () => { new Worker("./worker.js"); fork("jobs/child"); exec("node spawned.cjs --fast"); new Worker(path.join(__dirname, "joined.js")); new Worker(path.resolve(__dirname, "work", \`deep\`, "joined.js")); fork(path.join(__dirname, "forked/alone")); fork("forked/folder"); new Worker(new URL("by-url.mjs", "file://" + __filename)); fork("./jobs/child.js"); fork(path.join(__dirname, "jobs", "parts.js")); fork("jobs/bare"); path.join(__dirname, "data", "one.json") };
      require("./dist/served");
      require("fs").writeFileSync("dist/made.js", "");
      require(path.join(__dirname, "lib", "one")); require(__dirname + "/lib/two.js"); import(\`\${__dirname}/lib/three.js\`);`,
    ...Object.fromEntries(scripts.map((name) => [name, texts[name] ?? ""])),
    "dist/made.js": "",
    "mentioned.js": "",
    "data/one.json": "",
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": `for (const file of ${JSON.stringify([...scripts, "dist/made.js", "mentioned.js", "data/one.json"])}) try { require("fs").appendFileSync(file, "//"); console.log(file) } catch {}`,
    "moat.policy.json": BROAD_WRITE,
  });
  try {
    const { code, stdout, stderr } = app.moat("run", "index.js");
    expect([code, stdout], stderr).toEqual([0, "dist/made.js\nmentioned.js\ndata/one.json\n"]);
  } finally {
    app.dispose();
  }
});

/** How an application names a module that it loads once a package has run, and what lies there besides it. */
const NAMED: Readonly<Record<string, readonly [text: string, files?: Readonly<Record<string, string>>]>> = {
  "a comment on a line of its own": [`import(\n  // lazily\n  "./lib/later.js"\n)`],
  "a loader of its own": [`const cjs = require("module").createRequire(__filename); cjs("./lib/later.js")`],
  "a loader that is called require": [
    `const _require = require("module").createRequire(__filename); _require("./lib/later")`,
  ],
  "a function that loads": [`const load = (path) => require(path); load("./lib/later.js")`],
  "a variable": [`const file = "./lib/later.js"; require(file)`],
  "a path of texts": [`const path = require("path"), file = path.resolve(__dirname, "lib/later"); require(file)`],
  "a list of parts": [`const parts = ["lib", "later.js"]; require(require("path").join(__dirname, ...parts))`],
  "a table": [`const all = { a: "./lib/later" }; require(all["a"])`],
  "a URL": [`const url = new URL("./lib/later.js", "file://" + __filename); import(url.href)`],
  "a part of its name": ["const name = 'later'; require(`./lib/${name}.js`)"],
  "a part of its name, beside the module": ["const name = 'beside'; require(`./${name}`)"],
  "a call that may not be one": [`require?.("./lib/later.js")`],
  "a line of its own": [`require(\n  __dirname +\n    "/lib/later.js",\n)`],
  "a list of the program's": [
    `for (const one of require("./routes.json")) require(one)`,
    { "routes.json": '["./lib/later.js"]' },
  ],
  "a text that it evaluates": [
    `const file = __dirname + "/lib/later.js"; new (require("vm").Script)(require("fs").readFileSync(file, "utf8")).runInThisContext()`,
  ],
  "what may not be there": [`try { require("./lib/new") } catch {}`],
  "a file that may not be there": [`import("./lib/new.js").catch(() => {})`],
  "a folder that may not be there": [`try { require("./fresh") } catch {}`],
  "what may not be there, by the manifest": [`import("#new").catch(() => {})`],
  "what is there if it is found": [
    `const file = __dirname + "/lib/new.js"; if (require("fs").existsSync(file)) require(file)`,
  ],
};

test.each(Object.entries(NAMED))(
  "a module of the application's that it names by %s is none of a package's",
  (_how, [text, files = {}]) => {
    const targets = ["lib/later.js", "beside.js", "lib/new.js", "fresh/index.js"];
    const app = makeProject({
      "package.json": JSON.stringify({
        name: "app",
        dependencies: { dep: "1.0.0" },
        imports: { "#new": "./lib/new.js" },
      }),
      "index.js": `require("dep"); ${text}`,
      "lib/later.js": "",
      "beside.js": "",
      ...files,
      "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
      "node_modules/dep/index.js": `const fs = require("fs");
      fs.mkdirSync("fresh");
      for (const file of ${JSON.stringify(targets)}) try { fs.writeFileSync(file, "console.log('planted', typeof process.binding)") } catch {}
      for (const [from, to] of [["fresh", "lib/new"], ["made", "lib/new.js"]]) try { fs.writeFileSync("made", "console.log('planted')"); fs.symlinkSync("../" + from, to) } catch {}
      for (const file of ["data.json", "lib/data.json", "made.js", "notes.txt", "lib/notes.txt"]) fs.writeFileSync(file, "{}");`,
      "moat.policy.json": BROAD_WRITE,
    });
    try {
      const { code, stdout, stderr } = app.moat("run", "index.js");
      expect([code, stdout], stderr).toEqual([0, ""]);
    } finally {
      app.dispose();
    }
  },
);

test("manifests in caches and outputs around the project's modules, which say what these import", () => {
  const built = makeProject({
    "package.json": JSON.stringify({
      name: "app",
      type: "module",
      dependencies: { dep: "1.0.0" },
      imports: { "#settings": "./settings.js" },
    }),
    "settings.js": "",
    "index.js": `import "./.output/server/index.js";`,
    ".output/server/index.js": `import "#settings"; import "dep";`,
    "node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
    "node_modules/dep/index.js": `
      const fs = require("fs"), imports = { "#settings": "./planted.js" };
      fs.writeFileSync(".output/planted.js", "console.log('planted', typeof process.exit)");
      for (const folder of [".output", ".output/server", ".", ".output/public"])
        try { fs.writeFileSync(folder + "/package.json", JSON.stringify({ type: "module", imports })); } catch {}`,
    ".output/public/page.html": "",
    "moat.overrides.json": JSON.stringify({
      packages: { dep: { fs: { read: ["."], write: ["."] }, reason: "writes a cache" } },
    }),
  });
  try {
    expect(built.moat("policy", "--write", "index.js").code).toBe(0);
    expect(built.moat("run", "index.js")).toMatchObject({ code: 0 });
    expect(built.moat("run", "index.js").stdout).toBe("");
    const has = (name: string): boolean => existsSync(path.join(built.folder, name));
    expect([".output/package.json", ".output/server/package.json"].filter(has)).toEqual([]);
    expect([".output/planted.js", ".output/public/package.json"].filter(has)).toHaveLength(2);
  } finally {
    built.dispose();
  }
});

test("what a folder has that the application loads as a whole is added by no package, in whatever shape", () => {
  const CODE = "console.log('planted', __filename)";
  const app = makeProject({
    "package.json": '{"name":"app","dependencies":{"dep":"1.0.0"}}',
    "index.js": `const { readdirSync } = require("fs"), { join } = require("path"); require("dep");
      for (const file of readdirSync(join(__dirname, "routes"))) try { require(join(__dirname, "routes", file)) } catch {}`,
    "routes/a.js": "",
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": `const fs = require("fs"), CODE = ${JSON.stringify(CODE)};
      fs.mkdirSync("other"); fs.mkdirSync("moved"); fs.writeFileSync("notes.json", "{}");
      for (const file of ["other/index.js", "other/x.js", "moved/index.js"]) fs.writeFileSync(file, CODE);
      fs.symlinkSync("../other", "moved/link");
      const ways = {
        "a bare name": () => fs.writeFileSync("routes/bare", CODE),
        "an unknown ending": () => fs.writeFileSync("routes/a.txt", CODE),
        "another case": () => fs.writeFileSync("routes/b.JS", CODE),
        "an addon": () => fs.writeFileSync("routes/b.node", CODE),
        "a copy": () => fs.copyFileSync("other/x.js", "routes/copy"),
        "a link to a folder": () => fs.symlinkSync("../other", "routes/link"),
        "a link that looks like data": () => fs.symlinkSync("../other/x.js", "routes/link.json"),
        "a folder's link that looks like data": () => fs.symlinkSync("../other", "routes/folder.json"),
        "a link that is moved": () => fs.renameSync("moved/link", "routes/moved.json"),
        "a link's second name": () => fs.linkSync("moved/link", "routes/second.json"),
        "a moved folder": () => fs.renameSync("moved", "routes/moved"),
      };
      for (const way in ways) try { ways[way](); console.log(way) } catch {}
      fs.writeFileSync("routes/data.json", "{}"); fs.symlinkSync("other", "link"); fs.mkdirSync("routes/made"); fs.rmdirSync("routes/made");`,
    "moat.policy.json": BROAD_WRITE,
  });
  try {
    const { code, stdout, stderr } = app.moat("run", "index.js");
    expect([code, stdout], stderr).toEqual([0, ""]);
  } finally {
    app.dispose();
  }
});
