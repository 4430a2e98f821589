import { builtinModules, createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { facadeFromTable } from "../../src/endowments/member-table.ts";
import { nodeGlobals, nodeModules, OTHER_NAMES, unclassified, WITHHELD } from "../../src/endowments/node-table.ts";
import { printNodeMembers } from "../../../../scripts/print-node-members.mjs";
import { contextOf } from "./principal-context.ts";
import { makeBuiltin } from "../../src/endowments/builtins.ts";

const LOOK = fileURLToPath(new URL("../../../../test/nodes/look-at-node.mjs", import.meta.url));
/** Loading them changes the process; `process` has tests of its own. */
const UNLOADED = ["domain", "repl", "process"];
const require = createRequire(import.meta.url);

describe("the table of all of Node", () => {
  test("has a row for each module, member and global of this Node", () => {
    const seen = JSON.parse(execFileSync(process.execPath, [LOOK], { encoding: "utf8" }));
    expect(Object.keys(seen.modules).length).toBeGreaterThan(50);
    expect(unclassified(seen)).toEqual([]);
  });

  test("says which row is missing", () => {
    const seen = {
      version: "99.0.0",
      modules: { fs: ["readFile", "readMinds"], soul: ["sell"], quic: ["x"] },
      globals: ["URL", "omen"],
    };
    expect(unclassified(seen)).toEqual([
      "Node 99.0.0: fs.readMinds has no row in the table of 'fs'",
      "Node 99.0.0: the builtin module 'soul' is in no table: add it to builtin-members.ts",
      "Node 99.0.0: the global omen has no row in global-names.ts",
    ]);
  });

  test("a member or module without a row is denied", () => {
    const context = contextOf({ builtins: { net: true, soul: true } });
    const real = { isIP: () => 4, teleport: () => "anywhere" };
    const powers = { ...context.powers, builtin: () => real };
    expect(Object.keys(facadeFromTable({ ...context, powers }, "net", { isIP: ["pass", "computes"] }, {}))).toEqual([
      "isIP",
    ]);
    expect(() => makeBuiltin("soul", context)).toThrow(expect.objectContaining({ code: "MOAT_BUILTIN_DENIED" }));
  });

  test("packages get what it says: own things where it attenuates, nothing where it is absent", () => {
    const modules = nodeModules();
    for (const [builtin, table] of Object.entries(modules)) {
      if (!builtinModules.includes(builtin) || UNLOADED.includes(builtin)) continue;
      const real = require(`node:${builtin}`);
      const facade: any = makeBuiltin(builtin, contextOf({ builtins: { [builtin]: true } }));
      for (const name of Object.getOwnPropertyNames(real)) {
        const outcome = table["*"]?.outcome ?? table[name]?.outcome;
        if (outcome === undefined || (typeof facade === "function" && ["length", "name", "prototype"].includes(name)))
          continue;
        const descriptor = Object.getOwnPropertyDescriptor(real, name)!;
        if (outcome === "absent" && Object(descriptor.value) === descriptor.value)
          expect(facade[name], `${builtin}.${name}`).not.toBe(descriptor.value);
        if (outcome === "refused" && typeof descriptor.value === "function" && name in facade)
          expect(facade[name], `${builtin}.${name}`).not.toBe(real[name]);
      }
    }
  });

  test("every row says what the member does to the world", () => {
    const rows = [...Object.entries(nodeModules()), ["globals", nodeGlobals()] as const];
    for (const [builtin, table] of rows)
      for (const [name, { effect }] of Object.entries(table))
        expect(effect.length, `${builtin}.${name}`).toBeGreaterThan(3);
    expect(Object.keys(OTHER_NAMES).filter((name) => Object.hasOwn(WITHHELD, name))).toEqual([]);
  });

  test("docs/node-members.md shows it as it is (node scripts/print-node-members.mjs --write)", () => {
    const printed = printNodeMembers({
      modules: nodeModules(),
      globals: nodeGlobals(),
      otherNames: OTHER_NAMES,
      withheld: WITHHELD,
    });
    expect(readFileSync(new URL("../../../../docs/node-members.md", import.meta.url), "utf8")).toBe(printed);
  });
});
