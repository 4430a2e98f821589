import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { effectivePolicy, mergeEntry } from "../../src/policy/effective-policy.ts";
import { parseOverrides } from "../../src/policy/parse-policy.ts";
import type { Policy } from "../../src/policy/types.ts";
import { overrides, packageEntry, policy } from "./arbitrary-policy.ts";

const make = (packages: Policy["packages"]): Policy => ({ version: 1, root: "trusted", entries: [], packages });

describe("effectivePolicy", () => {
  test("an override replaces a field whole and leaves the others", () => {
    const effective = effectivePolicy(make({ dep: { fs: { read: ["."], write: ["./dist"] }, env: ["A"] } }), {
      packages: { dep: { fs: { read: ["./data"] } } },
    });
    expect(effective.get("dep")).toEqual({ fs: { read: ["./data"] }, env: ["A"] });
  });

  test.each([false, []] as const)("%j takes a field away", (none) => {
    const effective = effectivePolicy(make({ dep: { env: ["A"], globals: ["console"] } }), {
      packages: { dep: { env: none as never } },
    });
    expect(effective.get("dep")).toEqual({ globals: ["console"] });
  });

  test("overrides may come before the policy knows the package", () => {
    const written = parseOverrides(
      `{"packages":{"dep":{"fs":{"read":["."],"write":["./out"]},"net":{"connect":["127.0.0.1:8080"]},"env":["NODE_ENV"],"commands":["git"]}}}`,
      "o",
    );
    expect(effectivePolicy(make({}), written).get("dep")).toEqual({
      fs: { read: ["."], write: ["./out"] },
      net: { connect: ["127.0.0.1:8080"] },
      env: ["NODE_ENV"],
      commands: ["git"],
    });
  });

  test("what is pending never counts", () => {
    fc.assert(
      fc.property(policy, overrides, (value, over) => {
        const without = make(
          Object.fromEntries(
            Object.entries(value.packages).map(([name, { pending: _pending, ...granted }]) => [name, granted]),
          ),
        );
        expect([...effectivePolicy(value, over)]).toEqual([...effectivePolicy(without, over)]);
      }),
    );
  });

  test("nothing is inherited and nothing can be changed", () => {
    const effective = effectivePolicy(make({ dep: { fs: { read: ["."] }, builtins: { fs: ["readFile"] } } }));
    expect(effective.get("constructor")).toBeUndefined();
    const dep = effective.get("dep")!;
    expect((dep as Record<string, unknown>)["constructor"]).toBeUndefined();
    expect((dep.builtins as Record<string, unknown>)["toString"]).toBeUndefined();
    for (const part of [dep, dep.fs, dep.fs!.read, dep.builtins, dep.builtins!["fs"]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test("overrides for `constructor` do not merge into what Object.prototype has", () => {
    expect(
      effectivePolicy({ ...make({}), packages: {} }, { packages: { constructor: { env: ["A"] } } }).get("constructor"),
    ).toEqual({ env: ["A"] });
  });
});

test("merging twice is merging once", () => {
  fc.assert(
    fc.property(packageEntry, overrides, (entry, over) => {
      for (const override of Object.values(over.packages)) {
        const once = mergeEntry(entry, override);
        expect(mergeEntry(once, override)).toEqual(once);
      }
    }),
  );
});
