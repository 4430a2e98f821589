import fs from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePathScopes } from "../../src/endowments/fs/index.ts";
import { makeWorld, type World } from "./fs-world.ts";

let world: World;
beforeAll(() => {
  world = makeWorld();
  const { project, home } = world;
  fs.mkdirSync(`${project}/out/deep/er`, { recursive: true });
  fs.writeFileSync(`${project}/out/deep/f`, "in out");
  for (const [target, at] of [
    [home, "out/home"],
    ["..", "out/up"],
    ["deep/er", "out/in"],
    ["../../..", "out/deep/top"],
    ["loop", "out/loop"],
    ["nothing", "out/dangling"],
    ["../../home/new", "out/planted"],
    [`${home}/.npmrc`, "out/token"],
    ["../src/a.txt", "out/a"],
    ["..", "src/up"],
  ] as const) {
    fs.symlinkSync(target, `${project}/${at}`);
  }
});
afterAll(() => world.remove());

const segment = fc.constantFrom(
  ".",
  "..",
  "",
  "project",
  "home",
  "out",
  "src",
  "a.txt",
  "deep",
  "er",
  "f",
  "up",
  "in",
  "top",
  "loop",
  "dangling",
  "planted",
  "token",
  "a",
  ".npmrc",
  "notes.txt",
  "node_modules",
  "dep",
  "data.json",
  ".env",
  "package.json",
  "index.js",
  "new",
  "x\u0000y",
  "%2e%2e",
  "..\\",
  "OUT",
  "loot",
  ".ssh",
  "id_ed25519",
  "home\u200b",
);
/** Many a walk ends at something that is there. */
const end = fc.constantFrom(
  [],
  ["src", "a.txt"],
  ["out", "deep", "f"],
  ["out", "a"],
  ["node_modules", "dep", "data.json"],
  ["out", "token"],
  ["..", "home", "notes.txt"],
);
const walk = fc.tuple(fc.array(segment, { maxLength: 5 }), end).map(([some, last]) => [...some, ...last]);
const form = fc.constantFrom<"string" | "buffer" | "bytes" | "url">("string", "buffer", "bytes", "url");

function shaped(text: string, kind: string): { given: unknown; means: string } {
  if (kind === "buffer") return { given: Buffer.from(text), means: text };
  if (kind === "bytes") return { given: new Uint8Array(Buffer.from(text)), means: text };
  if (kind === "url" && !text.includes("\u0000")) {
    const url = pathToFileURL("/");
    url.pathname = text.replaceAll("\\", "%5C");
    try {
      return { given: url, means: fileURLToPath(url) };
    } catch {
      return { given: url, means: "" };
    }
  }
  return { given: text, means: text };
}

/** The model: the kernel's own answer of where a path leads, then one prefix. */
function expected(means: string): string | undefined {
  try {
    const real = fs.realpathSync.native(means);
    if (!`${real}/`.startsWith(`${world.project}/`) || real.endsWith("/.env")) return undefined;
    return fs.readFileSync(means, "utf8");
  } catch {
    return undefined;
  }
}

describe("any path at all", () => {
  it("reads what the kernel finds inside the scope, and nothing else", async () => {
    const guest = world.fs({ fs: { read: ["."], write: ["./out"] } });
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(walk, form, fc.boolean(), async (segments, kind, later) => {
        const { given, means } = shaped(`${world.root}/project/${segments.join("/")}`, kind);
        let got: string | undefined;
        try {
          got = later ? await guest.promises.readFile(given, "utf8") : guest.readFileSync(given, "utf8");
        } catch {}
        expect(got).toBe(expected(means));
        if (got !== undefined) hits++;
        let exists = false;
        try {
          exists = guest.existsSync(given) && !guest.statSync(given).isDirectory();
        } catch {}
        if (exists) expect(fs.realpathSync(means)).toMatch(new RegExp(`^${world.project}/`));
      }),
      { numRuns: 3000 },
    );
    expect(hits).toBeGreaterThan(20);
  });

  it("writes below the scope, and nowhere else", () => {
    const guest = world.fs({ fs: { read: ["."], write: ["./out"] } });
    const outside = () =>
      world
        .snapshot()
        .split("\n")
        .filter((line) => !line.startsWith("project/out/") && !line.startsWith("project/out "));
    const before = outside();
    const operations: ((path: unknown, other: unknown) => unknown)[] = [
      (path) => guest.writeFileSync(path, "canary"),
      (path) => guest.appendFileSync(path, "canary"),
      (path) => guest.mkdirSync(path, { recursive: true }),
      (path) => guest.truncateSync(path, 1),
      (path) => guest.chmodSync(path, 0o700),
      (path) => guest.utimesSync(path, 1, 1),
      (path) => guest.mkdtempSync(path),
      (path) => guest.rmSync(path, { recursive: true }),
      (path) => guest.unlinkSync(path),
      (path, other) => guest.renameSync(path, other),
      (path, other) => guest.linkSync(path, other),
      (path, other) => guest.symlinkSync(path, other),
      (path, other) => guest.copyFileSync(path, other),
      (path) => guest.readFileSync(path, { flag: "w+" }),
    ];
    fc.assert(
      fc.property(walk, walk, form, fc.nat(operations.length - 1), (one, two, kind, which) => {
        try {
          operations[which]!(
            shaped(`${world.project}/${one.join("/")}`, kind).given,
            shaped(`${world.project}/out/${two.join("/")}`, kind).given,
          );
        } catch {}
      }),
      { numRuns: 3000 },
    );
    expect(outside()).toEqual(before);
  });
});

describe("scopes", () => {
  const covers = (scopes: string[], mode: "read" | "write", path: string, more = {}) =>
    makePathScopes(world.context({ fs: { read: scopes, write: scopes } }, more)).covers(path, mode);

  it.each([
    [".", "read", "src/x", true, "the project"],
    [".", "read", "node_modules/other/x.js", true, "also other packages' folders"],
    [".", "read", ".env", false, "secrets are left out"],
    [".", "read", ".env.example", true, "an example is no secret"],
    [".", "read", "certs/server.KEY", false, "whatever the case"],
    [".", "read", "../elsewhere", false, "outside"],
    [".", "read", "../project2/x", false, "a prefix of a name is no folder"],
    ["./.env", "read", ".env", true, "named"],
    ["./a/../../x", "read", "../x", false, "no way up"],
    ["<nonsense>", "read", "x", false, "an unknown token grants nothing"],
    ["<package>", "read", "node_modules/dep/cert.pem", true, "its own"],
    ["<package>x", "read", "node_modules/depx", false, "a token ends at a separator"],
    ["<package>/a", "read", "node_modules/dep/a/b", true, "below a token"],
    [".", "read", ".env-production", false, "a secret, however it is spelled"],
    [".", "read", ".env_example", true, "what shows how one looks"],
    [".", "read", "terraform.tfstate.backup", false, "what tools keep secrets in"],
    [".", "read", ".dev.vars", false, "the same"],
    [".", "write", "config/env/production.yaml", false, "the program's settings"],
    [".", "write", "dist/config/production.yaml", true, "a copy of them"],
    ["./config", "write", "config/production.yaml", true, "them, where the policy names the folder"],
    [".", "write", "main.tf", false, "orders by their ending"],
    [".", "write", "src/addon/common.gypi", false, "what a build file includes"],
    [".", "write", "wrangler.jsonc", false, "orders in their other format"],
    [".", "write", "dist/x.js", true, "new files"],
    [".", "write", "node_modules/.cache/x/y", true, "a tool's cache"],
    [".", "write", "node_modules/.cache/x/node_modules/y", false, "modules in a cache"],
    [".", "write", "node_modules/a", false, "modules"],
    ["./node_modules/a", "write", "node_modules/a/b", true, "named"],
    ["./dist", "write", "dist/package.json", true, "a build's own manifest"],
    ["./dist", "write", "dist/.npmrc", false, "but no orders"],
    [".", "write", ".next/x", true, "a build folder"],
    [".", "write", ".next/package.json", true, "a manifest of a build"],
    [".", "write", ".output/server/node_modules/vue/index.js", true, "a package of what is built to run elsewhere"],
    [".", "write", ".output/server/node_modules/vue/.npmrc", false, "orders, there too"],
    [".", "write", ".cache/node_modules/vue/index.js", false, "a package in a cache"],
    [".", "write", "node_modules/vue/.output/node_modules/a/index.js", false, "a package of a package"],
    [".", "write", "node_modules/.vite/deps/package.json", true, "a manifest in a cache"],
    [".", "write", "package.json/.next", false, "what lies below a manifest's name"],
    [".", "write", ".next/node_modules/x/package.json", false, "installed packages, wherever"],
    [".", "write", ".next/moat.policy.json", false, "a policy, wherever"],
    [".", "write", ".next/.npmrc", false, "orders in a dot-file, wherever"],
    [".", "write", ".next/cache/.rscinfo", true, "a key of the build"],
    [".", "write", "a/.hidden/x", false, "dot-folders"],
    [".", "write", "a/.data.json.tmp", true, "what is moved into its place"],
    [".", "write", "a/.~data.json", true, "what steno moves into its place"],
    [".", "write", "a/.~/data.json", false, "a folder of no such name"],
    [".", "write", ".env.tmp", false, "secrets, whatever they end in"],
    [".", "write", "a/.git/hooks/x.tmp", false, "what lies in a dot-folder"],
    [".", "write", "logs/.8f1404b4f882e19482a256193780691c61cc309a-audit.json", true, "a digest's name"],
    [".", "write", "logs/.8f1404b4-audit.json", false, "what is no digest"],
    [
      ".",
      "write",
      "node_modules/.cache/@babel/register/.babel.7.29.13.development.json",
      true,
      "@babel/register's cache",
    ],
    [".", "write", "node_modules/.cache/@babel/register/.babelrc.json", false, "orders of Babel's"],
    [".", "write", "caches/.cache_8vqmlo", true, "ESLint's cache of one working folder"],
    [".", "write", ".stencil/module_5a3e.log", true, "Stencil's cache of compiled modules"],
    [".", "write", "test-results/.last-run.json", true, "which specs failed, for Playwright's --last-failed"],
    [".", "write", "test-results/.playwright-artifacts-0/trace.zip", true, "what a worker of Playwright's records"],
    [".", "write", "test-results/.playwright-artifacts/x", false, "nobody's that is known"],
    [".", "write", ".cache_/config.json", false, "what is no such name"],
    [
      "<tmp>",
      "write",
      "../tmp/.v8flags-3-11.3.244.8-node.38.e3b0c44298fc1c149afbf4c8996fb924.json",
      true,
      "a digest in a name",
    ],
    [".", "write", "vite.config.js", false, "a configuration"],
    [
      ".",
      "write",
      "vite.config.js.timestamp-1795332528715-0a1b2c.mjs",
      true,
      "what a configuration is compiled to, to be imported once",
    ],
    [
      ".",
      "write",
      "node_modules/.vite-temp/vite.config.js.timestamp-1795332528715-0a1b2c.mjs",
      true,
      "the same in a cache",
    ],
    [
      ".",
      "write",
      "node_modules/.unrun/tsdown.config.mjs.41c0a0f8a39e9737dc149bcd6b6a7285.mjs",
      true,
      "what tsdown makes of its configuration",
    ],
    [".", "write", "docs/.vitepress/config.mjs", false, "a configuration in a dot-folder"],
    [".", "write", "docs/.vitepress/config.mjs.timestamp-1795332528715-0a1b2c.mjs", true, "what it is compiled to"],
    [".", "write", "docs/.vitepress/dist/index.html", true, "a tool's output"],
    [".", "write", "docs/.vuepress/config.js", false, "a configuration in a dot-folder that has outputs beside it"],
    [".", "write", "docs/.vuepress/config.js.a61ff746.mjs", true, "what VuePress compiles it to"],
    [".", "write", "docs/.vuepress/.temp/.server/app.mjs", true, "what VuePress renders pages by"],
    [
      ".",
      "write",
      ".git/hooks/pre-commit.timestamp-1795332528715-0a1b2c.mjs",
      false,
      "in other dot-folders nothing is made",
    ],
    [".", "write", "docker-compose.override.yml", false, "what docker compose adds by itself"],
    [".", "write", "apps/web/project.json", false, "commands that Nx runs"],
    [".", "write", "package.yaml", false, "a manifest for pnpm"],
    [".", "write", "nix/shell.nix", false, "what nix evaluates"],
    [".", "write", "gatsby-node.mjs", false, "what a tool loads where it is"],
    [".", "write", "requirements-dev.txt", false, "where another language's packages come from"],
    [".", "write", "src/middleware.ts", false, "what Next runs before each request"],
    [".", "write", "dist/middleware.js", true, "a build's output"],
    [".", "write", "src/compose.ts", true, "a module"],
    [".", "write", "procfile.ts", true, "a module that is called so"],
    ["./.vscode", "write", ".vscode/settings.json", true, "named"],
    ["./index.js", "write", "index.js", true, "an entry, named"],
    [".", "write", "index.js", false, "an entry"],
    ["<tmp>", "write", "../tmp/x/package.json", true, "tmp is nobody's"],
    [".", "write", "../reserved/x", false, "reserved"],
  ] as const)("%s %s %s: %s (%s)", (scope, mode, name, wanted) => {
    const file = name.startsWith("../") ? `${world.root}/${name.slice(3)}` : `${world.project}/${name}`;
    expect(covers([scope], mode, file)).toBe(wanted);
  });

  it("takes no path that is not in its real form", () => {
    for (const name of ["a/../src", "./src", "src/", "src//a"])
      expect(covers(["."], "read", `${world.project}/${name}`)).toBe(false);
    expect(covers(["."], "write", "out")).toBe(false);
  });

  it("reserves what no policy can give", () => {
    expect(covers([world.root], "write", `${world.root}/reserved/x`)).toBe(false);
    expect(covers([world.root], "write", `${world.root}/loot/x`)).toBe(true);
    expect(covers([world.root], "read", `${world.root}/reserved/x`)).toBe(true);
    expect(covers([world.root, `${world.root}/reserved/secret/x`], "read", `${world.root}/reserved/secret/x`)).toBe(
      false,
    );
    expect(covers([world.root], "read", `${world.root}/reserved/secret`)).toBe(false);
    for (const mode of ["read", "write"] as const) {
      for (const memory of ["/proc/1/mem", "/proc/1/task/1/mem", "/proc/kcore", "/dev/mem"])
        expect(covers(["/", memory], mode, memory)).toBe(false);
      expect(covers(["/"], mode, "/proc/1/status")).toBe(true);
    }
  });

  it("a temporary folder around the project is no way into it, nor into home", () => {
    const context = world.context({ fs: { read: ["<tmp>"], write: ["<tmp>"] } });
    const scopes = makePathScopes({ ...context, paths: { ...context.paths, tmp: world.root } });
    expect(scopes.covers(`${world.project}/index.js`, "write")).toBe(false);
    expect(scopes.covers(`${world.project}/package.json`, "write")).toBe(false);
    expect(scopes.covers(`${world.home}/notes.txt`, "read")).toBe(false);
    expect(scopes.covers(`${world.root}/loot/x`, "write")).toBe(true);
  });

  it("a scope is as broad as its text, whatever folders are the same", () => {
    const paths = { ...world.context({}).paths, cwd: `${world.root}/work`, tmp: `${world.root}/work` };
    const scopes = (text: string) => makePathScopes({ ...world.context({ fs: { write: [text] } }), paths });
    const manifest = `${world.root}/work/package.json`;
    expect([scopes("<cwd>"), scopes("<tmp>")].map((one) => one.covers(manifest, "write"))).toEqual([false, true]);
  });

  it("who reads <package> reads what is published in the packages that it may import", () => {
    const importable = [`${world.root}/hoisted/other`];
    const scopes = (fs: object) => makePathScopes({ ...world.context({ fs }), importable });
    const granted = scopes({ read: ["<package>"], write: ["<package>"] });
    expect(granted.covers(`${importable[0]}/prebuilds/x.node`, "read")).toBe(true);
    expect(granted.covers(`${importable[0]}/.npmrc`, "read")).toBe(false);
    expect(granted.covers(`${world.root}/hoisted/third/x`, "read")).toBe(false);
    expect(granted.covers(`${importable[0]}/index.js`, "write")).toBe(false);
    expect(scopes({ read: ["./src"] }).covers(`${importable[0]}/index.js`, "read")).toBe(false);
  });

  it("the binary that all run in may be read, and not written", () => {
    const scopes = makePathScopes(world.context({ fs: {} }));
    const binary = fs.realpathSync(process.execPath);
    expect([
      scopes.covers(binary, "read"),
      scopes.covers(`${binary}.txt`, "read"),
      scopes.covers(binary, "write"),
    ]).toEqual([true, false, false]);
  });

  it("a program that may be started may be looked for in PATH, and not read", () => {
    const [shell] = ["/bin/sh", "/usr/bin/sh"].filter((path) =>
      process.env["PATH"]!.split(":").includes(path.slice(0, -3)),
    );
    const guest = world.fs({ commands: ["sh"], fs: {} });
    expect(guest.statSync(shell).isFile()).toBe(true);
    expect(() => guest.readFileSync(shell)).toThrow(/ENOENT/);
    expect(() => guest.statSync(shell!.replace(/sh$/, "ls"))).toThrow(/ENOENT/);
    expect(() => guest.statSync(`${world.home}/notes.txt`)).toThrow(/ENOENT/);
    expect(() => world.fs({ fs: {} }).statSync(shell)).toThrow(/ENOENT/);
  });

  it("a link may take the place of a file, below which there is nothing", () => {
    const guest = world.fs({ fs: { read: ["."], write: ["."] } });
    const [file, link] = [`${world.project}/out/replaced`, `${world.project}/out/deep/replacing`];
    guest.writeFileSync(file, "x");
    guest.symlinkSync("../f", link);
    guest.renameSync(link, file);
    expect([guest.readlinkSync(file), guest.existsSync(link)]).toEqual(["../f", false]);
    fs.unlinkSync(file);
  });

  it("a trusted principal has no bounds", () => {
    expect(covers([], "write", "/etc/passwd", { trusted: true })).toBe(true);
    expect(covers([], "read", `${world.project}/src/a.txt`)).toBe(false);
  });
});
