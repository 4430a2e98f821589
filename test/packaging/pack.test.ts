import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGES = ["core", "policy-gen", "cli"] as const;

/** An empty folder elsewhere; the tarballs are installed into the project in it. */
const home = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-pack-")));
const project = path.join(home, "project");
const installed = (name: string, file = ""): string => path.join(project, "node_modules/@moat", name, file);

function start(program: string, args: readonly string[], cwd = project) {
  // npm on Windows is a script for its shell.
  const shell = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, shell, encoding: "utf8", timeout: 110_000 });
  return { code: status, stdout, stderr };
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    writeFileSync(path.join(project, name), text);
  }
}

beforeAll(() => {
  const workspaces = PACKAGES.flatMap((name) => ["-w", `@moat/${name}`]);
  const packed = start("npm", ["pack", "--json", "--pack-destination", home, ...workspaces], REPOSITORY);
  expect(packed.code, packed.stderr).toBe(0);
  const tarballs = readdirSync(home).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(PACKAGES.length);

  write({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", private: true }),
    "greeter/package.json": JSON.stringify({ name: "greeter", version: "1.0.0", main: "index.js" }),
    "greeter/index.js": `exports.greet = (name) => "hello " + name; exports.peek = () => require("fs").readFileSync(__dirname + "/../../secret.txt", "utf8");`,
    "secret.txt": "secret",
    "index.js": `console.log(require("greeter").greet("CommonJS"));`,
    "index.mjs": `import { greet } from "greeter"; console.log(await Promise.resolve(greet("ES modules")));`,
  });
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--install-links"];
  const install = start("npm", ["install", ...options, "./greeter", ...tarballs.map((name) => path.join(home, name))]);
  expect(install.code, install.stderr).toBe(0);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("the packed packages, installed into an empty project", () => {
  test("npx moat writes a policy and runs both kinds of program", () => {
    const written = start("npx", ["--no-install", "moat", "policy", "--write", "index.js", "index.mjs"]);
    expect(written, written.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(path.join(project, "moat.policy.json"), "utf8"))).toMatchObject({
      entries: ["./index.js", "./index.mjs"],
      packages: { greeter: { builtins: { fs: ["readFileSync"] } } },
    });
    for (const [entry, greeted] of [
      ["index.js", "CommonJS"],
      ["index.mjs", "ES modules"],
    ] as const) {
      const { code, stdout, stderr } = start("npx", ["--no-install", "moat", "run", entry]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `hello ${greeted}\n` });
      expect(stderr).not.toContain("moat: ");
    }
  });

  test("a denial is told", () => {
    write({
      "moat.overrides.json": JSON.stringify({ packages: { greeter: { fs: { read: [] }, reason: "it only greets" } } }),
      "index.js": `try { console.log(require("greeter").peek()); } catch (error) { console.log(error.code); }`,
    });
    const { code, stdout, stderr } = start("npx", ["--no-install", "moat", "run", "index.js"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "ENOENT\n" });
    expect(stderr).toContain("moat: greeter may not read ");
    rmSync(path.join(project, "moat.overrides.json"));
  });

  test("the API, in a program that node starts", () => {
    write({
      "api.mjs": `import { moat } from "@moat/core";
const { module, drop } = await moat.load("greeter", { fs: { read: ["."] } }, { onDenial() {} });
console.log(module.default.greet("API"), module.default.peek());
drop({ fs: true });
try { module.default.peek(); } catch (error) { console.log(error.code); }`,
    });
    expect(start(process.execPath, ["api.mjs"])).toEqual({ code: 0, stdout: "hello API secret\nENOENT\n", stderr: "" });
  });

  test("types, as a consumer with nodenext sees them", () => {
    write({
      "consumer.mts": [
        `import { moat, runProgram, type Droppable, type LoadedPackage } from "@moat/core";`,
        `import { MoatError, type Policy } from "@moat/core/model";`,
        `const policy: Policy = { version: 1, root: "trusted", entries: ["./index.js"], packages: {} };`,
        `// @ts-expect-error there is no third way to treat the root`,
        `const wrong: Policy = { ...policy, root: "ignored" };`,
        `export { runProgram, MoatError, policy, wrong };`,
        `type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;`,
        `const is = <T extends true>(): T | undefined => undefined;`,
        `const loaded = await moat.load("greeter", { fs: { read: ["./data"] }, net: { connect: ["a.example:443"] } });`,
        `is<Same<typeof loaded, LoadedPackage>>();`,
        `is<Same<typeof loaded.module, Record<string, unknown>>>();`,
        `const app = await moat({ policy, onDenial: (denial) => is<Same<typeof denial.principal, string>>() });`,
        `is<Same<ReturnType<typeof app.onDenial>, () => void>>();`,
        `is<Same<ReturnType<typeof app.require>, unknown>>();`,
        `app.drop("greeter", { fs: { read: true }, env: ["X"], workers: true } satisfies Droppable);`,
        `// @ts-expect-error what is handed over can't be taken back`,
        `app.drop("greeter", { builtins: true });`,
        `// @ts-expect-error there is no way to grant`,
        `app.grant("greeter", { env: ["X"] });`,
        `// @ts-expect-error a misspelled grant`,
        `await moat.load("greeter", { fs: { raed: ["."] } });`,
        `// @ts-expect-error which packages the chain may import is what it depends on`,
        `await moat.load("greeter", { packages: ["x"] });`,
      ].join("\n"),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          module: "nodenext",
          target: "es2023",
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ["node"],
          typeRoots: [path.join(REPOSITORY, "node_modules/@types")],
        },
        files: ["consumer.mts"],
      }),
    });
    const tsc = path.join(REPOSITORY, "node_modules/typescript/bin/tsc");
    expect(start(process.execPath, [tsc, "-p", project])).toMatchObject({ code: 0, stdout: "" });
  });
});

describe.each(PACKAGES)("the contents of @moat/%s", (name) => {
  const contents = (): string[] =>
    readdirSync(installed(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(installed(name), path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      .filter((file) => !file.startsWith("node_modules/"));

  test("are what a user needs and nothing else", () => {
    const outside = contents().filter((file) => !/^dist\/.*\.(?:cjs|d\.ts)$/u.test(file));
    const own = {
      core: ["policy.schema.json"],
      "policy-gen": [],
      cli: ["bin/moat.js", "bin/package.json", "page/report.css", "page/report.js", "review.schema.json"],
    }[name];
    expect(outside.sort()).toEqual([...own, "LICENSE", "README.md", "package.json"].sort());
    expect(contents().filter((file) => /\.test\.|fixture/u.test(file))).toEqual([]);
  });

  test("hold no path of the machine that built them", () => {
    const telling = [REPOSITORY, tmpdir() + path.sep, process.env["HOME"] ?? REPOSITORY].filter(
      (text) => text.length > 5,
    );
    const found = contents().filter((file) => {
      const text = readFileSync(installed(name, file), "utf8");
      return telling.some((place) => text.includes(place));
    });
    expect(found).toEqual([]);
  });

  test("have a manifest whose every path exists, and exact versions", () => {
    const manifest = JSON.parse(readFileSync(installed(name, "package.json"), "utf8"));
    const targets: string[] = [];
    JSON.stringify([manifest.exports, manifest.bin ?? {}], (_, value: unknown) => {
      if (typeof value === "string") targets.push(value);
      return value;
    });
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !existsSync(installed(name, target)))).toEqual([]);
    expect(manifest.engines.node).toBe(
      JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8")).engines.node,
    );
    expect(manifest).toMatchObject({ license: "Apache-2.0", type: "module" });
    expect(Object.keys(manifest.scripts ?? {})).toEqual([]);
    for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/u);
  });
});

test.skipIf(process.platform === "win32")("the command is executable", () => {
  expect(statSync(installed("cli", "bin/moat.js")).mode & 0o111).toBe(0o111);
});
