import { describe, expect, test } from "vitest";
import { parseGuest, type Goal } from "../../src/loader/parse.ts";

/** Words that acorn refuses, or takes for what they are, in each of its lists. */
const REFUSED: readonly (readonly [text: string, goal: Goal, why: string])[] = [
  ["var typeof = 1", "script", "a keyword"],
  ["v\\u0061r x", "script", "a keyword that is written with an escape"],
  ["var enum = 1", "script", "reserved everywhere"],
  ["var await = 1", "module", "reserved in modules"],
  ['"use strict"; var interface = 1', "script", "reserved in strict code"],
  ['"use strict"; var eval = 1', "script", "not bound in strict code"],
  ['"use strict"; arguments = 1', "script", "not assigned in strict code"],
];
const READ: readonly (readonly [text: string, goal: Goal])[] = [
  ["var interface = 1, yield = 2, of = 3, constructor = 4, __proto__ = 5", "script"],
  ["var await = 1", "script"],
  ['"use strict"; x(eval, arguments); var types = 1', "script"],
  ["class A { typeof() {} enum = 1 }", "module"],
];

describe("reserved words", () => {
  test.each(REFUSED)("%s (%s): %s", (text, goal) => {
    expect(() => parseGuest(text, goal)).toThrow(SyntaxError);
  });
  test.each(READ)("%s (%s) is read", (text, goal) => {
    expect(parseGuest(text, goal).program.type).toBe("Program");
  });
});
