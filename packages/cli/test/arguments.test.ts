import { describe, expect, test } from "vitest";
import { parseFlags } from "../src/arguments/parse-flags.ts";
import { splitAtProgram } from "../src/arguments/split-at-program.ts";
import { RUN_FLAGS } from "../src/project/start-program.ts";

describe("splitAtProgram", () => {
  test.each([
    { args: ["index.js"], own: [], program: "index.js", rest: [], why: "the entry alone" },
    {
      args: ["--audit", "index.js", "--audit"],
      own: ["--audit"],
      program: "index.js",
      rest: ["--audit"],
      why: "what follows the entry is the program's",
    },
    {
      args: ["--log", "a.jsonl", "index.js"],
      own: ["--log", "a.jsonl"],
      program: "index.js",
      rest: [],
      why: "the value of a flag is no entry",
    },
    {
      args: ["--log=a.jsonl", "index.js", "--log", "x"],
      own: ["--log=a.jsonl"],
      program: "index.js",
      rest: ["--log", "x"],
      why: "a value with =",
    },
    {
      args: ["--", "-x.js", "--", "a"],
      own: [],
      program: "-x.js",
      rest: ["--", "a"],
      why: "-- ends moat's own flags once",
    },
    {
      args: ["-r", "a/b", "--import=c", "--require", "d", "index.js", "-r", "e"],
      own: ["-r", "a/b", "--import=c", "--require", "d"],
      program: "index.js",
      rest: ["-r", "e"],
      why: "the value of a short form",
    },
    { args: ["--audit"], own: ["--audit"], program: undefined, rest: [], why: "no entry" },
  ])("$why", ({ args, own, program, rest }) => {
    expect(splitAtProgram(args, RUN_FLAGS)).toEqual({ own, program, rest });
  });
});

describe("parseFlags", () => {
  const table = { write: { type: "boolean" }, base: { type: "string" } } as const;

  test("reads what has a short form, and what may be given again", () => {
    const preloads = { require: { type: "string", short: "r", multiple: true } } as const;
    expect(parseFlags("x", ["-r", "a", "--require=b", "-rc", "d"], preloads)).toEqual({
      flags: { require: ["a", "b", "c"] },
      positionals: ["d"],
    });
    expect(() => parseFlags("x", ["-require", "a"], preloads)).not.toThrow();
    expect(() => parseFlags("x", ["-i", "a"], preloads)).toThrow("moat x has no flag -i");
  });

  test("reads flags and positionals in any order", () => {
    expect(parseFlags("x", ["a", "--write", "b", "--base", "main"], table)).toEqual({
      flags: { write: true, base: "main" },
      positionals: ["a", "b"],
    });
  });

  test.each([
    {
      args: ["--wirte"],
      message: "moat x has no flag --wirte",
      nextStep: "did you mean: --write",
      why: "a typing error",
    },
    {
      args: ["--zzzzzzzz"],
      message: "moat x has no flag --zzzzzzzz",
      nextStep: "moat x --help",
      why: "nothing is near",
    },
    {
      args: ["--constructor"],
      message: "moat x has no flag --constructor",
      nextStep: "moat x --help",
      why: "a name of Object.prototype",
    },
    { args: ["-w"], message: "moat x has no flag -w", nextStep: expect.any(String), why: "a short form" },
    { args: ["--base"], message: "--base needs a value", nextStep: "moat x --help", why: "no value" },
    {
      args: ["--write=no"],
      message: "--write takes no value",
      nextStep: "moat x --help",
      why: "a value that would be ignored",
    },
    {
      args: ["--base", "a", "--base", "b"],
      message: "--base is given twice",
      nextStep: "moat x --help",
      why: "two values",
    },
  ])("refuses $why", ({ args, message, nextStep }) => {
    expect(() => parseFlags("x", args, table)).toThrow(
      expect.objectContaining({ code: "MOAT_USAGE", message, nextStep }),
    );
  });
});
