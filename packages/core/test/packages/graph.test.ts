import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../src/packages/build-graph.ts";
import { makeDisk } from "../../src/packages/disk.ts";
import { findProject } from "../../src/packages/find-project.ts";
import { locateNames } from "../../src/packages/locate-names.ts";
import { makeResolver } from "../../src/packages/resolver.ts";
import type { PackageGraph } from "../../src/packages/types.ts";
import { findWorkspaces, parsePnpmWorkspace } from "../../src/packages/workspaces.ts";
import { makeTree, resolverFor, type Entry } from "./tree.ts";

const graphOf = (root: string, phantom?: Map<string, Set<string>>): PackageGraph =>
  buildGraph(root, makeDisk(), phantom ? { phantom } : {});

/** Every name with its folder relative to the tree: what a person compares. */
const shown = (graph: PackageGraph, root: string): Record<string, string> =>
  Object.fromEntries([...graph.byName].map(([name, item]) => [name, item.location.slice(root.length + 1)]));

/** Names found by walking the tree and by walking the names must be the same. */
const expectLocatable = (graph: PackageGraph, project: string): void => {
  const { names: located } = locateNames(graph.byName.keys(), project, makeResolver(makeDisk()));
  expect([...located].sort()).toEqual([...graph.byLocation].map(([location, item]) => [location, item.name]).sort());
};

const deps = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, "*"]));

describe("the package graph", () => {
  it("hoisted and nested packages, cycles, missing optional and peer ones, aliases, false names", () => {
    const root = makeTree({
      "package.json": { name: "app", dependencies: deps("a", "b", "alias"), devDependencies: deps("dev"), optionalDependencies: deps("fsevents"), peerDependencies: deps("peer") },
      "node_modules/a/package.json": { name: "express", dependencies: deps("shared", "b"), devDependencies: deps("unused") },
      "node_modules/a/node_modules/shared/package.json": { name: "shared", dependencies: deps("a") },
      "node_modules/b/package.json": { dependencies: deps("shared", "a", "gone") },
      "node_modules/shared/package.json": { name: "app", peerDependencies: deps("b", "react") },
      "node_modules/alias/package.json": { name: "real-name" },
      "node_modules/dev/package.json": "{ broken",
      "node_modules/peer/index.js": "",
      "node_modules/unused/package.json": { name: "unused" },
      "node_modules/a/node_modules/sneaky/package.json": { name: "sneaky" },
    }); // prettier-ignore
    const graph = graphOf(root);
    expect(shown(graph, root)).toEqual({
      ".": "",
      a: "node_modules/a",
      alias: "node_modules/alias",
      b: "node_modules/b",
      dev: "node_modules/dev",
      peer: "node_modules/peer",
      "a>shared": "node_modules/a/node_modules/shared",
      "b>shared": "node_modules/shared",
    });
    expect([...graph.byName.get("b")!.dependencies.keys()]).toEqual(["a", "shared"]);
    expect(graph.root.kind).toBe("root");
    expectLocatable(graph, root);
  });

  it("the canonical name has the fewest steps, then is shortest, then first", () => {
    const root = makeTree({
      "package.json": { dependencies: deps("zz", "b", "longer", "c") },
      "node_modules/zz/package.json": { dependencies: deps("deep") },
      "node_modules/longer/package.json": { dependencies: deps("t", "deep") },
      "node_modules/b/package.json": { dependencies: deps("t", "mid") },
      "node_modules/c/package.json": { dependencies: deps("t") },
      "node_modules/mid/package.json": { dependencies: deps("deep") },
      "node_modules/t/package.json": {},
      "node_modules/deep/package.json": {},
    });
    expect(Object.keys(shown(graphOf(root), root)).sort()).toEqual([
      ".",
      "b",
      "b>mid",
      "b>t",
      "c",
      "longer",
      "zz",
      "zz>deep",
    ]);
  });

  it("does not depend on the order of keys in a manifest", () => {
    const tree = (order: string[]): Record<string, Entry> => ({
      "package.json": { dependencies: deps(...order) },
      "node_modules/a/package.json": { dependencies: deps("x", "y") },
      "node_modules/b/package.json": { dependencies: deps("y", "x") },
      "node_modules/x/package.json": {},
      "node_modules/y/package.json": {},
    });
    const one = makeTree(tree(["a", "b"]));
    const two = makeTree(tree(["b", "a"]));
    expect(Object.entries(shown(graphOf(one), one))).toEqual(Object.entries(shown(graphOf(two), two)));
  });

  it("pnpm's links", () => {
    const store = "node_modules/.pnpm";
    const root = makeTree({
      "package.json": { dependencies: deps("a") },
      [`${store}/a@1/node_modules/a/package.json`]: { name: "a", dependencies: deps("b", "@s/c") },
      [`${store}/b@1/node_modules/b/package.json`]: { name: "b" },
      [`${store}/@s+c@1/node_modules/@s/c/package.json`]: { name: "@s/c" },
      [`${store}/a@1/node_modules/b`]: { link: `${store}/b@1/node_modules/b` },
      [`${store}/a@1/node_modules/@s/c`]: { link: `${store}/@s+c@1/node_modules/@s/c` },
      "node_modules/a": { link: `${store}/a@1/node_modules/a` },
    });
    const graph = graphOf(root);
    expect(shown(graph, root)).toEqual({
      ".": "",
      a: `${store}/a@1/node_modules/a`,
      "a>b": `${store}/b@1/node_modules/b`,
      "a>@s/c": `${store}/@s+c@1/node_modules/@s/c`,
    });
    expectLocatable(graph, root);
  });

  it("workspaces are first-party under their folder's name, also where they are linked", () => {
    const root = makeTree({
      "package.json": { dependencies: deps("lib"), workspaces: ["packages/*", "!packages/not"] },
      "packages/lib/package.json": { name: "lib", dependencies: deps("x"), devDependencies: deps("y") },
      "packages/tool/package.json": { name: "tool", dependencies: deps("lib", "z") },
      "packages/tool/node_modules/z/package.json": {},
      "packages/not/package.json": { name: "not" },
      "packages/none/readme.md": "",
      "node_modules/lib": { link: "packages/lib" },
      "node_modules/x/package.json": {},
      "node_modules/y/package.json": {},
    });
    const graph = graphOf(root);
    expect(shown(graph, root)).toEqual({
      ".": "",
      "./packages/lib": "packages/lib",
      "./packages/tool": "packages/tool",
      "./packages/lib>x": "node_modules/x",
      "./packages/lib>y": "node_modules/y",
      "./packages/tool>z": "packages/tool/node_modules/z",
    });
    expect(graph.byName.get("./packages/lib")!.kind).toBe("workspace");
    expect(graph.root.dependencies.get("lib")).toBe(join(root, "packages/lib"));
    expectLocatable(graph, root);
  });

  it("hoisting above the project, linked folders outside of it, undeclared imports", () => {
    const root = makeTree({
      "node_modules/up/package.json": { dependencies: deps() },
      "node_modules/ghost/package.json": {},
      "repo/app/package.json": { name: "app", dependencies: deps("up", "linked") },
      "repo/app/node_modules/linked": { link: "elsewhere/linked" },
      "elsewhere/linked/package.json": { name: "linked", dependencies: deps("own") },
      "elsewhere/linked/node_modules/own/package.json": {},
    });
    const app = join(root, "repo/app");
    const phantom = new Map([[join(root, "node_modules/up"), new Set(["ghost", "not-there", "../x"])]]);
    const graph = graphOf(app, phantom);
    expect(shown(graph, root)).toEqual({
      ".": "repo/app",
      up: "node_modules/up",
      linked: "elsewhere/linked",
      "up>ghost": "node_modules/ghost",
      "linked>own": "elsewhere/linked/node_modules/own",
    });
    expectLocatable(graph, app);
  });

  it("what tools generate into a folder of node_modules is a package for who requires it, and caches are none", () => {
    const root = makeTree({
      "app/package.json": { name: "app", dependencies: deps("orm") },
      "app/node_modules/orm/package.json": { name: "orm", dependencies: deps(".declared") },
      "app/node_modules/.orm/client/index.js": "",
      "app/node_modules/.declared/index.js": "",
      "app/node_modules/.cache/found.js": "",
      "app/node_modules/.VITE/found.js": "",
    });
    const app = join(root, "app");
    const names = new Set([".orm", ".cache", ".VITE", "..", ".", "..orm"]);
    const graph = graphOf(app, new Map([[join(app, "node_modules/orm"), names]]));
    expect(shown(graph, root)).toEqual({
      ".": "app",
      orm: "app/node_modules/orm",
      "orm>%2Eorm": "app/node_modules/.orm",
    });
    expectLocatable(graph, app);
  });

  it("links that an installed package's manifest asked for lead nowhere, but into it and to what the project links", () => {
    const root = makeTree({
      "app/package.json": { name: "app", dependencies: deps("a", "linked") },
      "app/node_modules/a/package.json": {
        dependencies: deps("secrets", "inner", "code", "cache", "own", "linked", "b"),
      },
      "app/node_modules/a/vendor/own/package.json": {},
      "app/node_modules/secrets": { link: "home/.docker" },
      "app/node_modules/inner": { link: "app/node_modules/b/internal" },
      "app/node_modules/code": { link: "app/config" },
      "app/node_modules/cache": { link: "app/node_modules/.cache" },
      "app/node_modules/.cache/x.json": "{}",
      "app/node_modules/own": { link: "app/node_modules/a/vendor/own" },
      "app/node_modules/linked": { link: "elsewhere/linked" },
      "app/node_modules/b/package.json": { dependencies: deps() },
      "app/node_modules/b/internal/package.json": {},
      "app/config/package.json": {},
      "home/.docker/config.json": "{}",
      "elsewhere/linked/package.json": { dependencies: deps("sibling") },
      "elsewhere/linked/node_modules/sibling": { link: "elsewhere/sibling" },
      "elsewhere/sibling/package.json": {},
    });
    const app = join(root, "app");
    const graph = graphOf(app);
    expect(shown(graph, root)).toEqual({
      ".": "app",
      a: "app/node_modules/a",
      "a>b": "app/node_modules/b",
      "a>own": "app/node_modules/a/vendor/own",
      linked: "elsewhere/linked",
      "linked>sibling": "elsewhere/sibling",
    });
    expectLocatable(graph, app);
    expect(graph.byName.get("a")?.dependencies.get("linked")).toBe(join(root, "elsewhere/linked"));
    const resolver = resolverFor(app);
    const from = join(app, "node_modules/a/x.js");
    expect(locateNames(["a>secrets", "a>code", "a>inner", "a>cache"], app, resolver).locations.size).toBe(1);
    // Asking does not make packages of what is somebody's already.
    for (const name of ["secrets/config.json", "code/package.json", "inner/package.json"])
      resolver.resolve(name, from, "require");
    expect(resolver.ownerOf(join(app, "config/x.js"))).toBe(app);
    expect(resolver.ownerOf(join(app, "node_modules/b/internal/x.js"))).toBe(join(app, "node_modules/b"));
  });

  it("a dependency's name in a manifest is no path", () => {
    const root = makeTree({
      "package.json": { dependencies: deps("a") },
      "node_modules/a/package.json":
        '{"dependencies":{"../../secret":"*","..":"*","/etc":"*",".hidden":"*","a/b":"*","__proto__":"*","x>y":"*"}}',
      "node_modules/a/b/package.json": {},
      "node_modules/.hidden/package.json": {},
      "node_modules/x>y/package.json": {},
      "secret/package.json": {},
    });
    expect(Object.keys(shown(graphOf(root), root))).toEqual([".", "a"]);
  });
});

describe("names at run time", () => {
  it("a nested copy takes no name that leads elsewhere, and names are no paths", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "vault/package.json": { name: "vault" },
      "node_modules/dep/package.json": { name: "dep" },
      "node_modules/dep/node_modules/privileged/package.json": { name: "privileged" },
      "node_modules/privileged/package.json": { name: "privileged" },
    });
    const { names: located } = locateNames(
      ["dep", "privileged", "gone", "dep>gone>x", "..", "../vault", "./../vault", "dep>../../vault", "./vault/..", "/etc", ""],
      root,
      resolverFor(root),
    ); // prettier-ignore
    expect([...located].sort()).toEqual([
      [root, "."],
      [join(root, "node_modules/dep"), "dep"],
      [join(root, "node_modules/privileged"), "privileged"],
    ]);
    // What `dep` gets for this specifier is its own copy, which has no name and so no grants.
    const found = resolverFor(root).resolveFrom("privileged/package.json", join(root, "node_modules/dep"), "require");
    expect(located.has(found.location!)).toBe(false);
  });

  it("of two names for one location the canonical one wins, in whatever order", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "node_modules/a/package.json": {},
      "node_modules/b/package.json": {},
      "node_modules/self": { link: "." },
    });
    const names = ["b>a", "a", "self>a", "self"];
    for (const order of [names, [...names].reverse()]) {
      const { names: located, locations } = locateNames(order, root, resolverFor(root));
      // A policy of a tree in which `b` had its own copy: what `b` may import is what `a` is here.
      expect(locations.get("b>a")).toBe(join(root, "node_modules/a"));
      expect(located.get(join(root, "node_modules/a"))).toBe("a");
      expect(located.get(root)).toBe(".");
    }
  });

  it("costs about one stat a name", () => {
    const count = 300;
    const tree: Record<string, Entry> = { "package.json": {} };
    for (let at = 0; at < count; at += 1) tree[`node_modules/p${at}/package.json`] = {};
    const root = makeTree(tree);
    const disk = makeDisk();
    let stats = 0;
    const counting = { ...disk, stat: (path: string) => ((stats += 1), disk.stat(path)) };
    const names = Array.from({ length: count }, (_, at) => `p${at}`);
    expect(locateNames(names, root, makeResolver(counting)).names.size).toBe(count + 1);
    expect(stats).toBeLessThan(count + 10);
  });
});

describe("the project and its workspaces", () => {
  it("is the folder of the manifest nearest to the real entry", () => {
    const root = makeTree({
      "package.json": {},
      "sub/package.json": {},
      "sub/src/main.js": "",
      "main.js": { link: "sub/src/main.js" },
    });
    expect(findProject(join(root, "sub/src/main.js"), makeDisk())).toBe(join(root, "sub"));
    expect(findProject(join(root, "main.js"), makeDisk())).toBe(join(root, "sub"));
    const none = { ...makeDisk(), stat: () => undefined };
    expect(() => findProject(join(root, "main.js"), none)).toThrow(
      expect.objectContaining({ code: "MOAT_NO_PROJECT" }),
    );
  });

  it.each([
    ["a build's, that only says how files are read", { type: "module" }, {}, "."],
    ["with what bundlers ask", { type: "commonjs", sideEffects: false }, {}, "."],
    ["with a name", { name: "app", type: "module" }, {}, "dist/esm"],
    ["without a type", {}, {}, "dist/esm"],
    ["with packages of its own", { type: "module" }, { "dist/esm/node_modules/a/package.json": {} }, "dist/esm"],
    ["with caches that packages may write", { type: "module" }, { "dist/esm/node_modules/.cache/a/b": "" }, "."],
    ["with a policy", { type: "module" }, { "dist/esm/moat.policy.json": "" }, "dist/esm"],
  ])("a manifest in the project, %s: %j", (_why, manifest, more, project) => {
    const tree = { "dist/esm/package.json": manifest, "dist/esm/main.js": "", ...more };
    const root = makeTree({ "package.json": { name: "app" }, ...tree });
    expect(findProject(join(root, "dist/esm/main.js"), makeDisk())).toBe(join(root, project));
    const alone = makeTree(tree);
    expect(findProject(join(alone, "dist/esm/main.js"), makeDisk())).toBe(join(alone, "dist/esm"));
  });

  it("workspaces as npm, yarn and pnpm write them", () => {
    const root = makeTree({
      "package.json": {},
      "pnpm-workspace.yaml":
        "# members\npackages:\n  - 'apps/**'\n  - \"tools/t?\" # the tools\n  - plain\n\ncatalog:\n  - other/*\n",
      "apps/a/package.json": {},
      "apps/deep/b/package.json": {},
      "apps/a/node_modules/x/package.json": {},
      "tools/t1/package.json": {},
      "tools/t22/package.json": {},
      "plain/package.json": {},
      "other/o/package.json": {},
      "libs/l/package.json": {},
    });
    const found = findWorkspaces(root, { workspaces: { packages: ["./libs/*/", "../*"] } }, makeDisk());
    expect(found).toEqual(["apps/a", "apps/deep/b", "libs/l", "plain", "tools/t1"]);
    expect(parsePnpmWorkspace("packages: ['a/*', \"b\"]\n")).toEqual(["a/*", "b"]);
    expect(parsePnpmWorkspace("other:\n  - x\n")).toEqual([]);
  });
});
