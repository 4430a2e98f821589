import { describe, expect, test } from "vitest";
import type { Use } from "../../src/audit/use.ts";
import { learnedFields, withoutLearned } from "../../src/learning/learned-fields.ts";
import { applyProposal, proposeScopes } from "../../src/learning/propose-scopes.ts";
import { parseOverrides } from "../../src/policy/parse-policy.ts";
import { printOverrides } from "../../src/policy/print-policy.ts";
import type { OverrideEntry, Overrides, PackageEntry, Policy } from "../../src/policy/types.ts";

const policyOf = (packages: Record<string, PackageEntry>): Policy => ({
  version: 1,
  root: "trusted",
  entries: ["./i.js"],
  packages,
});
const overridesOf = (packages: Record<string, OverrideEntry>): Overrides => ({ packages });
const RUN = { date: "2026-11-21", entries: ["./i.js", "bin:x"] };

function learn(policy: Policy, overrides: Overrides, uses: readonly Omit<Use, "principal">[], principal = "a") {
  const learned = {
    runs: [],
    uses: [{ capability: "loaded", target: "" } as const, ...uses].map((use) => ({ principal, ...use })),
  };
  const proposal = proposeScopes({ policy, overrides, learned, isPlainFolder: () => true });
  const written = applyProposal(overrides, proposal, RUN);
  // What is written is what the strict parser reads.
  expect(parseOverrides(printOverrides(written), "x")).toEqual(written);
  return { proposal, written };
}

const read = (target: string) => ({ capability: "fs.read", target }) as const;

describe("proposals", () => {
  const policy = policyOf({
    a: {
      env: ["A", "B"],
      fs: { read: ["."], write: ["."] },
      net: { connect: ["*"] },
      commands: ["git"],
      workers: true,
      native: ["x.node"],
      builtins: { fs: ["readFile", "writeFile"], path: true, child_process: true, http: true },
      pending: { env: ["LATER"] },
    },
    b: { env: ["A"] },
  });

  test("give who runs the project's specs no folder to write modules in", () => {
    const runner = policyOf({
      a: { fs: { read: ["."], write: ["."] }, packages: [".", "a>core"] },
      "a>core": { shares: ["*"] },
    });
    const wrote = [{ capability: "fs.write", target: "./src/snapshots/a.snap" } as const];
    expect(learn(runner, overridesOf({}), wrote).written.packages["a"]?.fs).toEqual({
      read: [],
      write: ["./src/snapshots/a.snap"],
    });
  });

  test("say nothing that moat would refuse to read, whatever names a package thinks of", () => {
    const NAMES = [
      "\0",
      "\n",
      "\u001b[2J",
      "\u202e",
      "*",
      "**",
      " ",
      "\\",
      "..",
      "",
      "\ud800",
      "__proto__",
      "a".repeat(300),
    ];
    const broad = policyOf({
      a: {
        env: ["A_*", "B"],
        fs: { read: ["."], write: [".", "<tmp>"] },
        net: { connect: ["*"], listen: ["*"] },
        builtins: { fs: true },
      },
    });
    for (const name of NAMES) {
      const { written } = learn(broad, overridesOf({}), [
        { capability: "env", target: `A_${name}` },
        { capability: "env", target: "A_GOOD" },
        read(`./in/${name}/x`),
        read(`./${name}`),
        { capability: "fs.stat", target: `./looked/${name}/x` },
        { capability: "fs.write", target: `./out/${name}/x` },
        { capability: "fs.write", target: `<tmp>/${name}/x` },
        { capability: "net.connect", target: `${name}.example.com:1` },
        { capability: "dns", target: `${name}.example.org` },
        { capability: "net.listen", target: `${name}:80` },
        { capability: "builtin", target: "fs" },
        { capability: "builtin", target: "fs", member: name },
      ]);
      expect(written.packages["a"]?.env, JSON.stringify(name)).toContain("A_GOOD");
      expect(written.packages["a"]?.env).not.toContain("B");
    }
  });

  test("keep what was used and take the rest, with a figure", () => {
    const { proposal, written } = learn(policy, overridesOf({}), [
      read("./data/x"),
      { capability: "env", target: "A" },
      { capability: "builtin", target: "fs" },
      { capability: "builtin", target: "fs", member: "readFile" },
      { capability: "builtin", target: "http" },
      { capability: "builtin", target: "http", member: "get" },
      { capability: "native", target: "x.node" },
    ]);
    expect(written.packages["a"]).toEqual({
      builtins: { fs: ["readFile"], http: ["get"], path: true },
      env: ["A"],
      fs: { read: ["./data"], write: [] },
      net: false,
      commands: [],
      workers: false,
      reason: expect.stringMatching(
        /^learned on 2026-11-21 from \.\/i\.js bin:x: builtins, env, fs, net, commands, workers \(#[0-9a-f]{12}\)$/u,
      ),
    });
    // env B, fs.write, net, git, workers, fs.writeFile, child_process.* went; fs.read, http.* became narrower.
    expect(proposal.figure).toEqual({ grants: 12, removed: 7, narrowed: 2, share: 8 / 12 });
    expect(proposal.notLoaded).toEqual(["b"]);
  });

  test("whoever lists the environment keeps what it has", () => {
    const { written } = learn(policyOf({ a: { env: ["A", "B"] } }), overridesOf({}), [
      { capability: "env.list", target: "*" },
    ]);
    expect(written.packages).toEqual({});
  });

  test("what is used beyond the policy is no reason to grant it", () => {
    const { written } = learn(policyOf({ a: { fs: { read: ["./data"] }, env: ["A"] } }), overridesOf({}), [
      read("./data/x"),
      read("./other/x"),
      { capability: "env", target: "A" },
      { capability: "env", target: "SECRET" },
      { capability: "command", target: "sh" },
      { capability: "net.connect", target: "evil.example:443" },
    ]);
    expect(written.packages).toEqual({});
  });

  test("pending grants are not among what a package has", () => {
    const { written } = learn(policyOf({ a: { pending: { env: ["X"] } } }), overridesOf({}), [
      { capability: "env", target: "X" },
    ]);
    expect(written.packages).toEqual({});
  });
});

describe("what people wrote", () => {
  const policy = policyOf({ a: { env: ["A", "B"], fs: { read: ["."] } } });

  test("stays, reasons and other packages too", () => {
    const person = { a: { env: ["A", "B", "C"], reason: "we need C" }, z: { commands: ["git"] } };
    const { written } = learn(policy, { ...overridesOf(person), $schema: "./s.json" }, [read("./data/x")]);
    expect(written.packages["z"]).toEqual(person.z);
    expect(written.packages["a"]).toMatchObject({ env: ["A", "B", "C"], fs: { read: ["./data"], write: [] } });
    expect(written.packages["a"]!.reason).toMatch(/^we need C; learned on /u);
    expect(written.$schema).toBe("./s.json");
    expect(withoutLearned(written)).toEqual({ ...overridesOf(person), $schema: "./s.json" });
  });

  test("narrower than what was learned, is never widened again", () => {
    const first = learn(policy, overridesOf({}), [read("./data/x"), read("./views/x")]).written;
    const narrowed = { ...first.packages["a"]!, fs: { read: ["./data"], write: [] } };
    const { written } = learn(policy, overridesOf({ a: narrowed }), [
      read("./data/x"),
      read("./views/x"),
      read("./more/x"),
    ]);
    expect(written.packages["a"]).toEqual(narrowed);
  });
});

describe("several runs", () => {
  const policy = policyOf({ a: { fs: { read: ["."] } } });

  test("add up, also where the record of the first is gone", () => {
    const first = learn(policy, overridesOf({}), [read("./data/x")]).written;
    expect(learnedFields(first.packages["a"]!)).toEqual({ fs: { read: ["./data"], write: [] } });
    const second = learn(policy, first, [read("./views/x")]).written;
    expect(second.packages["a"]!.fs).toEqual({ read: ["./data", "./views"], write: [] });
    expect(learn(policy, second, [read("./views/x")]).written).toEqual(second);
  });

  test("never go beyond the policy as it is now", () => {
    const first = learn(policy, overridesOf({}), [read("./data/x"), read("./views/x")]).written;
    const now = policyOf({ a: { fs: { read: ["./data", "./unused"] } } });
    expect(learn(now, first, [read("./data/x"), read("./views/x")]).written.packages["a"]!.fs).toEqual({
      read: ["./data"],
      write: [],
    });
  });

  test("that used everything leave nothing to say", () => {
    const first = learn(policy, overridesOf({}), [read("./data/x")]).written;
    expect(learn(policy, first, [read(".")]).written.packages).toEqual({});
  });
});
