import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeDisk } from "../../src/packages/disk.ts";
import type { FileReader } from "../../src/packages/file-reader.ts";
import { makeResolver } from "../../src/packages/resolver.ts";
import type { ResolutionMode } from "../../src/packages/resolver.ts";
import { makeTree, resolverFor } from "./tree.ts";

const MODES: ResolutionMode[] = ["require", "import"];

/** A disk that remembers whose text was read. */
const spiedDisk = (): { disk: FileReader; read: string[] } => {
  const disk = makeDisk();
  const read: string[] = [];
  return { read, disk: { ...disk, readText: (path) => (read.push(path), disk.readText(path)) } };
};

describe("a package's manifest does not lead out of it", () => {
  const attacks: { why: string; manifest: Record<string, unknown>; specifier?: string }[] = [
    { why: "main climbs to the project's scripts", manifest: { main: "../../scripts/deploy.js" } },
    { why: "main without an extension", manifest: { main: "../../scripts/deploy" } },
    { why: "main is a folder outside", manifest: { main: "../../scripts" } },
    { why: "main names another package", manifest: { main: "../victim/index.js" } },
    { why: "main names a bundled package's file", manifest: { main: "node_modules/inner/index.js" } },
    { why: "main is a link inside the package", manifest: { main: "link.js" } },
    { why: "main lies in a linked folder", manifest: { main: "linked/deploy.js" } },
    { why: "exports target climbs", manifest: { exports: "./../../scripts/deploy.js" } },
    { why: "exports target is relative to the parent", manifest: { exports: "../victim/index.js" } },
    { why: "exports target climbs in the middle", manifest: { exports: "./lib/../../victim/index.js" } },
    { why: "exports target is absolute", manifest: { exports: "/etc/hosts" } },
    { why: "exports target is a file URL", manifest: { exports: "file:///etc/hosts" } },
    { why: "exports target is a data URL", manifest: { exports: "data:text/javascript,0" } },
    { why: "encoded dots", manifest: { exports: "./%2e%2e/victim/index.js" } },
    { why: "encoded separators", manifest: { exports: "./..%2fvictim%2findex.js" } },
    { why: "encoded backslash", manifest: { exports: "./..%5cvictim%5cindex.js" } },
    { why: "backslashes", manifest: { exports: "./..\\victim\\index.js" } },
    { why: "a tab that URLs drop, between dots", manifest: { exports: "./.\t./victim/index.js" } },
    { why: "a newline that URLs drop, between dots", manifest: { exports: "./.\n./victim/index.js" } },
    { why: "double slash", manifest: { exports: ".//lib//index.js" } },
    { why: "node_modules", manifest: { exports: "./node_modules/inner/index.js" } },
    { why: "encoded node_modules", manifest: { exports: "./no%64e_modules/inner/index.js" } },
    { why: "node_modules in capitals", manifest: { exports: "./NODE_MODULES/inner/index.js" } },
    { why: "exports target is a link", manifest: { exports: "./link.js" } },
    { why: "the star carries dots", manifest: { exports: { "./*": "./lib/*" } }, specifier: "dep/../../victim/index.js" },
    { why: "the star carries encoded dots", manifest: { exports: { "./*": "./lib/*" } }, specifier: "dep/%2e%2e/%2e%2e/victim/index.js" },
    { why: "the star carries split dots", manifest: { exports: { "./*": "./*" } }, specifier: "dep/.\t./victim/index.js" },
    { why: "the star carries node_modules", manifest: { exports: { "./*": "./*" } }, specifier: "dep/node_modules/inner/index.js" },
    { why: "a fallback list ends outside", manifest: { exports: ["../victim/index.js", "/etc/hosts"] } },
    { why: "a condition leads outside", manifest: { exports: { node: "../victim/index.js" } } },
  ]; // prettier-ignore

  const tree = (manifest: Record<string, unknown>): string =>
    makeTree({
      "package.json": { name: "app" },
      "index.js": "",
      "scripts/deploy.js": "",
      "scripts/index.js": "",
      "node_modules/victim/package.json": { name: "victim" },
      "node_modules/victim/index.js": "",
      "node_modules/dep/package.json": { name: "dep", ...manifest },
      "node_modules/dep/lib/x.js": "",
      "node_modules/dep/node_modules/inner/index.js": "",
      "node_modules/dep/link.js": { link: "scripts/deploy.js" },
      "node_modules/dep/linked": { link: "scripts" },
    });

  it("and whoever tries is told of", () => {
    const climbs: object[] = [];
    for (const manifest of [{ main: "../../scripts/deploy.js" }, { main: "link.js" }]) {
      const root = tree(manifest);
      const resolver = makeResolver(makeDisk(), {
        roots: [root],
        onClimb: ({ location, file }) =>
          climbs.push({ location: location.slice(root.length), file: file.slice(root.length) }),
      });
      expect(() => resolver.resolve("dep", join(root, "index.js"), "require")).toThrow();
    }
    expect(climbs[0]).toEqual({ location: "/node_modules/dep", file: "/scripts/deploy.js" });
    expect(climbs.at(-1)).toEqual({ location: "/node_modules/dep", file: "/scripts/deploy.js" });
  });

  for (const { why, manifest, specifier = "dep" } of attacks) {
    it(why, () => {
      const root = tree(manifest);
      const { disk, read } = spiedDisk();
      const resolver = makeResolver(disk, { roots: [root] });
      for (const mode of MODES) {
        expect(() => resolver.resolve(specifier, join(root, "index.js"), mode)).toThrow();
      }
      expect(read.filter((path) => !path.endsWith("package.json"))).toEqual([]);
    });
  }

  it("imports targets neither", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "secret.js": "",
      "node_modules/dep/package.json": {
        imports: {
          "#up": "../../secret.js",
          "#dots": "./../../secret.js",
          "#abs": "/etc/hosts",
          "#url": "file:///etc/hosts",
          "#encoded": "./%2e%2e/%2e%2e/secret.js",
          "#link": "./link.js",
          "#star/*": "./*",
          "#own": "./x.js",
        },
      },
      "node_modules/dep/x.js": "",
      "node_modules/dep/link.js": { link: "secret.js" },
    });
    const resolver = resolverFor(root);
    const from = join(root, "node_modules/dep/x.js");
    for (const mode of MODES) {
      expect(resolver.resolve("#own", from, mode).path).toBe(from);
      for (const name of ["#up", "#dots", "#abs", "#url", "#encoded", "#link", "#star/../../secret.js"]) {
        expect(() => resolver.resolve(name, from, mode), name).toThrow();
      }
    }
  });

  it("a main in a nested manifest may climb within its own package", () => {
    const root = makeTree({
      "node_modules/preact-like/package.json": { name: "preact-like", main: "dist/p.js" },
      "node_modules/preact-like/dist/p.js": "",
      "node_modules/preact-like/hooks/package.json": { main: "../dist/p.js" },
    });
    const found = resolverFor(root).resolve("preact-like/hooks", join(root, "x.js"), "require");
    expect(found.path).toBe(join(root, "node_modules/preact-like/dist/p.js"));
    expect(found.location).toBe(join(root, "node_modules/preact-like"));
  });
});

describe("whose file it is", () => {
  it("is decided by the real location, whatever the specifier", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "vault.js": "",
      "node_modules/dep/package.json": { name: "dep", type: "commonjs" },
      "node_modules/dep/index.js": "",
      "node_modules/dep/esm/package.json": { type: "module", name: "privileged" },
      "node_modules/dep/esm/x.js": "",
      "node_modules/dep/node_modules/privileged/package.json": { name: "privileged" },
      "node_modules/dep/node_modules/privileged/index.js": "",
      "node_modules/dep/node_modules/@s/p/index.js": "",
      "node_modules/dep/node_modules/loose.js": "",
      "node_modules/dep/link.js": { link: "vault.js" },
      "node_modules/privileged/index.js": "",
      "node_modules/privileged/package.json": { name: "privileged" },
    });
    const resolver = resolverFor(root);
    const dep = join(root, "node_modules/dep");
    const ownerOf = (specifier: string, mode: ResolutionMode = "require"): string | undefined =>
      resolver.resolve(specifier, join(dep, "index.js"), mode).location;
    expect(ownerOf("./esm/x.js")).toBe(dep);
    expect(ownerOf("privileged")).toBe(join(dep, "node_modules/privileged"));
    expect(ownerOf("./node_modules/privileged/index.js")).toBe(join(dep, "node_modules/privileged"));
    expect(ownerOf("./no%64e_modules/privileged/index.js", "import")).toBe(join(dep, "node_modules/privileged"));
    expect(ownerOf("@s/p")).toBe(join(dep, "node_modules/@s/p"));
    expect(ownerOf("loose")).toBe(join(dep, "node_modules/loose.js"));
    expect(ownerOf("../privileged")).toBe(join(root, "node_modules/privileged"));
    expect(ownerOf("../../vault.js")).toBe(root);
    expect(ownerOf(`file://${root}/vault.js?fresh`, "import")).toBe(root);
    expect(ownerOf("./link.js")).toBe(root);
    expect(ownerOf("fs")).toBeUndefined();
  });

  it("a linked package is the folder that the link leads to; strays belong to nobody named", () => {
    const root = makeTree({
      "app/package.json": { name: "app", devDependencies: { linked: "file:../elsewhere/lib" } },
      "app/node_modules/linked": { link: "elsewhere/lib" },
      "elsewhere/lib/package.json": { name: "linked", main: "src/x.js" },
      "elsewhere/lib/src/package.json": { type: "module" },
      "elsewhere/lib/src/x.js": "",
      "elsewhere/stray.js": "",
      "home/.config/wallet.js": "",
    });
    const app = join(root, "app");
    const resolver = resolverFor(app);
    const linked = resolver.resolve("linked", join(app, "x.js"), "require");
    expect(linked).toMatchObject({ location: join(root, "elsewhere/lib"), format: "module" });
    const stray = resolver.resolve("../stray.js", join(root, "elsewhere/lib/y.js"), "require");
    expect([app, linked.location]).not.toContain(stray.location);
    expect([app, linked.location]).not.toContain(resolver.ownerOf(join(root, "home/.config/wallet.js")));
  });
});

describe("formats", () => {
  it("go by extension and nearest type, and odd files are CommonJS text", () => {
    const root = makeTree({
      "package.json": { name: "app" },
      "a.js": "", "a.mjs": "", "a.cjs": "", "a.json": "{}", "a.node": "", "a.txt": "", "noext": "",
      "a.wasm": "", "dir.json/index.js": "",
      "esm/package.json": { type: "module" },
      "esm/a.js": "", "esm/noext": "", "esm/cjs/package.json": { type: "commonjs" }, "esm/cjs/a.js": "",
      "esm/other/package.json": {}, "esm/other/a.js": "",
      "node_modules/untyped/index.js": "",
    }); // prettier-ignore
    const resolver = resolverFor(root);
    const format = (specifier: string, mode: ResolutionMode): string => {
      const found = resolver.resolve(specifier, join(root, "x.js"), mode);
      return found.format + (found.ambiguous ? "?" : "");
    };
    const rows: [string, string, string?][] = [
      ["./a.js", "commonjs?", "commonjs?"],
      ["./a.mjs", "module", "module"],
      ["./a.cjs", "commonjs", "commonjs"],
      ["./a.json", "json", "json"],
      ["./a.node", "addon", "addon"],
      ["./a.txt", "commonjs"],
      ["./a.wasm", "commonjs", "wasm"],
      ["./noext", "commonjs", "commonjs?"],
      ["./esm/a.js", "module", "module"],
      ["./esm/noext", "commonjs", "module"],
      ["./esm/cjs/a.js", "commonjs", "commonjs"],
      ["./esm/other/a.js", "commonjs?", "commonjs?"],
      ["./dir.json/index.js", "commonjs?", "commonjs?"],
      ["untyped", "commonjs?", "commonjs?"],
    ];
    for (const [specifier, required, imported] of rows) {
      expect([specifier, format(specifier, "require")]).toEqual([specifier, required]);
      if (imported) expect([specifier, format(specifier, "import")]).toEqual([specifier, imported]);
    }
    // A folder is never read as the file that its name promises.
    expect(resolver.resolve("./dir.json", join(root, "x.js"), "require").path).toBe(join(root, "dir.json/index.js"));
    const code = (specifier: string): unknown => {
      try {
        return resolver.resolve(specifier, join(root, "x.js"), "import");
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(code("./a.txt")).toBe("ERR_UNKNOWN_FILE_EXTENSION");
    expect(code("data:text/javascript,0")).toBe("ERR_UNSUPPORTED_ESM_URL_SCHEME");
    expect(code("node:nope")).toBe("ERR_UNKNOWN_BUILTIN_MODULE");
    expect(code("file://host/share/a.js")).toBe("ERR_INVALID_MODULE_SPECIFIER");
    expect(code("//host/share/a.js")).toBe("ERR_INVALID_MODULE_SPECIFIER");
    expect(code("blob:nodedata:1")).toBe("ERR_UNSUPPORTED_ESM_URL_SCHEME");
  });
});

describe("the rest of require.resolve", () => {
  it("paths, lookup folders, query strings, extra conditions and builtins", () => {
    const root = makeTree({
      "a/node_modules/p/index.js": "",
      "a/local.js": "",
      "b/x.js": "",
      "b/node_modules/q/package.json": { exports: { special: "./s.js", default: "./d.js" } },
      "b/node_modules/q/s.js": "",
      "b/node_modules/q/d.js": "",
    });
    const resolver = makeResolver(makeDisk(), { extraConditions: ["special"] });
    const from = join(root, "b/x.js");
    const paths = [join(root, "a")];
    expect(() => resolver.resolve("p", from, "require")).toThrow(/Cannot find module 'p'\nRequire stack:\n- /);
    expect(resolver.resolve("p", from, "require", { paths }).location).toBe(join(root, "a/node_modules/p"));
    expect(resolver.resolve("./local", from, "require", { paths }).path).toBe(join(root, "a/local.js"));
    expect(resolver.resolvePaths("p", from)!.slice(0, 2)).toEqual([
      join(root, "b/node_modules"),
      join(root, "node_modules"),
    ]);
    expect(resolver.resolvePaths("./p", from)).toEqual([join(root, "b")]);
    expect(resolver.resolvePaths("fs", from)).toBeNull();
    expect(resolver.resolve("q", from, "import").path).toBe(join(root, "b/node_modules/q/s.js"));
    expect(resolver.resolve("./x.js?a=1#b", from, "import")).toMatchObject({ path: from, suffix: "?a=1#b" });
    expect(resolver.resolve("p/index.js?v=2", join(root, "a/x.js"), "import").suffix).toBe("?v=2");
    for (const name of ["sqlite", "test", "test/reporters", "sea"]) {
      expect(resolver.resolve(`node:${name}`, from, "require")).toMatchObject({ path: name, format: "builtin" });
      expect(() => resolver.resolve(name, from, "require")).toThrow();
    }
  });

  it("finds what a program writes while it runs", () => {
    const root = makeTree({ "x.js": "" });
    const resolver = resolverFor(root);
    const ask = (): string => resolver.resolve("late", join(root, "x.js"), "require").path;
    expect(ask).toThrow();
    mkdirSync(join(root, "node_modules/late"), { recursive: true });
    writeFileSync(join(root, "node_modules/late/package.json"), '{"main":"m.js"}');
    writeFileSync(join(root, "node_modules/late/m.js"), "");
    expect(ask()).toBe(join(root, "node_modules/late/m.js"));
  });

  it("a manifest's __proto__ and wrong types mean nothing", () => {
    const root = makeTree({
      "node_modules/p/package.json":
        '{"__proto__":{"main":"evil.js","exports":"./evil.js"},"main":["evil.js"],"type":"MODULE","dependencies":["x"]}',
      "node_modules/p/index.js": "",
      "node_modules/p/evil.js": "",
    });
    const resolver = resolverFor(root);
    const found = resolver.resolve("p", join(root, "x.js"), "require");
    expect(found.path).toBe(join(root, "node_modules/p/index.js"));
    expect(Object.keys(resolver.manifestOf(join(root, "node_modules/p"))!)).toEqual([]);
  });
});

it.each(["", "x.js", "./x.js", "../x/y.js", "node_modules/x/y.js", "."])("%j is no file of anybody's", (path) => {
  const root = makeTree({ "package.json": { name: "app" }, "node_modules/dep/index.js": "" });
  const owner = resolverFor(root).ownerOf(path);
  expect([root, join(root, "node_modules/dep")]).not.toContain(owner);
});
