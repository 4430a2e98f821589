import { describe, expect, test } from "vitest";
import { agreedPolicy, sidesOf } from "../../src/policy/conflict.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { printPolicy } from "../../src/policy/print-policy.ts";
import { ratchet } from "../../src/policy/ratchet.ts";
import type { PackageEntry, Policy } from "../../src/policy/types.ts";

const policy = (packages: Record<string, PackageEntry>, root: Policy["root"] = "trusted"): Policy => ({
  version: 1,
  root,
  entries: ["./index.js"],
  packages: Object.assign(Object.create(null), packages),
});

describe("markers", () => {
  test("both sides come out, a base in between is left out", () =>
    expect(sidesOf("a\n<<<<<<< HEAD\nb\n||||||| base\nx\n=======\nc\n>>>>>>> other\nd")).toEqual({
      ours: "a\nb\nd",
      theirs: "a\nc\nd",
    }));

  test.each([
    "",
    "{}",
    "<<<<<<< HEAD\na",
    "=======\n",
    ">>>>>>> x\n<<<<<<< y",
    "<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> c",
  ])("%j is no conflict that can be read", (text) => expect(sidesOf(text)).toBeUndefined());

  test("a policy with markers says what to do", () => {
    const text = printPolicy(policy({ a: {} })).replace("{\n", "{\n<<<<<<< HEAD\n");
    expect(() => parsePolicy(text, "moat.policy.json")).toThrow(
      expect.objectContaining({
        code: "MOAT_POLICY_CONFLICT",
        nextStep: expect.stringContaining("moat policy --write"),
      }),
    );
  });
});

describe("what two branches agree on", () => {
  const ours = policy({ a: { env: ["A", "BOTH"], net: { connect: ["*"] } }, mine: { commands: ["git"] } });
  const theirs = policy({ a: { env: ["B", "BOTH"], pending: { net: { connect: ["*"] } } } }, "confined");

  test("is what both grant, with the narrower root", () =>
    expect(agreedPolicy(ours, theirs)).toMatchObject({ root: "confined", packages: { a: { env: ["BOTH"] } } }));

  test("the ratchet holds: nothing that one side alone accepted is granted to the merged tree", () => {
    const wanted = policy({ a: { env: ["A", "B", "BOTH"], net: { connect: ["*"] } }, mine: { commands: ["git"] } });
    expect(ratchet(agreedPolicy(ours, theirs), wanted, { brings: () => true, formerNames: () => [] }).packages).toEqual(
      {
        a: { env: ["BOTH"], pending: { env: ["A", "B"], net: { connect: ["*"] } } },
        mine: { pending: { commands: ["git"] } },
      },
    );
  });
});
