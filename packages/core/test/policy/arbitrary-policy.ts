import fc from "fast-check";
import { joinName } from "../../src/naming/canonical-name.ts";
import type { Overrides, PackageEntry, PackagePolicy, Policy } from "../../src/policy/types.ts";

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const list = (...items: string[]) => some(fc.array(fc.constantFrom(...items), { maxLength: 5 }));
const defined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;

const dependency = fc.oneof(
  fc.constantFrom("a", "b", "constructor", "__proto__", "toString", "valueOf", "@s/p", "hasOwnProperty"),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 4 })
    .filter((name) => !name.includes("/") && name !== "." && name !== ".." && name.isWellFormed()),
);

/** Any canonical name, odd ones on purpose. */
export const canonicalName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(".", "./packages/a", "a", "b", "a>b", "constructor", "./packages/a>b"),
  fc.array(dependency, { minLength: 1, maxLength: 3 }).map((steps) => steps.reduce(joinName, ".")),
);

export const packagePolicy: fc.Arbitrary<PackagePolicy> = fc
  .record({
    packages: list("a", "b", "a>b", "constructor", "./packages/a"),
    globals: list("console", "process", "constructor", "fetch", "hasOwnProperty"),
    builtins: some(
      fc.dictionary(
        fc.constantFrom("fs", "os", "path", "constructor", "util", "vm"),
        fc.oneof(
          fc.constant(true as const),
          fc.array(fc.constantFrom("a", "readFile", "toString", "EOL"), { maxLength: 3 }),
        ),
      ),
    ),
    env: list("NODE_ENV", "FOO_*", "DEBUG", "constructor"),
    fs: some(fc.record({ read: list(".", "./a", "<package>", "<tmp>/x"), write: list(".", "./dist") }).map(defined)),
    net: some(
      fc.record({ connect: list("*", "a.example:443", "127.0.0.1:*"), listen: list("*:80", "[::1]:1") }).map(defined),
    ),
    commands: list("git", "node"),
    workers: some(fc.boolean()),
    native: list("build/Release/a.node", "b.node"),
    shares: list("__a", "b$", "Symbol.for(@a/b)"),
    changes: list("react", "a>b"),
  })
  .map(defined) as fc.Arbitrary<PackagePolicy>;

export const packageEntry: fc.Arbitrary<PackageEntry> = fc
  .record({ granted: packagePolicy, pending: some(packagePolicy) })
  .map(({ granted, pending }) => defined({ ...granted, pending }) as PackageEntry);

const policyWith = (entry: fc.Arbitrary<PackageEntry>): fc.Arbitrary<Policy> =>
  fc
    .record({
      $schema: list("x").map((found) => (found === undefined ? undefined : "./schema.json")),
      version: fc.constant(1 as const),
      root: fc.constantFrom("trusted" as const, "confined" as const),
      entries: fc.array(fc.constantFrom("./index.js", "bin:eslint", "./a/b.mjs"), { maxLength: 3 }),
      packages: fc.dictionary(canonicalName, entry, { maxKeys: 6, noNullPrototype: false }),
    })
    .map((policy) => defined(policy) as Policy);

/** A policy as somebody might build it: unsorted, repeated, with pending grants. */
export const policy = policyWith(packageEntry);

/** A policy as the analyser makes it: nothing is pending. */
export const generatedPolicy = policyWith(packagePolicy);

export const overrides: fc.Arbitrary<Overrides> = fc.record({
  packages: fc.dictionary(
    canonicalName,
    fc
      .record({
        granted: packagePolicy,
        removed: fc.subarray(["fs", "net", "builtins", "packages", "env"]),
        reason: some(fc.string()),
      })
      .map(({ granted, removed, reason }) => {
        const entry: Record<string, unknown> = defined({ ...granted, reason });
        for (const field of removed) entry[field] = false;
        return entry;
      }),
    { maxKeys: 5 },
  ),
}) as fc.Arbitrary<Overrides>;
