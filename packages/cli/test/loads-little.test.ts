import { readFileSync } from "node:fs";
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
