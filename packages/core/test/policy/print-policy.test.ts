import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseOverrides, parsePolicy } from "../../src/policy/parse-policy.ts";
import { printOverrides, printPolicy } from "../../src/policy/print-policy.ts";
import type { Policy } from "../../src/policy/types.ts";
import { overrides, policy } from "./arbitrary-policy.ts";

/** The same value with all keys and all lists in another order, and lists with repetitions. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return [...value.toReversed(), ...value];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
}

describe("printPolicy", () => {
  test("prints one grant a line, in the format's order", () => {
    expect(
      printPolicy({
        packages: {
          b: {},
          "a>c": {
            workers: false,
            env: [],
            builtins: { util: true, fs: [], "10": ["b", "a"] },
            globals: ["b", "a", "b"],
            pending: {},
          },
        },
        entries: ["./index.js"],
        root: "trusted",
        version: 1,
      }),
    ).toBe(`{
  "version": 1,
  "root": "trusted",
  "entries": [
    "./index.js"
  ],
  "packages": {
    "a>c": {
      "globals": [
        "a",
        "b"
      ],
      "builtins": {
        "10": [
          "a",
          "b"
        ],
        "fs": [],
        "util": true
      }
    },
    "b": {}
  }
}
`);
  });

  test("what was printed is read as what it was", () => {
    fc.assert(
      fc.property(policy, (value) => {
        const text = printPolicy(value);
        expect(printPolicy(parsePolicy(text, "p"))).toBe(text);
        const read = parsePolicy(text, "p");
        expect(parsePolicy(printPolicy(read), "p")).toEqual(read);
        expect(Object.keys(read.packages)).toHaveLength(Object.keys(value.packages).length);
      }),
    );
  });

  test("order and repetition never show", () => {
    fc.assert(
      fc.property(policy, (value) => void expect(printPolicy(shuffled(value) as Policy)).toBe(printPolicy(value))),
    );
  });

  test("is JSON with a line end, and no carriage return", () => {
    fc.assert(
      fc.property(policy, (value) => {
        const text = printPolicy(value);
        expect(() => JSON.parse(text)).not.toThrow();
        expect(text).toMatch(/\}\n$/u);
        expect(text).not.toContain("\r");
      }),
    );
  });
});

describe("printOverrides", () => {
  test("what was printed is read as what it was, removals too", () => {
    fc.assert(
      fc.property(overrides, (value) => {
        const read = parseOverrides(printOverrides(value), "o");
        expect(printOverrides(read)).toBe(printOverrides(value));
        expect(parseOverrides(printOverrides(read), "o")).toEqual(read);
      }),
    );
  });

  test("keeps false, empty lists and reasons", () => {
    expect(
      JSON.parse(printOverrides({ packages: { a: { reason: "r", net: false, env: [], workers: false } } })),
    ).toEqual({ packages: { a: { env: [], net: false, workers: false, reason: "r" } } });
  });
});
