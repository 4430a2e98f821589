import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { askMoat, askNode, makeTree, resolverFor, type Case } from "./tree.ts";

const both = (referrer: string, ...specifiers: string[]): Case[] =>
  specifiers.flatMap((specifier): Case[] => [
    [specifier, referrer, "require"],
    [specifier, referrer, "import"],
  ]);

const expectAsNode = (root: string, cases: readonly Case[]): void => {
  const theirs = askNode(root, cases);
  const ours = askMoat(root, cases);
  const label = (index: number): string => cases[index]!.join(" | ");
  expect(ours.map((answer, index) => [label(index), answer])).toEqual(
    theirs.map((answer, index) => [label(index), answer]),
  );
};

describe("resolution is Node's own", () => {
  it("relative and absolute paths, extensions, folders", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "a.js": "",
      "a.json": "{}",
      "only.json": "{}",
      "b/index.js": "",
      "b.js": "",
      "c/index.json": "{}",
      "d/package.json": { main: "lib" },
      "d/lib.js": "",
      "e/package.json": { main: "./lib/" },
      "e/lib/index.js": "",
      "f/package.json": { main: "gone.js" },
      "f/index.js": "",
      "g/package.json": { main: "gone.js" },
      "x.json/index.js": "",
      "odd.txt": "",
      noext: "",
      "with space.js": "",
      "100%.js": "",
      "hash#.js": "",
      "..twodots.js": "",
      "deep/er/ref.js": "",
    });
    const specifiers = [
      "./a", "./a.js", "./a.json", "./only", "./b", "./b/", "./b/.", "./c", "./d", "./e", "./f", "./g",
      "./x.json", "./x.json/", "./odd.txt", "./noext", "./with space", "./with space.js",
      "./with%20space.js", "./100%25.js", "./hash#.js", "./hash%23.js", "./..twodots", "..twodots",
      ".", "./", "..", "./missing", "./a.js?query", "./a.js#hash", "./%2e/a.js", "./b%2findex.js",
      "./b%5cindex.js", ".//a.js", "./deep/../a.js", `${root}/a.js`, `${root}/b`, `${root}/gone`,
      `file://${root}/a.js`, `file://${root}/gone.js`, `file://${root}/b%2findex.js`, "",
    ]; // prettier-ignore
    expectAsNode(root, [
      ...both("ref.js", ...specifiers),
      ["./100%.js", "ref.js", "require"],
      ...both("deep/er/ref.js", "../../a", "../..", "../../b/", "..", "../ref.js"),
    ]);
  });

  it("`paths` that are written otherwise than Node names folders", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "node_modules/p/package.json": { name: "p", exports: { "./parts/*": "./parts/*" } },
      "node_modules/p/parts/x/a.astro": "",
    });
    const paths = [`${root}/`, `${root}/src/..`, `${root}//`];
    const specifier = "p/parts/x/a.astro";
    const referrer = join(root, "ref.js");
    const resolver = resolverFor(root);
    for (const path of paths)
      expect(resolver.resolve(specifier, referrer, "require", { paths: [path] }).path).toBe(
        createRequire(referrer).resolve(specifier, { paths: [path] }),
      );
  });

  it("packages: hoisted, nested, without a manifest, files in node_modules", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "node_modules/a/package.json": { main: "./m" },
      "node_modules/a/m.js": "",
      "node_modules/a/sub/x.js": "",
      "node_modules/a/sub/package.json": { main: "../m.js" },
      "node_modules/a/node_modules/b/index.js": "",
      "node_modules/b/index.js": "",
      "node_modules/b/index.json": "{}",
      "node_modules/c.js": "",
      "node_modules/dir-only/readme.txt": "",
      "node_modules/@s/p/package.json": { name: "@s/p", main: "p.js" },
      "node_modules/@s/p/p.js": "",
      "node_modules/.dot/index.js": "",
      "node_modules/json-main/package.json": { main: "data" },
      "node_modules/json-main/data.json": "{}",
      "node_modules/bad/package.json": "{ nope",
      "node_modules/odd-main/package.json": { main: 7 },
      "node_modules/odd-main/index.js": "",
      "node_modules/fs/index.js": "",
      "node_modules/sqlite/index.js": "",
      "lib/deep/x.js": "",
    });
    const specifiers = [
      "a", "a/", "a/sub/x", "a/sub/x.js", "a/sub", "a/m.js", "a/gone", "b", "b/index", "c", "c.js",
      "dir-only", "@s/p", "@s/p/p.js", "@s", ".dot", "json-main", "odd-main", "none", "none/x",
      "fs", "node:fs", "fs/promises", "node:fs/promises", "fs/", "a\\sub\\x.js",
      "a/../b", "a/./sub/x.js", "a/%6d.js", "a%2fm.js", "a//sub/x.js", "sqlite",
    ]; // prettier-ignore
    expectAsNode(root, [
      ...both("lib/deep/x.js", ...specifiers),
      ...both("node_modules/a/sub/x.js", "b", "a", "c", "../node_modules/b/index.js"),
      ["bad", "lib/deep/x.js", "import"],
    ]);
  });

  it("exports and imports: conditions, patterns, null, fallbacks, self reference", () => {
    const root = makeTree({
      "package.json": {
        name: "app",
        exports: { ".": "./main.js", "./sub/*": "./src/*.js" },
        imports: {
          "#dep": "dep",
          "#dep/feature": "dep/feature",
          "#fs": "fs",
          "#nfs": "node:fs",
          "#cond": { require: "./src/one.js", import: "./src/two.js" },
          "#star/*": "./src/*.js",
          "#nothing": null,
          "#out": "../out.js",
          "#abs": "/etc/hosts",
          "#url": "https://x.test/y.js",
          "#gone": "./src/gone.js",
          "#missing": "not-installed",
          "#list": ["./src/one.js", "./src/two.js"],
          "#bad-list": ["../no.js", "./src/two.js"],
        },
      },
      "main.js": "",
      "src/one.js": "",
      "src/two.js": "",
      "src/deep/three.js": "",
      "node_modules/dep/package.json": {
        name: "dep",
        exports: {
          ".": { import: "./i.mjs", require: "./r.cjs" },
          "./feature": { browser: "./b.js", node: { import: "./n.mjs", default: "./n.cjs" } },
          "./sync": { "module-sync": "./sync.mjs", default: "./r.cjs" },
          "./addons": { "node-addons": "./r.cjs", default: "./i.mjs" },
          "./none": { browser: "./b.js" },
          "./null": null,
          "./lib/*": "./lib/*.js",
          "./lib/private/*": null,
          "./lib/*.css": "./styles/*.css",
          "./out": "../other/index.js",
          "./dots": "./lib/../../other/index.js",
          "./modules": "./node_modules/x/index.js",
          "./encoded-modules": "./no%64e_modules/x/index.js",
          "./encoded-dots": "./%2e%2e/other/index.js",
          "./slash": "./lib%2fa.js",
          "./abs": "/etc/hosts",
          "./bare": "lib/a.js",
          "./space": "./lib/a%20b.js",
          "./gone": "./gone.js",
          "./folder": "./lib",
          "./number": 5,
          "./list": [{ browser: "./b.js" }, "./n.cjs"],
          "./empty": [],
          "./twice/*": "./lib/*/*.js",
        },
      },
      "node_modules/dep/i.mjs": "",
      "node_modules/dep/r.cjs": "",
      "node_modules/dep/b.js": "",
      "node_modules/dep/n.mjs": "",
      "node_modules/dep/n.cjs": "",
      "node_modules/dep/sync.mjs": "",
      "node_modules/dep/lib/a.js": "",
      "node_modules/dep/lib/a b.js": "",
      "node_modules/dep/lib/a/a.js": "",
      "node_modules/dep/lib/private/p.js": "",
      "node_modules/dep/styles/s.css": "",
      "node_modules/dep/node_modules/x/index.js": "",
      "node_modules/other/index.js": "",
      "node_modules/sugar/package.json": { exports: "./s.js" },
      "node_modules/sugar/s.js": "",
      "node_modules/sugar2/package.json": { exports: { default: "./s.js" } },
      "node_modules/sugar2/s.js": "",
      "node_modules/mixed/package.json": { exports: { ".": "./s.js", default: "./s.js" } },
      "node_modules/mixed/s.js": "",
      "node_modules/numeric/package.json": { exports: { ".": { 0: "./s.js" } } },
      "node_modules/slashes/package.json": { exports: { "./": "./" } },
      "node_modules/slashes/s.js": "",
      "node_modules/selfish/package.json": { name: "selfish", exports: { "./*": "./*" } },
      "node_modules/selfish/a.js": "",
      "node_modules/plain-self/package.json": { name: "plain-self", main: "a.js" },
      "node_modules/plain-self/a.js": "",
    });
    const dep = [
      "", "/feature", "/sync", "/addons", "/none", "/null", "/lib/a", "/lib/private/p", "/lib/s.css",
      "/lib/gone", "/lib/", "/lib/../a", "/lib/../../other/index", "/lib/..%2fx", "/lib/node_modules/x",
      "/lib/no%64e_modules/x", "/out", "/dots", "/modules", "/encoded-modules", "/encoded-dots",
      "/slash", "/abs", "/bare", "/space", "/gone", "/folder", "/number", "/list", "/empty",
      "/twice/a", "/package.json", "/i.mjs", "/", "/lib/*",
    ].map((path) => `dep${path}`); // prettier-ignore
    const internal = [
      "#dep", "#dep/feature", "#cond", "#fs", "#nfs", "#star/one", "#star/deep/three", "#star/gone", "#nothing",
      "#out", "#abs", "#url", "#gone", "#missing", "#list", "#bad-list", "#", "#unknown", "#star/", 
    ]; // prettier-ignore
    expectAsNode(root, [
      ...both("src/one.js", ...dep, ...internal, "app", "app/sub/one", "app/nope", "app/package.json"),
      ...both("src/one.js", "sugar", "sugar/x", "sugar2", "mixed", "numeric", "slashes/s.js"),
      ...both("node_modules/selfish/a.js", "selfish/a.js", "selfish", "#x"),
      ...both("node_modules/plain-self/a.js", "plain-self", "plain-self/a.js"),
    ]);
  });

  it("links: pnpm's layout, npm link, workspaces", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "node_modules/.pnpm/a@1/node_modules/a/package.json": { name: "a", main: "x.js" },
      "node_modules/.pnpm/a@1/node_modules/a/x.js": "",
      "node_modules/.pnpm/b@1/node_modules/b/index.js": "",
      "node_modules/.pnpm/a@1/node_modules/b": { link: "node_modules/.pnpm/b@1/node_modules/b" },
      "node_modules/a": { link: "node_modules/.pnpm/a@1/node_modules/a" },
      "packages/w/package.json": { name: "w", exports: "./w.js" },
      "packages/w/w.js": "",
      "node_modules/w": { link: "packages/w" },
      "node_modules/dangling": { link: "nowhere" },
      "main.js": "",
    });
    expectAsNode(root, [
      ...both("main.js", "a", "a/x.js", "b", "w", "w/w.js", "dangling"),
      ...both("node_modules/.pnpm/a@1/node_modules/a/x.js", "b", "a", "w"),
    ]);
  });
});
