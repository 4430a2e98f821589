// Bundles the compiled packages, so that a program starts after a handful of
// reads in place of two hundred. Types come from `tsc`, which has checked all.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { build, transform } from "esbuild";
import { nameInPlace } from "./name-in-place.mjs";
import { toCommonJs } from "./to-commonjs.mjs";

const require = createRequire(import.meta.url);

const PACKAGES = {
  core: [
    "index",
    "model",
    "run-program",
    "child-start",
    "worker-start",
    "loader/late",
    "loader/parser/late",
    "endowments/late",
    "endowments/fs/late",
    "endowments/reflective/late",
    "endowments/subprocess/late",
  ],
  "policy-gen": ["index", "analysis-worker"],
  cli: ["main"],
};
/** What every run loads, with all that it imports. A command's files are those of its dynamic import. */
const STARTING = {
  core: ["model.ts", "run-program.ts", "child-start.ts", "worker-start.ts"],
  cli: ["main.ts", "commands/run.ts"],
};
/** What some runs load, as a whole: programs that ask for a builtin, and the other commands. */
const APART = {
  core: ["endowments/late.ts"],
  cli: readdirSync("packages/cli/src/commands").map((file) => `commands/${file}`),
};
/** What Node itself loads, before there is anything to load the rest faster with. */
const FIRST_FILES = { core: ["own-code/index", "child-bootstrap", "worker-bootstrap"] };

const SHARED = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20.19",
  outExtension: { ".js": ".cjs" },
  supported: { "top-level-await": false },
  define: { MOAT_BUILD: '"@build@"' },
  // Names of functions are what programs and `util.inspect` see of facades; a bundler renames what collides.
  keepNames: true,
  legalComments: "none",
  logLevel: "warning",
};

/** Those that are loaded with nothing else, or by few. */
const LARGE_PARTS = new Set([
  "late-loader.cjs",
  "late-parser.cjs",
  "late-fs.cjs",
  "late-subprocess.cjs",
  "late-reflective.cjs",
]);

/** `loader/late.ts` becomes `late-loader.cjs`. */
const nameOf = (entry) => (entry.endsWith("/late") ? `late-${entry.split("/").at(-2)}` : entry);

/**
 * What a program may never need is a file of its own, loaded at the first call of one of
 * the functions that a `late.ts` exports: reading V8's code of it is half of what it costs.
 */
const LATE_PARTS = {
  name: "late parts",
  setup(build) {
    build.onResolve({ filter: /\/late\.ts$/ }, ({ path, resolveDir, kind }) =>
      kind === "entry-point" ? undefined : { path: join(resolveDir, path), namespace: "late" },
    );
    build.onLoad({ filter: /\/late\.ts$/, namespace: "late" }, ({ path }) => {
      const names = [...readFileSync(path, "utf8").matchAll(/^export \{([^}]+)\} from /gm)].flatMap(([, list]) =>
        list.match(/\w+/g),
      );
      const file = `./${nameOf(path.slice(0, -3))}.cjs`;
      const lines = [
        `import { createRequire } from "node:module";`,
        `const require = createRequire(import.meta.url);`,
        `let made;`,
        `const late = () => (made ??= require(${JSON.stringify(file)}));`,
        ...names.map((name) => `export const ${name} = (...values) => late().${name}(...values);`),
      ];
      return { contents: lines.join("\n") };
    });
  },
};

/** All that is written, by path. */
const written = new Map();
/** Names of the files that every run loads, and of those that some do, by package. */
const starting = new Map();
const apart = new Map();

for (const [name, entries] of Object.entries(PACKAGES)) {
  const folder = join("packages", name);
  removeScripts(join(folder, "dist"));
  const source = (entry) => join(folder, "src", `${entry}.ts`);
  const { outputFiles, metafile } = await build({
    ...SHARED,
    entryPoints: entries.map((entry) => ({ in: source(entry), out: nameOf(entry) })),
    plugins: [LATE_PARTS],
    outdir: join(folder, "dist"),
    splitting: true,
    chunkNames: "chunk-[hash]",
    metafile: true,
    // What the runtime needs of other packages is in it: nothing else is looked for when a program starts.
    ...(name === "core"
      ? { alias: { "cjs-module-lexer": require.resolve("cjs-module-lexer") } }
      : { packages: "external" }),
  });
  for (const { path, text } of outputFiles) await write(path, text);
  for (const [closures, entries] of [
    [starting, STARTING],
    [apart, APART],
  ]) {
    closures.set(
      name,
      importedBy(
        (entries[name] ?? []).map((file) => `${folder}/src/${file}`),
        metafile.outputs,
      ),
    );
  }
  for (const entry of FIRST_FILES[name] ?? []) {
    const outfile = join(folder, "dist", `${entry.replace("/index", "")}.cjs`);
    const bundled = await build({
      ...SHARED,
      outExtension: undefined,
      entryPoints: [source(entry)],
      outfile,
      packages: "external",
      external: ["./own-code.cjs"],
    });
    await write(outfile, bundled.outputFiles[0].text);
  }
}
await bundleSes();
for (const name of ["core", "cli"])
  packFolder(
    join("packages", name, "dist"),
    FIRST_FILES[name] ?? [],
    (file) => apart.get(name).has(file) && !starting.get(name).has(file),
  );

// What this moat has prepared another one does not use.
const buildId = [...written]
  .reduce((hash, [path, text]) => hash.update(`${path}\0${text}\0`), createHash("sha256"))
  .digest("base64url");
// By its first line a file is known to be of this build; see `own-code.ts`.
for (const [path, text] of written) writeFileSync(path, `/*@build@*/${text}`.replaceAll("@build@", buildId));

/** Names of the outputs of those entries, and of what these import at once. */
function importedBy(entries, outputs) {
  const found = new Set(Object.keys(outputs).filter((path) => entries.includes(outputs[path].entryPoint)));
  for (const path of found) {
    for (const { path: imported, kind } of outputs[path].imports)
      if (kind === "import-statement" && imported in outputs) found.add(imported);
  }
  return new Set([...found].map((path) => basename(path)));
}

/** What runs load, as the functions of one script, and what only some do, as those of another; see `own-code.ts`. */
function packFolder(folder, firstFiles, isApart) {
  const left = new Set(["index.cjs", ...firstFiles.map((entry) => `${entry.replace("/index", "")}.cjs`)]);
  const packs = { "moat-pack.cjs": [], "moat-pack-rest.cjs": [] };
  for (const [path, text] of written) {
    const name = basename(path);
    // A pack of one byte a character is read faster.
    if (dirname(path) !== folder || left.has(name) || LARGE_PARTS.has(name) || /[^\0-\x7f]/.test(text)) continue;
    const packed = `${JSON.stringify(name)}:function(exports,require,module,__filename,__dirname){${text}\n}`;
    if (!isApart(name)) packs["moat-pack.cjs"].push(packed);
    else {
      packs["moat-pack.cjs"].push(`${JSON.stringify(name)}:"moat-pack-rest.cjs"`);
      packs["moat-pack-rest.cjs"].push(packed);
    }
  }
  for (const [name, functions] of Object.entries(packs))
    written.set(join(folder, name), `module.exports={\n${functions.join(",\n")}}`);
}

async function write(path, text) {
  // Node shows the line of an uncaught error.
  const { code } = await transform(toCommonJs(text), {
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
    target: SHARED.target,
    charset: "ascii",
  });
  written.set(relative(".", path), nameInPlace(code));
}

/** SES as one strict text without its loader of modules: evaluated in a third of the time. */
async function bundleSes() {
  const { outputFiles } = await build({
    stdin: {
      contents: 'import "ses/lockdown-shim.js"; import "ses/compartment-shim.js";',
      resolveDir: "packages/core",
    },
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: SHARED.target,
    minify: true,
    // Node shows the line of an uncaught error here too.
    lineLimit: 120,
    charset: "ascii",
    banner: { js: '"use strict";' },
    legalComments: "none",
    logLevel: "warning",
    plugins: [keepNativeRegExp()],
  });
  written.set(join("packages", "core", "dist", "ses.cjs"), outputFiles[0].text);
}

/**
 * SES puts a constructor of its own into `RegExp.prototype.constructor`, because the native one has `RegExp.$1`; moat removes that
 * (`lockdown.ts`). Once this property is defined anew, even to the same value, V8 runs `replace`, `split` and `match` ten times
 * slower in the whole process, contexts of their own included (its protector of regular expressions' species).
 */
function keepNativeRegExp() {
  let isReplaced = false;
  return {
    name: "keep the native RegExp",
    setup({ onLoad, onEnd }) {
      onLoad({ filter: /[\\/]ses[\\/]src[\\/]tame-regexp-constructor\.js$/ }, () => {
        isReplaced = true;
        return { contents: 'export default () => ({ "%InitialRegExp%": RegExp, "%SharedRegExp%": RegExp });' };
      });
      onEnd(() => {
        if (!isReplaced) throw new Error("ses has no src/tame-regexp-constructor.js any more; see scripts/bundle.mjs");
      });
    },
  };
}

/** What `tsc` emitted besides types, and what an earlier bundle left. */
function removeScripts(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) removeScripts(path);
    else if (/\.c?js(\.map)?$/.test(name)) rmSync(path);
  }
}
