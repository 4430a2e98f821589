import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));

/** Everything that a module imports before it runs, types left out. */
function staticImports(file: string, seen = new Set<string>()): Set<string> {
  const text = readFileSync(path.join(SOURCES, file), "utf8");
  for (const [, specifier] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gmu)) {
    const imported = specifier!.startsWith(".") ? path.join(path.dirname(file), specifier!) : specifier!;
    if (seen.has(imported)) continue;
    seen.add(imported);
    if (specifier!.startsWith(".")) staticImports(imported, seen);
  }
  return seen;
}

test("the command itself loads nothing of the runtime, the model or the analyser", () => {
  expect([...staticImports("main.ts")].toSorted()).toEqual(["dispatch.ts", "help/is-help-flag.ts"]);
});

test.each(["run.ts", "exec.ts"])(
  "%s loads the model alone until a program starts, and never the analyser",
  (command) => {
    const imports = [...staticImports(`commands/${command}`)];
    expect(imports).toContain("@moat/core/model");
    expect(
      imports.filter((specifier) => /policy-gen|^@moat\/core$|babel|acorn|ses$|generate/u.test(specifier)),
    ).toEqual([]);
  },
);

test("a small program has Node load no more than a few modules besides its own: neither threads, nor the network, nor crypto", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "moat-little-"));
  try {
    const files = {
      "list.cjs": `const { writeFileSync } = require("node:fs"); const { moduleLoadList } = process;
        process.on("exit", () => writeFileSync(${JSON.stringify(path.join(folder, "list.txt"))}, moduleLoadList.join("\\n")));`,
      "package.json": '{"name":"app"}',
      "moat.policy.json": '{"version":1,"root":"trusted","entries":["./index.js"],"packages":{}}',
      "index.js": 'console.log("hello")',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const loadedBy = (...command: string[]): string[] => {
      execFileSync(process.execPath, ["-r", path.join(folder, "list.cjs"), ...command], { cwd: folder });
      return readFileSync(path.join(folder, "list.txt"), "utf8").split("\n");
    };
    const byNode = new Set(loadedBy("index.js"));
    const moat = fileURLToPath(new URL("../bin/moat.js", import.meta.url));
    // What the second run loads; the first one writes what it has prepared.
    loadedBy(moat, "run", "index.js");
    const more = loadedBy(moat, "run", "index.js").filter((name) => !byNode.has(name));
    expect(more).toContain("NativeModule v8");
    expect(
      more.filter((name) =>
        /^NativeModule (?:internal\/(?:worker|crypto|webstreams\/|http)|worker_threads|net|http|tls|zlib|crypto|child_process|dns)/u.test(
          name,
        ),
      ),
    ).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
