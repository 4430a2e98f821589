import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparePolicies, pendingGrants } from "../../src/policy/compare-policies.ts";
import { compareRisk } from "../../src/policy/grant-risk.ts";
import { printPolicy } from "../../src/policy/print-policy.ts";
import type { Policy } from "../../src/policy/types.ts";
import { policy } from "./arbitrary-policy.ts";

const make = (packages: Policy["packages"], rest: Partial<Policy> = {}): Policy => ({
  version: 1,
  root: "trusted",
  entries: ["./index.js"],
  ...rest,
  packages,
});

describe("comparePolicies", () => {
  test("tells gains and losses, the worst first", () => {
    expect(
      comparePolicies(
        make({ dep: { env: ["A"], builtins: { fs: ["readFile"] }, pending: { workers: true } } }),
        make({
          dep: {
            env: ["B"],
            builtins: { fs: ["readFile", "writeFile"] },
            workers: true,
            pending: { commands: ["git"] },
          },
          fresh: { net: { connect: ["a.example:443"] } },
        }),
      ),
    ).toEqual([
      {
        kind: "gained",
        package: "dep",
        grant: { capability: "command", target: "git" },
        from: "none",
        to: "pending",
        risk: "critical",
      },
      {
        kind: "gained",
        package: "fresh",
        grant: { capability: "net.connect", target: "a.example:443" },
        from: "none",
        to: "granted",
        risk: "high",
      },
      {
        kind: "gained",
        package: "dep",
        grant: { capability: "builtin", target: "fs", member: "writeFile" },
        from: "none",
        to: "granted",
        risk: "medium",
      },
      {
        kind: "gained",
        package: "dep",
        grant: { capability: "worker", target: "" },
        from: "pending",
        to: "granted",
        risk: "medium",
      },
      {
        kind: "gained",
        package: "dep",
        grant: { capability: "env", target: "B" },
        from: "none",
        to: "granted",
        risk: "low",
      },
      { kind: "package-added", package: "fresh", risk: "low" },
      {
        kind: "lost",
        package: "dep",
        grant: { capability: "env", target: "A" },
        from: "granted",
        to: "none",
        risk: "low",
      },
    ]);
  });

  test("tells of entries and of a root that is trusted again", () => {
    expect(comparePolicies(make({}, { root: "confined" }), make({}, { entries: ["bin:eslint"] }))).toEqual([
      { kind: "root-changed", from: "confined", to: "trusted", risk: "critical" },
      { kind: "entry-added", entry: "bin:eslint", risk: "low" },
      { kind: "entry-removed", entry: "./index.js", risk: "none" },
    ]);
  });

  test("is empty exactly for policies that mean the same (but for $schema)", () => {
    const canonical = (value: Policy) =>
      printPolicy({ version: 1, root: value.root, entries: value.entries, packages: value.packages });
    fc.assert(
      fc.property(policy, policy, (a, b) => {
        expect(comparePolicies(a, structuredClone(a))).toEqual([]);
        if (comparePolicies(a, b).length === 0) expect(effectiveText(a)).toBe(effectiveText(b));
        else expect(canonical(a)).not.toBe(canonical(b));
      }),
    );
  });

  test("the other way round, every gain is a loss", () => {
    fc.assert(
      fc.property(policy, policy, (a, b) => {
        const opposite = {
          gained: "lost",
          lost: "gained",
          "package-added": "package-removed",
          "package-removed": "package-added",
          "entry-added": "entry-removed",
          "entry-removed": "entry-added",
          "root-changed": "root-changed",
        } as const;
        const text = (changes: ReturnType<typeof comparePolicies>, flip: boolean) =>
          changes
            .map((change) =>
              JSON.stringify([
                flip ? opposite[change.kind] : change.kind,
                "package" in change ? change.package : "",
                "grant" in change ? change.grant : "entry" in change ? change.entry : "",
              ]),
            )
            .toSorted();
        expect(text(comparePolicies(a, b), true)).toEqual(text(comparePolicies(b, a), false));
      }),
    );
  });

  test("is sorted by risk", () => {
    fc.assert(
      fc.property(policy, policy, (a, b) => {
        const risks = comparePolicies(a, b).map(({ risk }) => risk);
        expect(risks).toEqual(risks.toSorted(compareRisk));
      }),
    );
  });
});

/** The policy without pending grants that are granted anyway. */
function effectiveText(value: Policy): string {
  return JSON.stringify([
    value.root,
    value.entries.toSorted(),
    Object.entries(value.packages)
      .map(([name]) => name)
      .toSorted(),
  ]).replaceAll(/(".\/index.js"|"bin:eslint"|".\/a\/b.mjs")(?:,\1)+/gu, "$1");
}

test("pendingGrants lists what waits, the worst first", () => {
  expect(
    pendingGrants(
      make({ b: { pending: { env: ["A"] } }, a: { commands: ["x"], pending: { native: ["a.node"], env: ["A"] } } }),
    ).map(({ package: name, grant, risk }) => `${name} ${grant.capability} ${risk}`),
  ).toEqual(["a native critical", "a env low", "b env low"]);
});
