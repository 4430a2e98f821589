import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

/** As in docs/containers.md: moat is installed in the project, which is built by one user and run by another. */
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const NOBODY = 65_534;
const base = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-image-")));
const app = path.join(base, "app");
const inApp = (...parts: string[]): string => path.join(app, ...parts);
const AS_MADE = inApp("as-made");
const LIB = 'module.exports = "lib "';
const PREPARED = inApp("node_modules/@moat/core/dist/made-ahead");

interface Settings {
  readonly uid?: number;
  readonly flags?: readonly string[];
}

/** With no home, as in a container. */
function moat(args: readonly string[], { uid, flags = [] }: Settings = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, inApp("node_modules/@moat/cli/bin/moat.js"), ...args],
    {
      cwd: app,
      env: { HOME: path.join(base, "nowhere"), PATH: process.env["PATH"] },
      encoding: "utf8",
      timeout: 50_000,
      ...(uid !== undefined && { uid, gid: uid }),
    },
  );
  // The copy of moat tells of each text that it prepares.
  return {
    code: status,
    stdout,
    parsed: stderr.split("PARSED\n").length - 1,
    stderr: stderr.replaceAll("PARSED\n", ""),
  };
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(inApp(file)), { recursive: true });
  writeFileSync(inApp(file), text);
}

const eachStore = (change: (file: string) => void): void => {
  for (const kind of readdirSync(PREPARED))
    for (const name of readdirSync(path.join(PREPARED, kind))) change(path.join(PREPARED, kind, name));
};

beforeAll(() => {
  chmodSync(base, 0o755);
  for (const name of ["core", "policy-gen", "cli"]) {
    const from = path.join(REPOSITORY, "packages", name);
    for (const part of ["dist", "bin", "page", "package.json"]) {
      cpSync(path.join(from, part), inApp("node_modules/@moat", name, part), {
        recursive: true,
        force: false,
        errorOnExist: false,
        filter: (file) => !/\.d\.ts$|\.tsbuildinfo$|made-ahead$/.test(file),
      });
      if (name !== "cli" && part === "dist") break;
    }
    cpSync(path.join(from, "package.json"), inApp("node_modules/@moat", name, "package.json"));
  }
  symlinkSync(path.join(REPOSITORY, "node_modules/acorn"), inApp("node_modules/acorn"));
  const dist = inApp("node_modules/@moat/core/dist");
  let told = 0;
  for (const name of readdirSync(dist).filter((file) => file.endsWith(".cjs"))) {
    const text = readFileSync(path.join(dist, name), "utf8");
    const changed = text.replace(
      /function prepareText\([^)]*\)\s*\{/,
      (head) => `${head}require("node:fs").writeSync(2,"PARSED\\n");`,
    );
    if (changed === text) continue;
    told += 1;
    writeFileSync(path.join(dist, name), changed);
  }
  // In its own file, and in the pack that runs load.
  expect(told).toBe(2);
  write("package.json", '{"name":"app","dependencies":{"a":"1.0.0","b":"1.0.0"}}');
  write("index.js", 'console.log(require("a").name, process.argv[2] ? require("b") : "")');
  write("other.js", 'console.log("other")');
  write("node_modules/a/package.json", '{"name":"a","version":"1.0.0"}');
  write("node_modules/a/index.js", 'exports.name = require("./lib.js") + "a"');
  write("node_modules/a/lib.js", LIB);
  write(
    "node_modules/b/package.json",
    '{"name":"b","version":"1.0.0","type":"module","exports":{"require":"./b.cjs","import":"./b.js"}}',
  );
  write(
    "node_modules/b/b.cjs",
    'const fs = require("fs"); try { fs.writeFileSync(process.env.TARGET, ""); module.exports = "written" } catch (error) { module.exports = error.code }',
  );
  write("node_modules/b/b.js", 'export default "b"');
  expect(moat(["policy", "--write", "index.js"])).toMatchObject({ code: 0 });
  rmSync(path.join(base, "nowhere"), { recursive: true, force: true });
  expect(moat(["prepare", "index.js"])).toMatchObject({
    code: 0,
    stdout: "./index.js is prepared: 4 modules.\n",
    stderr: "",
  });
  cpSync(PREPARED, AS_MADE, { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeEach(() => {
  rmSync(PREPARED, { recursive: true, force: true });
  cpSync(AS_MADE, PREPARED, { recursive: true });
  write("node_modules/a/lib.js", LIB);
});

const UP = { code: 0, stdout: "lib a \n", stderr: "" };

test("a run of a prepared program prepares nothing, and leaves nothing behind", () => {
  expect(moat(["run", "index.js"])).toEqual({ ...UP, parsed: 0 });
  expect(readdirSync(base)).toEqual(["app"]);
  rmSync(PREPARED, { recursive: true });
  expect(moat(["run", "index.js"])).toMatchObject({ ...UP, parsed: 3 });
});

test("modules that the run reaches later are prepared too", () => {
  expect(moat(["run", "index.js", "more"])).toMatchObject({ code: 0, parsed: 0 });
});

test("a file that has changed is prepared anew, and the others are not", () => {
  write("node_modules/a/lib.js", 'module.exports = "new "');
  expect(moat(["run", "index.js"])).toEqual({ ...UP, stdout: "new a \n", parsed: 1 });
});

test("other flags of Node are another preparation", () => {
  expect(moat(["run", "index.js"], { flags: ["--stack-trace-limit=7"] })).toEqual({ ...UP, parsed: 3 });
  expect(moat(["prepare"], { flags: ["--stack-trace-limit=7"] })).toMatchObject({ code: 0 });
  expect(moat(["run", "index.js"], { flags: ["--stack-trace-limit=7"] })).toEqual({ ...UP, parsed: 0 });
  expect(moat(["run", "index.js"])).toEqual({ ...UP, parsed: 0 });
});

test("a project that nobody may write works", () => {
  const folders = readdirSync(app, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => path.join(parentPath, name));
  for (const folder of folders) chmodSync(folder, 0o555);
  expect(moat(["run", "index.js"])).toEqual({ ...UP, parsed: 0 });
  for (const folder of folders) chmodSync(folder, 0o755);
});

test("what others may write is not believed", () => {
  eachStore((file) => chmodSync(file, 0o666));
  expect(moat(["run", "index.js"])).toEqual({ ...UP, parsed: 3 });
});

test("a link in the place of a store is not believed", () => {
  eachStore((file) => {
    cpSync(file, path.join(base, "app", path.basename(file)));
    rmSync(file);
    symlinkSync(inApp(path.basename(file)), file);
  });
  expect(moat(["run", "index.js"])).toEqual({ ...UP, parsed: 3 });
});

test("no package may write there, whatever it is granted", () => {
  const target = path.join(PREPARED, "programs", "0123456789abcdef.bin");
  write(
    "moat.overrides.json",
    JSON.stringify({
      packages: { b: { fs: { read: ["."], write: [".", "./node_modules", PREPARED] }, env: ["TARGET"] } },
    }),
  );
  process.env["TARGET"] = target;
  const { status, stdout } = spawnSync(
    process.execPath,
    [inApp("node_modules/@moat/cli/bin/moat.js"), "run", "index.js", "more"],
    { cwd: app, env: { TARGET: target, PATH: process.env["PATH"] }, encoding: "utf8" },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: "lib a EACCES\n" });
  expect(readdirSync(path.dirname(target))).not.toContain(path.basename(target));
  rmSync(inApp("moat.overrides.json"));
});

// Only the superuser can be somebody else.
test.runIf(process.getuid?.() === 0)(
  "another user's run uses what the builder has prepared, and nothing that another user has",
  () => {
    expect(moat(["run", "index.js"], { uid: NOBODY })).toEqual({ ...UP, parsed: 0 });
    eachStore((file) => chownSync(file, NOBODY, NOBODY));
    expect(moat(["run", "index.js"], { uid: NOBODY })).toEqual({ ...UP, parsed: 3 });
  },
);

test("says what can't be prepared", () => {
  expect(moat(["prepare", "other.js"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("was not made for ./other.js"),
  });
  expect(moat(["prepare", "--files", "x", "index.js"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--files takes -"),
  });
  rmSync(PREPARED, { recursive: true });
  writeFileSync(PREPARED, "");
  const { code, stderr } = moat(["prepare", "index.js"]);
  expect(code).toBe(2);
  expect(stderr).toContain(`can't write ${path.join(PREPARED, "programs")}`);
  expect(stderr).toContain("run moat prepare as the user that has installed moat");
});
