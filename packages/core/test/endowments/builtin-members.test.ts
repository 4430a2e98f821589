import { builtinModules, createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import {
  BUILTIN_ALIASES,
  DEPRECATED_STREAMS,
  HANDED_BUILTINS,
  REFUSED_BUILTINS,
} from "../../src/endowments/builtin-members.ts";
import { BUILTIN_FACTORIES } from "../../src/endowments/builtin-factories.ts";
import type { HandedBuiltin } from "../../src/endowments/builtin-members.ts";
import { GLOBAL_RULES } from "../../src/endowments/global-names.ts";
import { PROCESS_MEMBERS } from "../../src/endowments/process/process-members.ts";
import { extraIntrinsicsByName } from "../../src/compartments/lockdown.ts";

const require = createRequire(import.meta.url);
const names = [
  ...new Set([...builtinModules.map((name) => name.replace(/^node:/, "")), "sea", "sqlite", "test", "test/reporters"]),
];

describe("the table of Node's builtins", () => {
  it("classifies every module of this Node", () => {
    const known = new Set([
      ...Object.keys(HANDED_BUILTINS),
      ...Object.keys(BUILTIN_FACTORIES),
      ...Object.keys(BUILTIN_ALIASES),
      ...Object.keys(DEPRECATED_STREAMS),
      ...Object.keys(REFUSED_BUILTINS),
    ]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it("classifies no module twice", () => {
    const handed = Object.keys(HANDED_BUILTINS);
    expect(handed.filter((name) => Object.hasOwn(REFUSED_BUILTINS, name))).toEqual([]);
    expect(Object.keys(REFUSED_BUILTINS).filter((name) => Object.hasOwn(BUILTIN_FACTORIES, name))).toEqual([]);
  });

  const handed = Object.entries(HANDED_BUILTINS) as [string, HandedBuiltin][];
  it.each(handed.filter(([, row]) => row.members[0] !== "*"))("classifies every member of %s", (name, row) => {
    const real = require(`node:${name}`);
    const present = Object.getOwnPropertyNames(real).filter(
      (key) =>
        !(typeof real === "function" && (key === "length" || key === "name" || key === "prototype")) &&
        !(name === "console" && key.startsWith("_")),
    );
    expect(present.filter((key) => !row.members.includes(key) && !Object.hasOwn(row.refused ?? {}, key))).toEqual([]);
  });

  it("hands over `constants` whole because it holds numbers and strings only", () => {
    expect(
      Object.values(require("node:constants")).filter(
        (value) => typeof value === "object" || typeof value === "function",
      ),
    ).toEqual([]);
  });
});

describe("the table of process", () => {
  it("classifies every member of this Node's process", () => {
    // Vitest's own additions to the process of its workers.
    const foreign = new Set([
      "emit",
      "__tinypool_state__",
      "send",
      "_send",
      "disconnect",
      "_disconnect",
      "channel",
      "_channel",
      "connected",
      "_handleQueue",
      "_pendingMessage",
    ]);
    const present = Object.getOwnPropertyNames(process).filter((key) => !foreign.has(key));
    expect(present.filter((key) => !Object.hasOwn(PROCESS_MEMBERS, key))).toEqual([]);
  });
});

describe("the table of globals", () => {
  it("classifies every global of this Node that is not an intrinsic", () => {
    const { runInNewContext } = require("node:vm");
    // What `-p` itself adds: the builtin modules, and a module's variables.
    const added = [...names.flatMap((name) => [name, `node:${name}`]), "__filename", "__dirname", "exports", "require"];
    const intrinsics = new Set([
      ...added,
      ...runInNewContext("Object.getOwnPropertyNames(globalThis)"),
      ...Object.keys(extraIntrinsicsByName()),
      "globalThis",
    ]);
    const present = require("node:child_process")
      .execFileSync(process.execPath, ["-p", "Object.getOwnPropertyNames(globalThis).join()"], { encoding: "utf8" })
      .trim()
      .split(",");
    expect(present.filter((name: string) => !intrinsics.has(name) && !GLOBAL_RULES.has(name))).toEqual([]);
  });
});
