import type * as realChildProcess from "node:child_process";
import type * as realFs from "node:fs";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeFs } from "../../src/endowments/fs/make-fs.ts";
import { makeChildProcess } from "../../src/endowments/subprocess/child-process.ts";
import { fakeContext, type FakeOptions } from "./subprocess-context.ts";

let root: string;
let tmp: string;
let project: string;
let loot: string;
let bin: string;
const PATH = process.env.PATH;

function stub(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "moat-stubs-")));
  // Of its own: programs in the folder for temporary files are never found by name.
  tmp = join(root, "tmp");
  project = join(root, "project");
  bin = join(root, "bin");
  loot = join(root, "loot");
  for (const folder of [tmp, project, bin, join(project, "node_modules/.bin"), join(project, "node_modules/dep/bin")])
    mkdirSync(folder, { recursive: true });
  stub(join(bin, "tool"), 'echo "tool $*"');
  stub(join(bin, "show-env"), "env");
  stub(join(bin, "other"), `echo other > "${loot}"`);
  stub(join(project, "node_modules/.bin/tool"), `echo shadow > "${loot}"`);
  stub(join(project, "node_modules/dep/bin/tool"), `echo shadow > "${loot}"`);
  stub(join(project, "node_modules/dep/bin/own"), "echo own");
  writeFileSync(
    join(project, "node_modules/dep/bin/script"),
    "#!/usr/bin/env node\nrequire('fs').writeFileSync(process.argv[2], 'x')\n",
  );
  chmodSync(join(project, "node_modules/dep/bin/script"), 0o755);
  process.env.PATH = [join(project, "node_modules/.bin"), bin, PATH].join(delimiter);
});
afterAll(() => {
  process.env.PATH = PATH;
  rmSync(root, { recursive: true, force: true });
});

const facade = (commands: string[], more: Partial<FakeOptions> = {}) => {
  const context = fakeContext({
    policy: { commands },
    project,
    tmp,
    location: join(project, "node_modules/dep"),
    ...more,
  });
  return { cp: makeChildProcess(context) as typeof realChildProcess, context };
};
const expectNothingRan = (): void => expect(existsSync(loot)).toBe(false);

describe("a granted program", () => {
  test("runs through every function", async () => {
    const { cp, context } = facade(["tool"]);
    expect(cp.execFileSync("tool", ["a", "b"], { encoding: "utf8" })).toBe("tool a b\n");
    expect(cp.spawnSync("tool", ["c"]).stdout.toString()).toBe("tool c\n");
    expect(cp.execSync("tool 'd e' f").toString()).toBe("tool d e f\n");
    expect((await promisify(cp.execFile)("tool", ["g"])).stdout).toBe("tool g\n");
    expect((await promisify(cp.exec)("tool h")).stdout).toBe("tool h\n");
    const child = cp.spawn("tool", ["i"]);
    let text = "";
    for await (const chunk of child.stdout) text += chunk;
    expect(text).toBe("tool i\n");
    expect(child.spawnfile).toBe("tool");
    expect(context.denials.filter((denial) => denial.capability === "command")).toEqual([]);
  });

  test("is moat's, whatever PATH and folder the caller names", () => {
    const { cp } = facade(["tool"], { policy: { commands: ["tool"], fs: { read: ["."] } } });
    const folder = join(project, "node_modules/dep/bin");
    for (const options of [
      { env: { PATH: folder } },
      { cwd: folder, env: { PATH: "." } },
      { env: Object.create({ PATH: folder }) },
      { argv0: "sh" },
    ]) {
      expect(cp.execFileSync("tool", ["x"], { ...options, encoding: "utf8" })).toBe("tool x\n");
    }
    expectNothingRan();
  });

  test("gets the principal's own environment without loader variables", () => {
    process.env.MOAT_TEST_SECRET = "secret";
    const { cp } = facade(["show-env"], { env: { MINE: "1" } });
    const inherited = cp.execFileSync("show-env", { encoding: "utf8" });
    expect(inherited).toContain("MINE=1");
    expect(inherited).not.toContain("secret");
    const given = cp.execFileSync("show-env", {
      encoding: "utf8",
      env: {
        A: "1",
        NODE_OPTIONS: "--require /x",
        LD_PRELOAD: "/x.so",
        Bash_Env: "x",
        "NODE_OPTIONS=--require /y #": "x",
        "PATH=/z:": "x",
        PYTHONSTARTUP: "x",
        XDG_CACHE_HOME: "/caches",
      },
    });
    expect(given).toContain("A=1");
    for (const name of ["NODE_OPTIONS", "LD_PRELOAD", "Bash_Env", "/y", "/z", "PYTHONSTARTUP", "/caches", "secret"])
      expect(given).not.toContain(name);
    delete process.env.MOAT_TEST_SECRET;
  });

  test("may be a file of the package, by any path that leads to it", () => {
    const { cp } = facade(["<package>/bin/own"]);
    symlinkSync(join(project, "node_modules/dep/bin/own"), join(project, "alias"));
    expect(cp.execFileSync(join(project, "node_modules/dep/bin/own"), { encoding: "utf8" })).toBe("own\n");
    expect(cp.execFileSync(join(project, "alias"), { encoding: "utf8" })).toBe("own\n");
    expect(() => cp.execFileSync(join(bin, "other"))).toThrow(/ENOENT/);
    expectNothingRan();
  });
});

describe("a program of a dependency", () => {
  test("may be started where its package may be imported", () => {
    const { cp } = facade(["<dependency>/bin/own"], { more: { importable: [join(project, "node_modules/dep")] } });
    expect(cp.execFileSync(join(project, "node_modules/dep/bin/own"), { encoding: "utf8" })).toBe("own\n");
    expect(() => cp.execFileSync(join(project, "node_modules/dep/bin/tool"))).toThrow(/ENOENT/);
    const { cp: other } = facade(["<dependency>/bin/tool"], { more: { importable: [] } });
    expect(() => other.execFileSync(join(project, "node_modules/dep/bin/tool"))).toThrow(/ENOENT/);
    expectNothingRan();
  });
});

describe("any other program", () => {
  test.each(["other", "sh", "node", process.execPath, "./other", "/bin/sh"])("%s is not started", async (file) => {
    const { cp, context } = facade(["tool"], { policy: { commands: ["tool"], fs: { read: [".."] } } });
    const args = file.includes("node")
      ? ["-e", `require("fs").writeFileSync(${JSON.stringify(loot)}, "x")`]
      : ["-c", `echo x > "${loot}"`];
    expect(() => cp.execFileSync(file, args)).toThrow(
      expect.objectContaining({ code: "ENOENT", syscall: `spawnSync ${file}` }),
    );
    expect(cp.spawnSync(file, args).error).toMatchObject({ code: "ENOENT" });
    const error = await new Promise((resolve) => cp.spawn(file, args).on("error", resolve));
    expect(error).toMatchObject({ code: "ENOENT", syscall: `spawn ${file}`, path: file });
    await expect(promisify(cp.execFile)(file, args)).rejects.toMatchObject({ code: "ENOENT" });
    expectNothingRan();
    if (file !== "./other")
      expect(context.denials).toContainEqual(expect.objectContaining({ capability: "command", target: file }));
  });

  test.each([
    "tool $(other)",
    "tool `other`",
    "tool > x",
    "tool\nother",
    "X=1 tool",
    "tool *",
    "tool 'a'\"$(other)\"",
    "tool \\\n other",
    "'tool' $X",
    "tool & other",
    "tool; eval other",
    "tool; ./other",
    "tool | node x.js",
  ])("a line that needs a shell does not get one: %s", (line) => {
    const { cp, context } = facade(["tool"]);
    expect(() => cp.execSync(line)).toThrow(/ENOENT/);
    expectNothingRan();
    expect(context.denials).toContainEqual(expect.objectContaining({ capability: "command", target: "sh" }));
  });

  test.each(["tool; other", "tool && other", "tool | other", "other 2>&1", "true; other"])(
    "of joined commands each has to be granted: %s",
    (line) => {
      const { cp, context } = facade(["tool"]);
      expect(() => cp.execSync(line)).toThrow(/ENOENT/);
      expect(() => cp.execFileSync("tool", [";", "other"], { shell: true })).toThrow(/ENOENT/);
      expectNothingRan();
      expect(context.denials).toContainEqual(expect.objectContaining({ capability: "command", target: "other" }));
      expect(context.denials).not.toContainEqual(expect.objectContaining({ target: "sh" }));
    },
  );

  test("a shell that only starts what is granted needs no grant, and finds programs where moat does", () => {
    const { cp, context } = facade(["tool", "show-env", "not-installed"]);
    const env = {
      PATH: join(project, "node_modules/dep/bin"),
      ENV: join(bin, "other"),
      "BASH_FUNC_tool%%": "() { other; }",
    };
    expect(cp.execSync("tool a 2>&1 || true; tool b | show-env > /dev/null; tool c", { encoding: "utf8", env })).toBe(
      "tool a\ntool c\n",
    );
    expect(() => cp.execSync("not-installed 2>/dev/null")).toThrow(expect.objectContaining({ status: 127 }));
    expect(() => cp.execSync("tool; exit 3")).toThrow(expect.objectContaining({ status: 3 }));
    expectNothingRan();
    expect(context.denials.filter((denial) => denial.capability === "command")).toEqual([]);
    expect(() => cp.execSync("tool | node x.js", { shell: "/bin/sh" } as any)).toThrow(/ENOENT/);
  });

  // HAZARD: it loads what the file that it is given names, native code.
  test("ldd, which loaders of addons ask its version, is told of no file", () => {
    stub(join(bin, "ldd"), `case "$*" in --version) echo 2.36 ;; *) echo other > "${loot}" ;; esac`);
    const { cp, context } = facade(["ldd", "tool"]);
    expect(cp.execSync("ldd --version", { encoding: "utf8" })).toBe("2.36\n");
    expect(cp.execSync("ldd --version 2>&1 || true", { encoding: "utf8" })).toBe("2.36\n");
    expect(context.denials).toEqual([]);
    for (const args of [["./evil.so"], ["--version", "./evil.so"], []]) {
      expect(() => cp.execFileSync("ldd", args)).toThrow(/ENOENT/);
      expect(() => cp.execFileSync(join(bin, "ldd"), args)).toThrow(/ENOENT/);
      expect(() => cp.execSync(["ldd", ...args].join(" "))).toThrow(/ENOENT/);
      expect(() => cp.execSync(["tool; ldd", ...args].join(" "))).toThrow(/ENOENT/);
    }
    expectNothingRan();
    expect(context.denials).toContainEqual(expect.objectContaining({ target: "ldd ./evil.so", never: true }));
    // What is granted already is no remedy.
    expect(context.denials.filter(({ target, never }) => target === "ldd" && never !== true)).toEqual([]);
    expect(() => facade(["ldd", "sh"]).cp.execSync("ldd ./own.so")).not.toThrow();
    rmSync(loot);
  });

  test("any program: what only a shell knows goes to the shell", () => {
    const { cp, context } = facade(["*"]);
    expect(cp.execSync("cd /", { encoding: "utf8" })).toBe("");
    expect(cp.execSync("tool a", { encoding: "utf8" })).toBe("tool a\n");
    expect(context.denials.filter((denial) => denial.capability === "command")).toEqual([]);
  });

  test("a granted program that is not installed is missing, not denied", () => {
    const { cp, context } = facade(["not-installed"]);
    expect(() => cp.execSync("not-installed a")).toThrow(expect.objectContaining({ status: 127 }));
    expect(() => cp.execFileSync("not-installed")).toThrow(/ENOENT/);
    expect(context.denials.filter((denial) => denial.capability === "command")).toEqual([]);
  });

  test("a command of the project's packages is found by no name, and the denial says that no grant would do", () => {
    stub(join(project, "node_modules/.bin/only-here"), `echo shadow > "${loot}"`);
    const { cp, context } = facade([]);
    expect(() => cp.execFileSync("only-here")).toThrow(/ENOENT/);
    expect(() => cp.execFileSync("other")).toThrow(/ENOENT/);
    expectNothingRan();
    expect(context.denials).toMatchObject([
      { capability: "command", target: "only-here", never: true },
      { capability: "command", target: "other" },
    ]);
    expect(context.denials[1]).not.toHaveProperty("never");
  });

  test("failures look as Node's", async () => {
    const { cp } = facade(["false", "sh"]);
    expect(() => cp.execSync("exit 3; true")).toThrow(
      expect.objectContaining({ status: 3, message: "Command failed: exit 3; true" }),
    );
    expect(() => cp.execFileSync("false", ["x"])).toThrow(
      expect.objectContaining({ status: 1, message: "Command failed: false x" }),
    );
    await expect(promisify(cp.exec)("echo no >&2; exit 4")).rejects.toMatchObject({
      code: 4,
      cmd: "echo no >&2; exit 4",
      stderr: "no\n",
    });
    const silent = cp.execFile("not-granted");
    expect(await new Promise((resolve) => silent.on("error", resolve))).toMatchObject({ code: "ENOENT" });
    cp.execFile("not-granted");
  });

  test("a shell runs where it is granted", () => {
    const { cp } = facade(["sh"]);
    expect(cp.execSync("echo $((1 + 1))", { encoding: "utf8" })).toBe("2\n");
    expect(() => cp.execSync("true", { shell: "bash" })).toThrow(/ENOENT/);
  });

  test("options and arguments that answer twice are read once", () => {
    const { cp } = facade(["tool"]);
    let reads = 0;
    const options = {
      get shell() {
        return reads++ > 0;
      },
      encoding: "utf8" as const,
    };
    expect(cp.execFileSync("tool", ["a;other"], options as any)).toBe("tool a;other\n");
    const argument = {
      asked: 0,
      toString() {
        return this.asked++ === 0 ? "first" : "second";
      },
    };
    expect(cp.execFileSync("tool", [argument as any], { encoding: "utf8" })).toBe("tool first\n");
    expect(() => cp.spawn({ toString: () => "tool" } as any)).toThrow(/must be of type string/);
    expectNothingRan();
  });

  test("descriptors, users and folders that are not the package's", () => {
    const { cp } = facade(["tool"]);
    expect(() => cp.spawn("tool", [], { stdio: ["pipe", 17, "pipe"] })).toThrow(/restricted/);
    expect(() => cp.spawn("tool", [], { stdio: [{ fd: 17 } as any] })).toThrow(/restricted/);
    expect(() => cp.spawn("tool", [], { uid: 0 })).toThrow(/restricted/);
    expect(() => cp.execFileSync("tool", { cwd: tmp })).toThrow(/ENOENT/);
  });
});

describe("the folder that a child starts in", () => {
  const folders = (): Record<string, string> => ({
    sub: join(project, "sub"),
    deep: join(project, "sub/deep"),
    keys: join(project, ".ssh"),
    cloud: join(project, "sub/.aws/cli"),
    elsewhere: join(root, "elsewhere"),
  });
  beforeAll(() => {
    for (const folder of Object.values(folders())) mkdirSync(folder, { recursive: true });
    symlinkSync("..", join(project, "up"));
    symlinkSync("sub/deep", join(project, "short"));
    symlinkSync(".ssh", join(project, "plain"));
    stub(join(bin, "where"), `pwd; touch "${loot}"`);
  });
  afterEach(() => rmSync(loot, { force: true }));

  test("is any of the project", () => {
    const { cp, context } = facade(["where"]);
    const { sub, deep } = folders();
    for (const [cwd, real] of [
      [project, project],
      [sub, sub],
      [deep, deep],
      [`${deep}/..`, sub],
      [join(project, "short"), deep],
      [pathToFileURL(deep!), deep],
    ]) {
      expect(cp.execFileSync("where", { cwd, encoding: "utf8" })).toBe(`${real}\n`);
    }
    expect(context.denials).toEqual([]);
  });

  test("holds no secrets, and lies not outside, by whichever way", async () => {
    const { cp, context } = facade(["where"]);
    const { keys, cloud, elsewhere } = folders();
    const refused = [
      keys,
      cloud,
      join(project, "plain"),
      root,
      elsewhere,
      `${project}/..`,
      join(project, "up"),
      join(project, "up/bin"),
      "/",
      tmp,
      pathToFileURL(root),
      join(project, "no-such-folder"),
    ];
    for (const cwd of refused) {
      expect(() => cp.execFileSync("where", { cwd }), String(cwd)).toThrow(/ENOENT/);
      expect(() => cp.execSync("where", { cwd })).toThrow();
      expect(cp.spawnSync("where", { cwd }).error).toMatchObject({ code: "ENOENT" });
      await expect(promisify(cp.execFile)("where", { cwd })).rejects.toMatchObject({ code: "ENOENT" });
      expectNothingRan();
    }
    expect(context.denials).toContainEqual({ capability: "fs.read", target: root, via: "child_process cwd" });
    expect(context.denials.some(({ target }) => target.includes("no-such-folder"))).toBe(false);
  });

  test("is one that the package may read", () => {
    const { cp } = facade(["where"], { policy: { commands: ["where"], fs: { read: [bin] } } });
    expect(cp.execFileSync("where", { cwd: bin, encoding: "utf8" })).toBe(`${bin}\n`);
    rmSync(loot);
    expect(() => cp.execFileSync("where", { cwd: folders()["elsewhere"] })).toThrow(/ENOENT/);
    expectNothingRan();
  });
});

describe("what is handed on to a child", () => {
  test("files that the package opened, and no others", () => {
    const { cp, context } = facade(["tool"], { policy: { commands: ["tool"], fs: { write: ["."] } } });
    const own = makeFs(context) as typeof realFs;
    const file = join(project, "own.txt");
    const mine = own.openSync(file, "w");
    const foreign = openSync(join(project, "foreign.txt"), "w");
    cp.spawnSync("tool", ["kept"], { stdio: ["ignore", mine, "ignore"] });
    expect(readFileSync(file, "utf8")).toBe("tool kept\n");
    expect(() => cp.spawnSync("tool", [], { stdio: ["ignore", foreign, "ignore"] })).toThrow(/restricted/);
    own.closeSync(mine);
    expect(() => cp.spawnSync("tool", [], { stdio: ["ignore", mine, "ignore"] })).toThrow(/restricted/);
    expect(readFileSync(join(project, "foreign.txt"), "utf8")).toBe("");
    closeSync(foreign);
  });

  test("the output of another child", async () => {
    const { cp } = facade(["cat", "show-env"]);
    const first = cp.spawn("show-env", [], { env: { MARK: "passed on" }, stdio: ["ignore", "pipe", "ignore"] });
    const second = cp.spawn("cat", [], { stdio: [first.stdout, "pipe", "ignore"] });
    // Who gets the bytes is a race in Node itself: it reads a child's pipe from the start.
    const code = await new Promise((resolve) => second.on("close", resolve));
    expect(code).toBe(0);
    const other = facade(["cat"]).cp;
    expect(() => other.spawn("cat", [], { stdio: [first.stdout, "pipe", "ignore"] })).toThrow(/restricted/);
  });
});

describe("node children", () => {
  test("are refused without a launcher", () => {
    const { cp } = facade(["node", "<package>/bin/script"]);
    expect(() => cp.fork(join(project, "x.js"))).toThrow(/restricted/);
    expect(() => cp.execFileSync("node", ["-e", `require("fs").writeFileSync(${JSON.stringify(loot)}, "x")`])).toThrow(
      /ENOENT/,
    );
    expect(() => cp.execFileSync(process.execPath, [join(project, "node_modules/dep/bin/script"), loot])).toThrow(
      /ENOENT/,
    );
    expect(() => cp.execFileSync(join(project, "node_modules/dep/bin/script"), [loot])).toThrow(/ENOENT/);
    expectNothingRan();
    expect(cp.execFileSync("node", ["--version"], { encoding: "utf8" })).toBe(`${process.version}\n`);
    expect(cp.execFileSync("node", ["--v8-options"], { encoding: "utf8" })).toContain("--max-old-space-size");
  });

  test("go through the launcher", async () => {
    const asked: unknown[] = [];
    const { cp } = facade(["node"], {
      more: {
        nodeLauncher: (principal, { entry, args }) => {
          asked.push([principal.name, entry, args]);
          return {
            execPath: process.execPath,
            args: ["-e", "if (process.send) process.send('moat'); else console.log('moat')"],
          };
        },
      },
    });
    expect(cp.execFileSync("node", ["--enable-source-maps", "a.js", "b"], { encoding: "utf8" })).toBe("moat\n");
    expect(asked[0]).toEqual(["app>dep", { file: join(process.cwd(), "a.js") }, ["b"]]);
    const child = cp.fork(join(project, "c.js"), ["d"]);
    expect(await new Promise((resolve) => child.on("message", resolve))).toBe("moat");
    expect(asked[1]).toEqual(["app>dep", { file: join(project, "c.js") }, ["d"]]);
    cp.execFileSync("node", ["-pe", "1 + 1", "x"]);
    expect(asked[2]).toEqual(["app>dep", { source: "1 + 1", format: "commonjs", name: "[eval]", print: true }, ["x"]]);
    for (const flags of [
      ["-e"],
      ["--require", "./x.js", "a.js"],
      ["-r", "./x.js", "-e", "1"],
      ["--import=./x.js", "-e", "1"],
      ["-"],
      [],
    ])
      expect(() => cp.execFileSync("node", flags)).toThrow(/ENOENT/);
    expect(asked).toHaveLength(3);
  });
});

describe("what comes back", () => {
  test("starts nothing, up its prototypes and through its handles", async () => {
    const { cp } = facade(["tool"]);
    const child: any = cp.spawn("tool");
    const closed = new Promise((resolve) => child.on("close", resolve));
    expect(child).toBeInstanceOf(cp.ChildProcess);
    const evil = { file: join(bin, "other"), args: ["other"], envPairs: [], stdio: [] };
    const ways = [
      () => child.spawn(evil),
      () => new child.constructor().spawn(evil),
      () => new (cp.ChildProcess as any)(),
      () => child._handle.spawn(evil),
      () => new child._handle.constructor().spawn(evil),
      () => Object.getPrototypeOf(Object.getPrototypeOf(child)).spawn.call(child, evil),
      () => child.stdin.connect({ path: "/nonexistent" }),
      () => new child.stdin._handle.constructor(0),
      () => child.stdin._handle.open(0),
    ];
    for (const way of ways) expect(way).toThrow();
    const { ChildProcess } = await import("node:child_process");
    const { Socket } = await import("node:net");
    for (const object of [child, child._handle, child.stdin, child.stdout, child.stdin._handle]) {
      for (let level = object; level !== null; level = Object.getPrototypeOf(level)) {
        expect(level === ChildProcess.prototype || level === Socket.prototype).toBe(false);
        for (const key of Reflect.ownKeys(level)) expect(["connect", "bind", "open", "spawn"]).not.toContain(key);
      }
    }
    await closed;
    expectNothingRan();
  });

  test("is a working child: write, end, kill", async () => {
    const { cp } = facade(["cat"]);
    const child = cp.spawn("cat");
    child.stdin.write("one ");
    child.stdin.end("two");
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    expect(await new Promise((resolve) => child.on("close", (code) => resolve(code)))).toBe(0);
    expect(text).toBe("one two");
    const second = cp.spawn("cat");
    // As execa and cross-spawn do.
    const { kill } = second;
    second.kill = (signal) => kill.call(second, signal);
    expect(second.kill()).toBe(true);
    expect(await new Promise((resolve) => second.on("exit", (_, signal) => resolve(signal)))).toBe("SIGTERM");
  });
});
