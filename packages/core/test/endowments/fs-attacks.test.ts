import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeWorld, type World } from "./fs-world.ts";

let world: World;
let home: string;
let own: string;
let out: string;
beforeEach(() => {
  world = makeWorld();
  home = world.home;
  own = world.dep;
  out = path.join(world.project, "out");
});
afterEach(() => world.remove());

const OUT = { fs: { read: ["."], write: ["./out"] } };
const silent = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const asText = (value: unknown): string => (value instanceof Error ? "" : `${value}`);
/** A stream that nobody listens to may fail after its file is gone. */
const settled = (stream: any): any => stream.on("error", () => {});
const all = (make: () => any): Promise<string> =>
  new Promise((done) => {
    try {
      let text = "";
      make()
        .on("data", (data: unknown) => (text += data))
        .on("end", () => done(text))
        .on("error", () => done(""));
    } catch {
      done("");
    }
  });
const written = (make: () => any): Promise<unknown> =>
  new Promise((done) => {
    try {
      make().on("error", done).end("# canary\n", done);
    } catch (error) {
      done(error);
    }
  });

describe("reading elsewhere", () => {
  it("by URL, Buffer, Uint8Array and escapes (D-001)", () => {
    const guest = world.fs();
    expect(guest.readFileSync(pathToFileURL(`${own}/data.json`)).toString()).toContain("hello");
    expect(guest.readFileSync(Buffer.from(`${own}/data.json`)).toString()).toContain("hello");
    const key = `${home}/.ssh/id_ed25519`;
    const routes = [
      pathToFileURL(key),
      new URL(`file://${own}/%2e%2e/%2e%2e/%2e%2e/home/.ssh/id_ed25519`),
      Buffer.from(key),
      new Uint8Array(Buffer.from(key)),
      Buffer.from(`${own}/../../../home/.ssh/id_ed25519`),
      { href: String(pathToFileURL(key)), protocol: "file:", pathname: own },
    ];
    for (const route of routes) expect(() => guest.readFileSync(route, "utf8")).toThrow(/ENOENT/);
    expect(() => guest.readFileSync(`${own}/data.json\u0000/../../../../home/.npmrc`)).toThrow(/null bytes/);
    expect(() => guest.readFileSync(Buffer.from([0x2f, 0xff, 0xfe]))).toThrow(/UTF-8/);
  });

  it("through /proc and /dev/fd (D-002, D-003)", () => {
    const guest = world.fs();
    const fd = fs.openSync(`${home}/.npmrc`, "r");
    try {
      for (const route of [
        "/proc/self/environ",
        "/proc/thread-self/environ",
        `/proc/self/root${home}/.npmrc`,
        `/dev/fd/${fd}`,
        `/proc/self/fd/${fd}`,
        `/dev/../proc/${process.pid}/environ`,
      ]) {
        expect(() => guest.readFileSync(route), route).toThrow(/ENOENT/);
        expect(() => guest.statSync(route), route).toThrow(/ENOENT/);
        expect(guest.existsSync(route)).toBe(false);
      }
      expect(() => guest.readFileSync(fd)).toThrow(/EBADF/);
      expect(() => guest.readSync(fd, Buffer.alloc(10))).toThrow(/EBADF/);
      expect(() => guest.fstatSync(fd)).toThrow(/EBADF/);
      expect(() => guest.closeSync(fd)).toThrow(/EBADF/);
      expect(fs.fstatSync(fd).isFile()).toBe(true);
    } finally {
      fs.closeSync(fd);
    }
  });

  it("through read streams, their class and their options (D-004)", async () => {
    const guest = world.fs();
    const mine = `${own}/data.json`;
    const secret = `${home}/.npmrc`;
    expect(await all(() => guest.createReadStream(mine))).toContain("hello");
    expect(await all(() => new guest.ReadStream(mine, { start: 2, end: 9 }))).toBe("greeting");
    const fd = fs.openSync(secret, "r");
    try {
      for (const make of [
        () => guest.createReadStream(secret, "utf8"),
        () => new guest.ReadStream(secret),
        () => new (settled(guest.createReadStream(mine)).constructor)(secret),
        () => Object.assign(guest.createReadStream(mine), { path: secret }),
        () => Object.assign(guest.createReadStream(mine), { fd }),
        () => guest.createReadStream(mine, { fd }),
        () =>
          guest.createReadStream(mine, {
            fd: null,
            fs: {
              open: (_p: string, f: string, m: number, cb: Function) => guest.open(secret, f, m, cb),
              read: guest.read,
              close: guest.close,
            },
          }),
      ]) {
        expect(await all(make)).not.toContain("SECRET");
      }
    } finally {
      fs.closeSync(fd);
    }
    const stream = settled(guest.createReadStream(mine));
    const symbols = [];
    for (let one = stream; one !== null; one = Object.getPrototypeOf(one))
      symbols.push(...Object.getOwnPropertySymbols(one).map(String));
    expect(symbols).not.toContain("Symbol(kFs)");
    stream.destroy();
  });

  it("with folders, Dir and watch (D-005)", async () => {
    const guest = world.fs();
    const names: string[] = [];
    for await (const entry of await guest.promises.opendir(own)) names.push(entry.name);
    expect(names).toContain("data.json");
    await expect(guest.promises.opendir(`${home}/.cache`)).rejects.toThrow(/ENOENT/);
    expect(() => guest.opendirSync(`${home}/.cache`)).toThrow(/ENOENT/);
    const dir = guest.opendirSync(own);
    expect(() => new dir.constructor(null, `${home}/.cache`, {})).toThrow(/Illegal/);
    dir.closeSync();
    expect(() => guest.readdirSync(home)).toThrow(/ENOENT/);
    expect(() => guest.watch(home)).toThrow(/ENOENT/);
    const watcher = guest.watch(own);
    expect(watcher._handle).toBeUndefined();
    watcher.close();
  });

  it("with cp, dereferencing (D-006)", () => {
    const guest = world.fs(OUT);
    fs.symlinkSync(`${home}/.ssh`, `${own}/link`);
    guest.cpSync(`${world.project}/src`, `${out}/ok`, { recursive: true });
    expect(fs.readFileSync(`${out}/ok/a.txt`, "utf8")).toBe("a");
    silent(() => guest.cpSync(`${home}/.ssh`, `${out}/a`, { recursive: true }));
    silent(() => guest.cpSync(`${own}/link`, `${out}/b`, { recursive: true, dereference: true }));
    silent(() => guest.cpSync(own, `${out}/c`, { recursive: true, dereference: true, filter: () => true }));
    expect(world.snapshot()).not.toMatch(/^project\/.*SECRET KEY/m);
  });

  it("through links that it makes (D-007)", () => {
    const guest = world.fs(OUT);
    guest.mkdirSync(out, { recursive: true });
    guest.writeFileSync(`${out}/log-1.txt`, "hello");
    guest.symlinkSync("log-1.txt", `${out}/latest`);
    expect(guest.readFileSync(`${out}/latest`, "utf8")).toBe("hello");
    for (const [i, target] of [`${home}/.npmrc`, "../../home", pathToFileURL(home), "../index.js"].entries()) {
      expect(() => guest.symlinkSync(target, `${out}/l${i}`)).toThrow(/EACCES/);
      expect(fs.existsSync(`${out}/l${i}`)).toBe(false);
    }
    // And where somebody else made the link.
    fs.symlinkSync("../../home", `${out}/l`);
    expect(() => guest.readFileSync(`${out}/l/.npmrc`)).toThrow(/ENOENT/);
    expect(() => guest.readFileSync(`${out}/l/../home/.npmrc`)).toThrow(/ENOENT/);
    expect(() => guest.readlinkSync(`${out}/l`)).toThrow(/ENOENT/);
    expect(() => guest.realpathSync(`${out}/l`)).toThrow(/ENOENT/);
    expect(() => guest.writeFileSync(`${out}/l/new`, "x")).toThrow(/EACCES/);
    expect(guest.lstatSync(`${out}/l`).isSymbolicLink()).toBe(true);
    guest.unlinkSync(`${out}/l`);
    expect(fs.existsSync(`${home}/.npmrc`)).toBe(true);
  });

  it("by replacing what a check may use (D-009)", () => {
    const guest = world.fs();
    const real = guest.readFileSync;
    guest.realpathSync = () => own;
    guest.lstatSync = () => ({ isSymbolicLink: () => false });
    expect(() => real(`${home}/.npmrc`)).toThrow(/ENOENT/);
    expect(() => real(`${own}/../../../home/.npmrc`)).toThrow(/ENOENT/);
    expect(world.fs().lstatSync).not.toBe(guest.lstatSync);
  });

  it("with arguments that answer twice", () => {
    const guest = world.fs();
    let count = 0;
    const url = {
      get href() {
        return String(pathToFileURL(count++ === 0 ? `${own}/data.json` : `${home}/.npmrc`));
      },
      protocol: "file:",
    };
    expect(guest.readFileSync(url, "utf8")).toContain("hello");
    const options = {
      get flag() {
        return count++ % 2 === 0 ? "r" : "w+";
      },
    };
    const before = world.snapshot();
    for (let i = 0; i < 4; i++) silent(() => guest.readFileSync(`${world.project}/package.json`, options));
    for (let i = 0; i < 4; i++) silent(() => guest.readFileSync(`${own}/data.json`, options));
    expect(world.snapshot()).toBe(before);
    const buffer = Buffer.from(`${own}/data.json`);
    class Lying extends Uint8Array {
      override get length(): number {
        return 3;
      }
      override toString(): string {
        return `${own}/data.json`;
      }
    }
    expect(asText(silent(() => guest.readFileSync(new Lying(Buffer.from(`${home}/.npmrc`)))))).not.toContain("SECRET");
    expect(guest.readFileSync(buffer, "utf8")).toContain("hello");
  });

  it("with blobs, glob, statfs, watchFile and handles", async () => {
    const guest = world.fs();
    await expect(guest.openAsBlob(`${home}/.npmrc`)).rejects.toThrow(/ENOENT/);
    expect(await (await guest.openAsBlob(`${own}/data.json`)).text()).toContain("hello");
    expect(() => guest.statfsSync(home)).toThrow(/ENOENT/);
    if (guest.globSync !== undefined) {
      expect(guest.globSync(`${world.root}/**/*`).join()).not.toMatch(/home\//);
      const seen: unknown[] = [];
      guest.globSync("../home/*", { cwd: world.project, exclude: (one: unknown) => void seen.push(one) });
      // On Node 22.14 and later a list is taken, too; it is no list that says what its entries are.
      const list = Object.assign(["none"], { map: () => (one: unknown) => void seen.push(one) });
      silent(() => guest.globSync("../home/**", { cwd: world.project, exclude: list }));
      expect(seen.join()).not.toMatch(/npmrc|notes/);
    }
    await expect(guest.promises.open(`${home}/.npmrc`)).rejects.toThrow(/ENOENT/);
    const handle = await guest.promises.open(`${own}/data.json`);
    expect((await handle.readFile("utf8")) as string).toContain("hello");
    await expect(handle.chmod(0o777)).rejects.toThrow(/EACCES/);
    expect(() => new handle.constructor(3)).toThrow(/Illegal/);
    await handle.close();
    const fd = guest.openSync(`${own}/data.json`, "r");
    expect(() => guest.fchmodSync(fd, 0o777)).toThrow(/EACCES/);
    expect(() => guest.futimesSync(fd, 1, 1)).toThrow(/EACCES/);
    guest.closeSync(fd);
  });

  it("through the `this` of callbacks", async () => {
    const guest = world.fs();
    for (const name of ["open", "stat", "readFile", "readdir", "exists", "access"]) {
      const self = await new Promise((done) =>
        guest[name](own, function (this: unknown) {
          done(this);
        }),
      );
      expect(self, name).toBe(undefined);
    }
    const trusted = world.fs({}, { trusted: true });
    const self = await new Promise((done) =>
      trusted.stat(own, function (this: unknown) {
        done(this);
      }),
    );
    expect(self).toBe(undefined);
  });

  it("through the ES module's forms (D-025)", async () => {
    const guest = world.fs();
    expect(guest.readFileSync(new URL("./data.json", pathToFileURL(`${own}/index.js`)), "utf8")).toContain("hello");
    expect(() => guest.readFileSync(new URL("../../../home/.npmrc", pathToFileURL(`${own}/index.js`)))).toThrow(
      /ENOENT/,
    );
    await expect(guest.promises.readFile(`${home}/.npmrc`)).rejects.toThrow(/ENOENT/);
  });

  it("of the project's own secrets, unless the policy names them", () => {
    const guest = world.fs();
    expect(guest.readFileSync(`${world.project}/src/a.txt`, "utf8")).toBe("a");
    expect(() => guest.readFileSync(`${world.project}/.env`)).toThrow(/ENOENT/);
    expect(() => guest.readFileSync(`${world.project}/server.pem`)).toThrow(/ENOENT/);
    expect(world.fs({ fs: { read: ["./.env"] } }).readFileSync(`${world.project}/.env`, "utf8")).toContain("SECRET");
  });
});

describe("another name for a file that may not be read", () => {
  const pem = () => path.join(world.project, "server.pem");
  const other = () => path.join(world.project, "loot.txt");
  const moves: readonly (readonly [string, (guest: any) => unknown])[] = [
    ["renaming it", (guest) => guest.renameSync(pem(), other())],
    ["a second name", (guest) => guest.linkSync(pem(), other())],
    ["renaming by promise", (guest) => guest.promises.rename(pem(), other())],
  ];
  it.each(moves)("%s", async (_why, move) => {
    const guest = world.fs({ fs: { read: ["."], write: ["."] } });
    const before = world.snapshot();
    await Promise.resolve(silent(() => move(guest))).catch(() => {});
    expect(asText(silent(() => guest.readFileSync(other(), "utf8")))).toBe("");
    expect(world.snapshot()).toBe(before);
  });

  it("moving out of a scope that can only be written", () => {
    fs.mkdirSync(path.join(out, "drop"), { recursive: true });
    fs.writeFileSync(path.join(out, "drop/o.txt"), "SECRET of others");
    const guest = world.fs({ fs: { read: ["./src"], write: ["./out", "./src"] } });
    const before = world.snapshot();
    expect(() => guest.renameSync(path.join(out, "drop/o.txt"), path.join(world.project, "src/o.txt"))).toThrow(
      /EACCES/,
    );
    expect(() => guest.renameSync(path.join(out, "drop"), path.join(world.project, "src/drop"))).toThrow(/EACCES/);
    expect(() => guest.linkSync(path.join(out, "drop/o.txt"), path.join(world.project, "src/o.txt"))).toThrow(/EACCES/);
    expect(world.snapshot()).toBe(before);
    // Within what it can't read, it may move what it likes.
    guest.renameSync(path.join(out, "drop/o.txt"), path.join(out, "drop/p.txt"));
  });
});

describe("writing elsewhere", () => {
  it("with write streams (D-010)", async () => {
    const guest = world.fs(OUT);
    guest.mkdirSync(out, { recursive: true });
    await written(() => guest.createWriteStream(`${out}/log.txt`));
    expect(fs.readFileSync(`${out}/log.txt`, "utf8")).toBe("# canary\n");
    const before = world.snapshot();
    await written(() => guest.createWriteStream(`${home}/.bashrc`, { flags: "a" }));
    await written(() => guest.createWriteStream(`${out}/../../home/.zshrc`));
    await written(() => new guest.WriteStream(`${world.root}/loot/w`));
    await written(() =>
      guest.createWriteStream(`${out}/log.txt`, {
        fs: {
          open: (_p: string, f: string, m: number, cb: Function) => guest.open(`${world.root}/loot/o`, f, m, cb),
          write: guest.write,
          close: guest.close,
        },
      }),
    );
    expect(world.snapshot()).toBe(before);
  });

  it("by every other operation (D-011)", () => {
    const guest = world.fs(OUT);
    guest.mkdirSync(out, { recursive: true });
    const mine = `${out}/log`;
    guest.appendFileSync(mine, "hello");
    guest.truncateSync(mine, 5);
    guest.chmodSync(mine, 0o600);
    guest.utimesSync(mine, 1, 1);
    guest.renameSync(mine, `${out}/log2`);
    guest.copyFileSync(`${out}/log2`, mine);
    guest.linkSync(mine, `${out}/log3`);
    guest.rmSync(`${out}/log3`);
    expect(guest.mkdtempSync(`${out}/t-`)).toMatch(/\/out\/t-.{6}$/);
    const before = world.snapshot();
    const entry = `${world.project}/index.js`;
    const tries: (() => unknown)[] = [
      () => guest.appendFileSync(`${home}/.bashrc`, "x"),
      () => guest.appendFileSync(`${world.project}/node_modules/victim/index.js`, "x"),
      () => guest.truncateSync(`${home}/notes.txt`, 2),
      () => guest.chmodSync(`${home}/.npmrc`, 0o777),
      () => guest.lchownSync(`${home}/.npmrc`, 1, 1),
      () => guest.utimesSync(`${home}/.npmrc`, 1, 1),
      () => guest.lutimesSync(`${home}/.npmrc`, 1, 1),
      () => guest.rmSync(home, { recursive: true }),
      () => guest.rmSync(`${out}/..`, { recursive: true, force: true }),
      () => guest.rmdirSync(`${world.root}/loot`),
      () => guest.mkdirSync(`${world.root}/loot/d`),
      () => guest.mkdirSync(`${world.root}/loot/d/e`, { recursive: true }),
      () => guest.mkdtempSync(`${world.root}/loot/t`),
      () => guest.rmSync(`${world.project}/.git/HEAD`),
      () => guest.renameSync(entry, `${out}/x`),
      () => guest.renameSync(mine, entry),
      () => guest.linkSync(entry, `${out}/x`),
      () => guest.copyFileSync(mine, entry),
      () => guest.unlinkSync(entry),
      () => guest.symlinkSync(mine, `${world.project}/x`),
      () => guest.openSync(`${world.root}/loot/f`, "wx"),
      () => guest.openSync(entry, fs.constants.O_RDONLY | fs.constants.O_TRUNC),
      () => guest.cpSync(out, `${world.root}/loot/out`, { recursive: true }),
    ];
    for (const attack of tries) expect(silent(attack), String(attack)).toBeInstanceOf(Error);
    expect(world.snapshot()).toBe(before);
  });

  it("through functions that read, with a flag that writes (D-012)", () => {
    const guest = world.fs();
    const before = world.snapshot();
    const { O_CREAT, O_RDWR } = fs.constants;
    for (const [file, flag] of [
      [`${world.root}/loot/new`, "w+"],
      [`${world.project}/package.json`, "w+"],
      [`${own}/evil.js`, "a+"],
      [`${home}/.zshrc`, O_CREAT | O_RDWR],
      [`${home}/.profile`, 66],
      [`${own}/data.json`, "r+"],
    ] as const) {
      expect(() => guest.readFileSync(file, { flag })).toThrow(/EACCES/);
    }
    expect(world.snapshot()).toBe(before);
  });

  it("into what somebody trusts later (D-026)", () => {
    const guest = world.fs({ fs: { read: ["."], write: ["."] } });
    guest.mkdirSync(out, { recursive: true });
    guest.writeFileSync(`${out}/cache.json`, "{}");
    fs.writeFileSync(`${world.project}/tool`, "#!/bin/sh", { mode: 0o755 });
    guest.mkdirSync(`${world.project}/node_modules/.cache/x`, { recursive: true });
    guest.writeFileSync(`${world.project}/node_modules/.cache/x/y`, "1");
    const before = world.snapshot();
    for (const name of [
      "index.js",
      "out/../index.js",
      "package.json",
      "src/package.json",
      "package-lock.json",
      ".npmrc",
      ".env",
      ".env.local",
      ".git/hooks/pre-commit",
      ".GIT/config",
      ".github/workflows/x.yml",
      ".husky/pre-push",
      "node_modules/victim/index.js",
      "node_modules/new/index.js",
      "node_modules/.bin/x",
      "moat.policy.json",
      "moat.overrides.json",
      "vite.config.ts",
      "Makefile",
      "CLAUDE.md",
      "docs/AGENTS.md",
      "conftest.py",
      "android/build.gradle",
      "Dockerfile",
      "tool",
      ".vscode/tasks.json",
      "src/.eslintrc.js",
      "Package.json",
      "p\u200backage.json",
    ]) {
      const file = `${world.project}/${name}`;
      expect(
        silent(() => guest.writeFileSync(file, "evil")),
        name,
      ).toBeInstanceOf(Error);
      expect(
        silent(() => guest.mkdirSync(file, { recursive: true })),
        name,
      ).not.toBe(file);
    }
    // By moving a folder that holds it, away or into place.
    const tmp = `${world.root}/tmp/e`;
    fs.mkdirSync(`${tmp}/sub`, { recursive: true });
    fs.writeFileSync(`${tmp}/sub/package.json`, "{}");
    const moved = world.snapshot();
    const mover = world.fs({ fs: { read: ["."], write: [".", "<tmp>"] } });
    expect(() => mover.renameSync(tmp, `${world.project}/e`)).toThrow(/EACCES/);
    fs.writeFileSync(`${world.project}/src/package.json`, "{}");
    expect(() => mover.renameSync(`${world.project}/src`, `${world.project}/old`)).toThrow(/EACCES/);
    fs.rmSync(`${world.project}/src/package.json`);
    expect(world.snapshot()).toBe(moved);
    expect(before.length).toBeLessThan(moved.length);
  });
});

it("a link swapped between the check and the use gives nothing (D-008)", async () => {
  const guest = world.fs(OUT);
  fs.mkdirSync(out);
  fs.writeFileSync(`${out}/log-1.txt`, "hello");
  const link = `${out}/latest`;
  fs.mkdirSync(`${out}/good`);
  fs.writeFileSync(`${out}/good/.npmrc`, "fine");
  fs.writeFileSync(`${out}/good/notes.txt`, "fine");
  const folder = `${out}/folder`;
  let seen = "";
  for (let i = 0; i < 150; i++) {
    fs.rmSync(link, { force: true });
    fs.rmSync(folder, { force: true });
    fs.symlinkSync("log-1.txt", link);
    fs.symlinkSync("good", folder);
    const reads = [
      guest.promises.readFile(link, "utf8"),
      guest.promises.readFile(`${folder}/notes.txt`, "utf8"),
      new Promise((done) =>
        guest.readFile(`${folder}/notes.txt`, "utf8", (_error: unknown, text: string) => done(text)),
      ),
      guest.promises.writeFile(`${folder}/new.txt`, "x"),
      guest.promises.readdir(folder),
    ].map((one) => one.catch(() => ""));
    if (i % 3 === 0) await Promise.resolve();
    if (i % 3 === 1) await new Promise((done) => setImmediate(done));
    fs.unlinkSync(link);
    fs.symlinkSync(`${home}/.npmrc`, link);
    fs.unlinkSync(folder);
    fs.symlinkSync(home, folder);
    seen += (await Promise.all(reads)).join();
  }
  expect(seen).not.toContain("SECRET");
  fs.unlinkSync(link);
  fs.symlinkSync("log-1.txt", link);
  expect(await guest.promises.readFile(link, "utf8")).toBe("hello");
  expect(fs.readdirSync(home)).not.toContain("new.txt");
});

it("a link that is moved, named twice or led through a name leads nowhere new", () => {
  const guest = world.fs(OUT);
  guest.mkdirSync(`${out}/a/b/c`, { recursive: true });
  guest.mkdirSync(`${out}/src`);
  guest.symlinkSync("../../../src", `${out}/a/b/c/l`);
  guest.symlinkSync("c/l", `${out}/a/b/inside`);
  expect(() => guest.symlinkSync("a/../x", `${out}/m`)).toThrow(/EACCES/);
  expect(() => guest.symlinkSync(`${out}/a/../x`, `${out}/m`)).toThrow(/EACCES/);
  const before = world.snapshot();
  expect(() => guest.renameSync(`${out}/a/b/c/l`, `${out}/a/l`)).toThrow(/EACCES/);
  expect(() => guest.renameSync(`${out}/a/b/c`, `${out}/c`)).toThrow(/EACCES/);
  expect(() => guest.renameSync(`${out}/a/b`, `${out}/b`)).toThrow(/EACCES/);
  expect(() => guest.linkSync(`${out}/a/b/c/l`, `${out}/l`)).toThrow(/EACCES/);
  expect(world.snapshot()).toBe(before);
  guest.renameSync(`${out}/a`, `${out}/z`);
  expect(fs.readlinkSync(`${out}/z/b/c/l`)).toBe("../../../src");
});

it("what may be read becomes no link to what may be written only: other realms would not notice", () => {
  const guest = world.fs({ fs: { read: ["./out/a/pub"], write: ["./out"] } });
  const pub = `${out}/a/pub`;
  fs.mkdirSync(`${pub}/x`, { recursive: true });
  fs.mkdirSync(`${out}/private/pub`, { recursive: true });
  fs.symlinkSync(home, `${pub}/applications`);
  fs.mkdirSync(`${pub}/deep`);
  fs.symlinkSync(home, `${pub}/deep/applications`);
  guest.symlinkSync("a/pub", `${out}/via`);
  guest.symlinkSync("private", `${out}/aside`);
  const before = world.snapshot();
  expect(() => guest.symlinkSync("../../private", `${pub}/l`)).toThrow(/EACCES/);
  expect(() => guest.symlinkSync("../../via", `${pub}/l`)).toThrow(/EACCES/);
  expect(() => guest.renameSync(`${pub}/applications`, `${pub}/l`)).toThrow(/EACCES/);
  expect(() => guest.renameSync(`${pub}/deep`, `${pub}/deep2`)).toThrow(/EACCES/);
  expect(world.snapshot()).toBe(before);
  guest.symlinkSync("x", `${pub}/l`);
  guest.renameSync(`${pub}/l`, `${pub}/l2`);
  guest.renameSync(`${out}/a`, `${out}/b`);
  expect(() => guest.symlinkSync("private", `${out}/a`)).toThrow(/EACCES/);
  expect(() => guest.renameSync(`${out}/aside`, `${out}/a`)).toThrow(/EACCES/);
  expect(fs.existsSync(`${out}/a`)).toBe(false);
});

it("what was known of a path is void when a principal links or moves (in the same realm)", async () => {
  const reader = world.fs({ fs: { read: ["."] } });
  const mover = world.fs({ fs: { read: [".", "<home>"], write: ["./out", "<home>"] } });
  mover.mkdirSync(`${out}/d`, { recursive: true });
  mover.writeFileSync(`${out}/d/notes.txt`, "fine");
  for (const form of ["sync", "promise"]) {
    expect(reader.readFileSync(`${out}/d/notes.txt`, "utf8")).toBe("fine");
    expect(reader.statSync(`${out}/d/notes.txt`).size).toBe(4);
    expect(reader.accessSync(`${out}/d/notes.txt`)).toBe(undefined);
    expect(reader.readdirSync(`${out}/d`)).toEqual(["notes.txt"]);
    expect(await reader.promises.readdir(`${out}/d`)).toEqual(["notes.txt"]);
    mover.renameSync(`${out}/d`, `${out}/d2`);
    const done = form === "sync" ? mover.symlinkSync(home, `${out}/d`) : mover.promises.symlink(home, `${out}/d`);
    if (form === "promise") expect(() => reader.readFileSync(`${out}/d/notes.txt`)).toThrow(/ENOENT/);
    await done;
    expect(() => reader.readFileSync(`${out}/d/notes.txt`)).toThrow(/ENOENT/);
    expect(() => reader.statSync(`${out}/d/notes.txt`)).toThrow(/ENOENT/);
    expect(() => reader.accessSync(`${out}/d/notes.txt`)).toThrow(/ENOENT/);
    expect(() => reader.readdirSync(`${out}/d`)).toThrow(/ENOENT/);
    await expect(reader.promises.readdir(`${out}/d`)).rejects.toThrow(/ENOENT/);
    expect(reader.existsSync(`${out}/d/notes.txt`)).toBe(false);
    mover.unlinkSync(`${out}/d`);
    mover.renameSync(`${out}/d2`, `${out}/d`);
  }
});

it("a link that leads to nothing is there, and what is made later is found", () => {
  const guest = world.fs(OUT);
  const [link, later] = [`${out}/dangling`, `${out}/later.txt`];
  guest.mkdirSync(out, { recursive: true });
  fs.symlinkSync("nowhere", link);
  expect([guest.existsSync(link), guest.statSync(link, { throwIfNoEntry: false })]).toEqual([false, undefined]);
  expect(guest.lstatSync(link, { throwIfNoEntry: false }).isSymbolicLink()).toBe(true);
  for (const there of [false, true]) {
    expect([guest.existsSync(later), guest.statSync(later, { throwIfNoEntry: false }) !== undefined]).toEqual([
      there,
      there,
    ]);
    fs.writeFileSync(later, "");
  }
  fs.unlinkSync(later);
  expect([guest.existsSync(later), guest.statSync(later, { throwIfNoEntry: false })]).toEqual([false, undefined]);
});

it("what the application hands on does not carry its authority in its classes", async () => {
  const trusted = world.fs({}, { trusted: true });
  const handle = await trusted.promises.open(`${own}/data.json`);
  const things = [
    settled(trusted.createReadStream(`${own}/data.json`)),
    settled(handle.createReadStream()),
    trusted.opendirSync(own),
    trusted.watch(own),
    handle,
  ];
  for (const thing of things) {
    for (let one = thing; one !== null && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
      for (const key of Reflect.ownKeys(one)) {
        expect(String(key)).not.toMatch(/kFs|kHandle|_handle/);
      }
    }
    expect(() => new thing.constructor(`${home}/.npmrc`)).toThrow(/Illegal/);
    expect(() => Object.assign(Object.getPrototypeOf(thing), { close: () => "patched" })).toThrow(TypeError);
  }
  expect(await trusted.promises.readFile(handle, "utf8")).toContain("hello");
  for (const thing of things) await (thing.destroy?.() ?? thing.close());
  await handle.close();
});

it("a descriptor's number is the principal's only while the file is open", async () => {
  const guest = world.fs();
  const handle = await guest.promises.open(`${own}/data.json`);
  const { fd } = handle;
  expect(guest.fstatSync(fd).isFile()).toBe(true);
  await handle.close();
  const others = fs.openSync(`${home}/.npmrc`, "r");
  expect(() => guest.readFileSync(others)).toThrow(/EBADF/);
  expect(() => guest.readFileSync(fd)).toThrow(/EBADF/);
  expect(() => guest.closeSync(fd)).toThrow(/EBADF/);
  fs.closeSync(others);
  const stream = guest.createReadStream(`${own}/data.json`);
  const opened: number = await new Promise((done) => stream.on("open", done));
  stream.resume();
  await new Promise((done) => stream.on("close", done));
  expect(() => guest.fstatSync(opened)).toThrow(/EBADF/);
});
