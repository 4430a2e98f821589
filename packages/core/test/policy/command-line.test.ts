import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { programsOfLine, wordsOfPlainCommand } from "../../src/policy/command-line.ts";

describe("which programs a line starts, if a shell does no more", () => {
  test.each<[string, readonly string[] | undefined]>([
    ["ldd --version", ["ldd"]],
    ["getconf GNU_LIBC_VERSION 2>&1 || true; ldd --version 2>&1 || true;", ["getconf", "ldd"]],
    ["git tag 2>/dev/null|sort -u", ["git", "sort"]],
    ["git tag > /dev/null && git 'log' </dev/null", ["git", "git"]],
    [" \ngit log\n", ["git"]],
    ["git log || exit 1", ["git"]],
    // Files, other descriptors.
    ["git log > x", undefined],
    ["git log > /dev/nullx", undefined],
    ["git log > /dev/null/../x", undefined],
    ["git log >> /dev/null", undefined],
    ["git log < x", undefined],
    ["git log 12>&1", undefined],
    ["git log 2>&1x", undefined],
    ["git log x2>&1", undefined],
    ["git log >&x", undefined],
    ["git log <<x", undefined],
    // Two lines, the background, what a shell computes.
    ["git log\nsort", undefined],
    ["git log & sort", undefined],
    ["git log |& sort", undefined],
    ["git log ;; sort", undefined],
    ["git log; $x", undefined],
    ["git log; `x`", undefined],
    ["git log; (sort)", undefined],
    ["git log; { sort; }", undefined],
    ["git log; ! sort", undefined],
    ["git log; x=1 sort", undefined],
    ["git log; so\\rt", undefined],
    ["git log; *", undefined],
    ["git log; ~/x", undefined],
    ["git log # x", undefined],
    ["git log;\u00a0sort", undefined],
    ["\u00a0git log", undefined],
    ["git log ||", undefined],
    ["|| git log", undefined],
    ["", undefined],
    // Nothing is started, files by their paths, words of the shell's own.
    ["true; exit 3", undefined],
    ["git log; ./x", undefined],
    ["git log; . x", undefined],
    ["git log; eval x", undefined],
    ["git log; exec x", undefined],
    ["git log; command x", undefined],
    ["if git log; then sort; fi", undefined],
  ])("%j", (line, programs) => {
    expect(programsOfLine(line)).toEqual(programs);
  });

  test("a single command without redirections needs no shell at all", () => {
    expect(wordsOfPlainCommand("git 'a b' \"c=d\"")).toEqual(["git", "a b", "c=d"]);
    expect(wordsOfPlainCommand("git log 2>&1")).toBeUndefined();
    expect(wordsOfPlainCommand("git log; sort")).toBeUndefined();
  });

  test("sh reads such lines as they are read here", () => {
    const line = "printf %s a 2>&1 || true; printf %s 'b c' | tr b d > /dev/null && printf %s e";
    expect(programsOfLine(line.replaceAll("%s", "x"))).toEqual(["printf", "printf", "tr", "printf"]);
    expect(execFileSync("sh", ["-c", line], { encoding: "utf8" })).toBe("ae");
  });
});
