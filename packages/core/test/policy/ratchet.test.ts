import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFirstParty } from "../../src/naming/canonical-name.ts";
import { coversGrant, grantKey, grantsOf, normalizePackagePolicy } from "../../src/policy/grant.ts";
import { riskOf } from "../../src/policy/grant-risk.ts";
import { printPolicy } from "../../src/policy/print-policy.ts";
import { accept, ratchet as ratchetWith, type RatchetTree } from "../../src/policy/ratchet.ts";
import type { Overrides, PackageEntry, PackagePolicy, Policy } from "../../src/policy/types.ts";
import { generatedPolicy, policy } from "./arbitrary-policy.ts";

const ratchet = (
  previous: Policy | undefined,
  generated: Policy,
  overrides?: Overrides,
  tree: Partial<RatchetTree> = {},
) =>
  ratchetWith(
    previous,
    generated,
    {
      brings: () => true,
      formerNames: (name) => (Object.hasOwn(previous?.packages ?? {}, name) ? [name] : []),
      ...tree,
    },
    overrides,
  );
const make = (packages: Policy["packages"]): Policy => ({
  version: 1,
  root: "trusted",
  entries: ["./index.js"],
  packages,
});
const entryAfter = (before: Record<string, PackageEntry>, now: Record<string, PackagePolicy>, name = "dep") =>
  ratchet(make(before), make(now)).packages[name];

describe("ratchet", () => {
  test("the first write trusts what it finds", () => {
    fc.assert(
      fc.property(
        generatedPolicy,
        (generated) => void expect(printPolicy(ratchet(undefined, generated))).toBe(printPolicy(generated)),
      ),
    );
  });

  test.each([
    ["globals", { globals: ["console"] }],
    ["builtins", { builtins: { path: ["join"] } }],
    ["a whole builtin", { builtins: { os: true as const } }],
    ["env", { env: ["TOKEN"] }],
    ["reading", { fs: { read: ["./data"] } }],
    ["writing", { fs: { write: ["./data"] } }],
    ["connecting", { net: { connect: ["evil.example:443"] } }],
    ["listening", { net: { listen: ["*:80"] } }],
    ["commands", { commands: ["git"] }],
    ["workers", { workers: true }],
    ["native", { native: ["a.node"] }],
    ["shares", { shares: ["__x"] }],
    ["changes", { changes: ["other"] }],
    ["an edge to a package of the file", { packages: ["other"] }],
    ["an edge to a workspace member", { packages: ["./packages/a"] }],
  ])("what a known package gains is pending: %s", (_why, gained: PackagePolicy) => {
    expect(entryAfter({ dep: {}, other: {} }, { dep: gained, other: {} })).toEqual({ pending: gained });
  });

  test("who starts programs of its dependencies gets no new dependency that could bring one", () => {
    const holder = { commands: ["<dependency>/bin/x"] };
    const wanted = { dep: { ...holder, packages: ["dep>evil"] }, "dep>evil": {} };
    expect(entryAfter({ dep: holder }, wanted)).toEqual({ ...holder, pending: { packages: ["dep>evil"] } });
    expect(
      ratchet(make({ dep: {} }), make({ ...wanted, dep: { packages: ["dep>evil"] } }), { packages: { dep: holder } })
        .packages["dep"],
    ).toEqual({
      pending: { packages: ["dep>evil"] },
    });
  });

  test("what a known package looked for, and did not bring, is pending though it is new; a new one gets it", () => {
    const wanted = { dep: { packages: ["dep>opt"] }, fresh: { packages: ["dep>opt"] }, "dep>opt": {} };
    const { packages } = ratchet(make({ dep: {} }), make(wanted), undefined, {
      brings: (importer) => importer === "other",
    });
    expect(packages).toEqual({
      dep: { pending: { packages: ["dep>opt"] } },
      fresh: { packages: ["dep>opt"] },
      "dep>opt": {},
    });
  });

  test("a package that somebody gave another name is no new one for that; who imported it does", () => {
    const vault = { env: ["SECRET"] };
    const names: Record<string, string[]> = {
      "a>vault": ["b>c>vault"],
      "a>vault>own": ["b>c>vault>own"],
      a: ["a"],
      "b>c": ["b>c"],
    };
    const now = {
      a: { packages: ["a>vault"] }, b: { packages: ["b>c"] }, "b>c": { packages: ["a>vault"] },
      "a>vault": { ...vault, packages: ["a>vault>new", "a>vault>own", "a"] }, "a>vault>own": {}, "a>vault>new": {}, other: { packages: ["a>vault"] },
    }; // prettier-ignore
    const before = {
      a: {},
      b: { packages: ["b>c"] },
      "b>c": { packages: ["b>c>vault"] },
      "b>c>vault": { ...vault, packages: ["b>c>vault>own"] },
      "b>c>vault>own": {},
    };
    const tree = { formerNames: (name: string) => names[name] ?? [], brings: () => false };
    expect(ratchet(make(before), make(now), undefined, tree).packages).toEqual({
      a: { pending: { packages: ["a>vault"] } },
      b: { packages: ["b>c"] },
      "b>c": { packages: ["a>vault"] },
      "a>vault": { packages: ["a>vault>own"], pending: { ...vault, packages: ["a", "a>vault>new"] } },
      "a>vault>own": {},
      "a>vault>new": {},
      other: { pending: { packages: ["a>vault"] } },
    });
    // Of two packages that are one now, neither name says what it may do.
    expect(
      ratchet(make({ ...before, "a>vault>x": {} }), make(now), undefined, {
        ...tree,
        formerNames: () => ["b>c>vault", "x"],
      }).packages["b>c"],
    ).toEqual({ pending: { packages: ["a>vault"] } });
  });

  test("what it keeps stays, what it lost goes, and what it no longer wants is not pending", () => {
    expect(
      entryAfter(
        { dep: { env: ["A", "B"], net: { connect: ["a.example:1"] }, pending: { commands: ["git"], workers: true } } },
        { dep: { env: ["B", "C"], workers: true } },
      ),
    ).toEqual({
      env: ["B"],
      pending: { env: ["C"], workers: true },
    });
  });

  test("what is pending stays pending however often it is written", () => {
    const once = ratchet(make({ dep: {} }), make({ dep: { net: { connect: ["*"] } } }));
    const twice = ratchet(once, make({ dep: { net: { connect: ["*"] } } }));
    expect(twice.packages["dep"]).toEqual({ pending: { net: { connect: ["*"] } } });
  });

  test("a new package has its harmless grants, and waits for the others", () => {
    expect(
      entryAfter(
        {},
        {
          dep: {
            globals: ["console", "fetch", "process"],
            builtins: {
              path: true,
              os: ["EOL", "homedir"],
              fs: ["readFile"],
              child_process: ["spawn"],
              future: true,
              crypto: ["createHash", "setEngine"],
            },
            env: ["A"],
            fs: { read: ["<package>"] },
            workers: true,
          },
        },
      ),
    ).toEqual({
      globals: ["console"],
      builtins: { path: true, os: ["EOL"], crypto: ["createHash"] },
      pending: {
        globals: ["fetch", "process"],
        builtins: { os: ["homedir"], fs: ["readFile"], child_process: ["spawn"], future: true, crypto: ["setEngine"] },
        env: ["A"],
        fs: { read: ["<package>"] },
        workers: true,
      },
    });
  });

  test("an update that adds a harmless dependency goes on working", () => {
    const after = ratchet(
      make({ dep: { env: ["A"] } }),
      make({
        dep: { env: ["A"], packages: ["dep>tiny"] },
        "dep>tiny": { builtins: { util: ["inspect"] }, packages: ["dep>tiny>er"] },
        "dep>tiny>er": {},
      }),
    );
    expect(after.packages).toEqual({
      dep: { env: ["A"], packages: ["dep>tiny"] },
      "dep>tiny": { builtins: { util: ["inspect"] }, packages: ["dep>tiny>er"] },
      "dep>tiny>er": {},
    });
  });

  test("a new package is no way round to one that was there", () => {
    const after = ratchet(
      make({ dep: {}, vault: { env: ["SECRET"] } }),
      make({ dep: { packages: ["evil"] }, evil: { packages: ["vault"] }, vault: { env: ["SECRET"] } }),
    );
    expect(after.packages["evil"]).toEqual({ pending: { packages: ["vault"] } });
  });

  test("an edge to a package that is in neither is pending, and stays so", () => {
    const now = make({ dep: { packages: ["gone"] } });
    const once = ratchet(make({ dep: {}, gone: {} }), now);
    expect(once.packages).toEqual({ dep: { pending: { packages: ["gone"] } } });
    expect(ratchet(once, now).packages).toEqual(once.packages);
  });

  test("a whole builtin in the place of members is pending, and the members stay", () => {
    expect(entryAfter({ dep: { builtins: { fs: ["readFile"] } } }, { dep: { builtins: { fs: true } } })).toEqual({
      builtins: { fs: ["readFile"] },
      pending: { builtins: { fs: true } },
    });
    expect(entryAfter({ dep: { builtins: { fs: true } } }, { dep: { builtins: { fs: ["readFile"] } } })).toEqual({
      builtins: { fs: ["readFile"] },
    });
  });

  test("a narrower path is another grant: ./.env is no part of .", () => {
    expect(entryAfter({ dep: { fs: { read: ["."] } } }, { dep: { fs: { read: [".", "./.env"] } } })).toEqual({
      fs: { read: ["."] },
      pending: { fs: { read: ["./.env"] } },
    });
  });

  test("the application and its members are not held back", () => {
    const after = ratchet(
      make({ ".": {}, "./packages/a": {}, "./packages/a>dep": {} }),
      make({
        ".": { commands: ["git"] },
        "./packages/a": { commands: ["git"] },
        "./packages/a>dep": { commands: ["git"] },
      }),
    );
    expect(after.packages).toEqual({
      ".": { commands: ["git"] },
      "./packages/a": { commands: ["git"] },
      "./packages/a>dep": { pending: { commands: ["git"] } },
    });
  });

  test("a package called constructor is new when nobody wrote it", () => {
    expect(entryAfter({ dep: {} }, { constructor: { env: ["A"] } }, "constructor")).toEqual({
      pending: { env: ["A"] },
    });
  });

  test("never grants what was not granted before", () => {
    fc.assert(
      fc.property(policy, generatedPolicy, (previous, generated) => {
        for (const [name, { pending: _pending, ...granted }] of Object.entries(ratchet(previous, generated).packages)) {
          if (isFirstParty(name)) continue;
          const known = Object.hasOwn(previous.packages, name);
          const { pending: _old, ...before } = known ? previous.packages[name]! : {};
          const held = new Set(grantsOf(before as PackagePolicy).map(grantKey));
          for (const grant of grantsOf(granted)) {
            const toNewPackage =
              grant.capability === "package" &&
              !Object.hasOwn(previous.packages, grant.target) &&
              Object.hasOwn(generated.packages, grant.target);
            expect(
              coversGrant(held, grant) ||
                toNewPackage ||
                (!known && grant.capability !== "package" && riskOf(grant) === "none"),
            ).toBe(true);
          }
        }
      }),
    );
  });

  test("grants and pending together are what was generated, and accepting gives just that", () => {
    fc.assert(
      fc.property(
        policy,
        generatedPolicy,
        (previous, generated) =>
          void expect(printPolicy(accept(ratchet(previous, generated)))).toBe(printPolicy(generated)),
      ),
    );
  });

  test("writing again changes nothing", () => {
    fc.assert(
      fc.property(policy, generatedPolicy, (previous, generated) => {
        const once = ratchet(previous, generated);
        expect(printPolicy(ratchet(once, generated))).toBe(printPolicy(once));
      }),
    );
  });
});

describe("accept", () => {
  const waiting = make({
    a: { env: ["A"], pending: { env: ["B"], builtins: { fs: true } } },
    b: { pending: { workers: true } },
  });

  test("all, or those that are named", () => {
    expect(accept(waiting).packages).toEqual({ a: { env: ["A", "B"], builtins: { fs: true } }, b: { workers: true } });
    expect(accept(waiting, ["b", "unknown"]).packages).toEqual({ a: waiting.packages["a"], b: { workers: true } });
    expect(accept(waiting, []).packages).toEqual(waiting.packages);
  });

  test("is idempotent and leaves nothing pending", () => {
    fc.assert(
      fc.property(policy, (value) => {
        const accepted = accept(value);
        expect(accept(accepted)).toEqual(accepted);
        for (const entry of Object.values(accepted.packages)) expect(entry).toEqual(normalizePackagePolicy(entry));
      }),
    );
  });
});
