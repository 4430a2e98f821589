import { policyOf, type Grant, type OverrideEntry, type PackageEntry, type Policy } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { describe, expect, test } from "vitest";
import { readNpmLock } from "../src/lockfiles/npm-lock.ts";
import { makePaint } from "../src/render/colors.ts";
import { reviewMarkdown } from "../src/render/review-markdown.ts";
import { reviewSarif } from "../src/render/review-sarif.ts";
import { reviewText } from "../src/render/review-text.ts";
import { reviewPolicies } from "../src/review/review-policies.ts";

const plain = makePaint({ isTerminal: false, write: () => {} }, {});
const policy = (packages: Record<string, PackageEntry>): Policy => ({
  version: 1,
  root: "trusted",
  entries: ["./index.js"],
  packages: Object.assign(Object.create(null), packages),
});
const review = (
  before: Record<string, PackageEntry>,
  after: Record<string, PackageEntry>,
  overrides?: Record<string, OverrideEntry>,
) =>
  reviewPolicies({
    before: { policy: policy(before) },
    after: { policy: policy(after), ...(overrides === undefined ? {} : { overrides: { packages: overrides } }) },
    base: "HEAD",
  });
const linesOf = ({ packages }: ReturnType<typeof review>): string[] =>
  packages.flatMap(({ package: name, gains, losses }) =>
    [...gains, ...losses].map(({ kind, to, words }) => `${name} ${kind} ${to} ${words}`),
  );

describe("what is a line, and what is a number", () => {
  test("a builtin says no more than the grants that bound it", () => {
    const told = review(
      { a: {} },
      { a: { builtins: { fs: ["readFileSync"], https: true }, fs: { read: ["."] }, net: { connect: ["*"] } } },
    );
    expect(linesOf(told)).toEqual([
      "a gained granted connect to any host",
      "a gained granted read files in the project",
    ]);
    // Nothing is lost of it for a program.
    expect(told.packages[0]!.gains[1]!.grants).toContainEqual({
      capability: "builtin",
      target: "fs",
      member: "readFileSync",
    });
  });

  test("a builtin whose bounds did not change is told", () =>
    expect(
      linesOf(
        review({ a: { fs: { read: ["."] } } }, { a: { builtins: { fs: ["readFileSync"] }, fs: { read: ["."] } } }),
      ),
    ).toEqual(["a gained granted use fs.readFileSync of Node"]));

  test("what only computes is counted where it is granted, and told where it waits", () => {
    const granted = review({}, { a: { builtins: { util: ["inspect"], path: true }, globals: ["URL"] } });
    expect(linesOf(granted)).toEqual([]);
    expect(granted).toMatchObject({
      gained: false,
      counts: { added: 1, harmless: 1 },
      packages: [{ folded: { harmless: 3 } }],
    });
    const pending = review({ a: {} }, { a: { pending: { builtins: { util: ["inspect"], path: true } } } });
    expect(linesOf(pending)).toEqual(["a gained pending use what only computes: path and util.inspect"]);
    expect(pending.gained).toBe(true);
  });

  test("imports of what came along, or only has another name, are counted", () => {
    const told = review(
      { a: { packages: ["a>b"] }, "a>b": {} },
      { a: { packages: ["b", "a>new"] }, b: {}, "a>new": {} },
    );
    expect(linesOf(told)).toEqual([]);
    expect(told.gained).toBe(false);
    expect(told.packages.find(({ package: name }) => name === "b")).toMatchObject({
      status: "moved",
      movedFrom: "a>b",
    });
  });

  test("an import under another name is told while what had the old name is still there", () =>
    expect(
      linesOf(review({ a: { packages: ["a>b"] }, "a>b": {}, b: {} }, { a: { packages: ["b"] }, "a>b": {}, b: {} })),
    ).toContain("a gained granted import b"));

  test("an import of a package that was there says what that one can do", () =>
    expect(
      linesOf(
        review(
          { a: {}, got: { net: { connect: ["*"] } } },
          { a: { pending: { packages: ["got"] } }, got: { net: { connect: ["*"] } } },
        ),
      ),
    ).toEqual(["a gained pending import got (which can connect to any host)"]));

  test("what waits and only computes is quiet, and told of all packages in one line", () => {
    const told = review(
      { a: {}, b: {}, pure: { builtins: { path: true } }, app: { builtins: { module: true } } },
      {
        a: { pending: { builtins: { util: ["inspect"] } } },
        b: { pending: { packages: ["pure", "app"] } },
        pure: { builtins: { path: true } },
        app: { builtins: { module: true } },
      },
    );
    expect(reviewText(told, plain)).toBe(
      "2 packages want more than before, and are denied it until somebody accepts it (1 of them only to compute).\n\n" +
        "b wants to\n  low      import app\n\n" +
        "Waits too, and only computes, or imports what only computes: b (import pure) and a (util.inspect).\n\n" +
        "To accept: moat policy --accept, which asks package by package\n",
    );
  });

  test("what has no answer yet counts for those who want to import it", () =>
    expect(
      linesOf(
        review({ a: {}, got: {} }, { a: { pending: { packages: ["got"] } }, got: { pending: { commands: ["sh"] } } }),
      ),
    ).toContain("a gained pending import got (which wants to run the program sh (and by it any other))"));

  test("the module of a variable is no risk of its own, and a member of it is", () => {
    const both = { builtins: { process: [] }, env: ["NO_COLOR"] };
    expect(linesOf(review({ a: {} }, { a: both }))).toEqual([
      "a gained granted read the environment variable NO_COLOR",
    ]);
    expect(review({ a: {} }, { a: both }).packages[0]!.risk).toBe("low");
    expect(linesOf(review({ a: {} }, { a: { builtins: { process: ["dlopen"] }, env: ["NO_COLOR"] } }))).toEqual([
      "a gained granted use process.dlopen of Node",
      "a gained granted read the environment variable NO_COLOR",
    ]);
  });

  test("a variable that may hold a secret is more than one that does not", () =>
    expect(review({ a: {} }, { a: { env: ["DEPLOY_TOKEN"] } }).packages[0]!.risk).toBe("medium"));

  test("a key that a prefix of the line has already is not told", () =>
    expect(linesOf(review({ a: {} }, { a: { env: ["A_*", "A_B_*", "C"] } }))).toEqual([
      "a gained granted read the environment variables A_* and C",
    ]));

  test("changes to the exports of what only has another name are to be given again, and none is lost", () => {
    const told = review(
      { a: { packages: ["x>b"], changes: ["x>b"] }, "x>b": {} },
      { a: { pending: { packages: ["y>b"], changes: ["y>b"] } }, "y>b": {} },
    );
    const [first] = told.packages;
    expect(first!.gains.map(({ carried, words }) => [carried, words])).toEqual([
      [true, "change what y>b exports"],
      [undefined, "import y>b"],
    ]);
    expect(first!.losses).toEqual([]);
  });

  test("a package that moved has to be given again what it had, in one line", () => {
    const told = review(
      { "a>b": { env: ["X"], net: { connect: ["*"] } } },
      { "c>b": { pending: { env: ["X"], net: { connect: ["*"] } } } },
    );
    expect(told.packages[0]!.warnings).toEqual([]);
    expect(told.packages).toMatchObject([
      { package: "c>b", status: "moved", movedFrom: "a>b", gains: [{ carried: true, to: "pending" }] },
    ]);
    expect(told.gained).toBe(true);
    expect(reviewText(told, plain)).toContain(
      "\n\nhigh     what has another name has to be given again what it had\n  c>b (was a>b): connect to any host; read the environment variable X\n",
    );
  });

  test("two namesakes are not taken for one that moved", () =>
    expect(review({ "a>b": {}, "c>b": {} }, { "d>b": { env: ["X"] } }).packages.map(({ status }) => status)).toEqual([
      "new",
      "removed",
      "removed",
    ]));

  test("packages that gained the same are told together", () => {
    const both = { env: ["TOKEN"] };
    expect(reviewText(review({ a: {}, b: {}, c: {} }, { a: both, b: both, c: {} }), plain)).toContain(
      "a and b can now\n  medium   read the environment variable TOKEN\n",
    );
  });

  test("the worst first, gains before losses", () =>
    expect(
      review(
        { z: {}, a: { net: { connect: ["*"] } }, m: {} },
        { z: { commands: ["sh"] }, a: {}, m: { env: ["A"] } },
      ).packages.map(({ package: name }) => name),
    ).toEqual(["z", "m", "a"]));

  test("an override's grant is a person's, and has the reason", () => {
    const told = review({ a: {} }, { a: {} }, { a: { env: ["X"], reason: "asked for by ops" } });
    expect(told.packages).toMatchObject([{ reason: "asked for by ops", gains: [{ decidedBy: "overrides" }] }]);
    expect(reviewText(told, plain)).toContain(
      "read the environment variable X (moat.overrides.json)\n  the overrides say: asked for by ops",
    );
  });

  test("what waits in the file and an override takes away is no gain", () =>
    expect(review({ a: {} }, { a: { pending: { commands: ["git"] } } }, { a: { commands: [] } })).toMatchObject({
      gained: false,
      packages: [],
    }));

  test("the application without bounds is a gain", () =>
    expect(
      reviewPolicies({
        before: { policy: { ...policy({}), root: "confined" } },
        after: { policy: policy({}) },
        base: "HEAD",
      }),
    ).toMatchObject({ gained: true, general: [{ kind: "root-changed", risk: "critical" }] }));
});

describe("the combination that theft needs", () => {
  const warned = (before: PackageEntry, after: PackageEntry, others: Record<string, PackageEntry> = {}) =>
    review({ a: before, ...others }, { a: after, ...others }).packages.flatMap(({ warnings }) =>
      warnings.map(({ words }) => words),
    );

  test.each<[string, PackageEntry, PackageEntry, boolean]>([
    ["both are new", {}, { env: ["TOKEN"], net: { connect: ["*"] } }, true],
    [
      "the way out is new, and waits",
      { env: ["TOKEN"] },
      { env: ["TOKEN"], pending: { net: { connect: ["evil.example:443"] } } },
      true,
    ],
    ["the secret is new", { net: { connect: ["*"] } }, { net: { connect: ["*"] }, fs: { read: ["."] } }, true],
    [
      "neither is new",
      { env: ["TOKEN"], net: { connect: ["*"] } },
      { env: ["TOKEN"], net: { connect: ["*"] }, workers: true },
      false,
    ],
    ["the variable says how to print", {}, { env: ["NO_COLOR"], net: { connect: ["*"] } }, false],
    ["the files are its own", {}, { fs: { read: ["<package>"] }, net: { connect: ["*"] } }, false],
    ["it talks to this machine alone", {}, { env: ["TOKEN"], net: { connect: ["127.0.0.1:5432"] } }, false],
    ["it has no way out", {}, { env: ["TOKEN"] }, false],
  ])("%s", (_why, before, after, alarm) => expect(warned(before, after)).toHaveLength(alarm ? 1 : 0));

  test("the way out is another package that it may now import", () =>
    expect(
      warned(
        { env: ["TOKEN"] },
        { env: ["TOKEN"], pending: { packages: ["got"] } },
        { got: { net: { connect: ["*"] } } },
      ),
    ).toEqual(["it may read the environment variable TOKEN, and import got, which may connect to any host"]));
});

describe("versions and installation", () => {
  const lock = (packages: object) =>
    readNpmLock(JSON.stringify({ lockfileVersion: 3, packages }), "package-lock.json", "");

  test("what has another name and other code, or stands there for another package, is told in full", () => {
    const wants = { env: ["TOKEN"], net: { connect: ["*"] } };
    const moved = (after: object) =>
      reviewPolicies({
        before: {
          policy: policy({ "a>b": wants }),
          lock: lock({ "node_modules/a/node_modules/b": { version: "1.0.0", integrity: "sha512-aaaa" } }),
        },
        after: {
          policy: policy({ "c>b": { pending: wants } }),
          lock: lock({ "node_modules/c/node_modules/b": after }),
        },
        base: "HEAD",
      }).packages[0]!;
    for (const same of [{ version: "1.0.0", integrity: "sha512-aaaa" }, { version: "1.0.1" }])
      expect(moved(same).status).toBe("moved");
    for (const other of [{ version: "1.0.0", integrity: "sha512-bbbb" }, { version: "1.0.0", name: "evil" }, {}]) {
      const { status, gains, warnings } = moved(other);
      expect([status, ...gains.map(({ carried, to }) => carried ?? to)]).toEqual(["new", "pending", "pending"]);
      expect(warnings).not.toEqual([]);
    }
    expect(moved({ version: "1.0.0", name: "evil" }).versions).toEqual({ after: "evil@1.0.0" });
  });

  const told = reviewPolicies({
    before: {
      policy: policy({ a: {}, same: {}, up: {} }),
      lock: lock({
        "node_modules/a": { version: "1.3.0" },
        "node_modules/same": { version: "1.0.0", integrity: "sha512-aaaa" },
        "node_modules/up": { version: "1.0.0" },
      }),
    },
    after: {
      policy: policy({
        a: { packages: ["a>b"], env: ["A_TOKEN"], net: { connect: ["*"] } },
        "a>b": { pending: { env: ["X"] } },
        same: {},
        up: {},
      }),
      lock: lock({
        "node_modules/a": { version: "1.3.1" },
        "node_modules/a/node_modules/b": { version: "0.0.1", hasInstallScript: true },
        "node_modules/same": { version: "1.0.0", integrity: "sha512-bbbb" },
        "node_modules/up": { version: "1.1.0" },
        "node_modules/phantom": { version: "6.6.6", hasInstallScript: true },
      }),
    },
    base: "HEAD",
  });

  test("the whole, in text", () =>
    expect(reviewText(told, plain)).toMatchInlineSnapshot(`
      "1 package wants more than before, and is denied it until somebody accepts it; 1 package can do more than before. 1 package is new.

      ! b 0.0.1 has a new install script. moat does not confine installation.
      ! phantom 6.6.6 has a new install script, and no code that the policy is for imports it. moat does not confine installation.

      a 1.3.0 to 1.3.1 can now
        high     connect to any host
        medium   read the environment variable A_TOKEN
        !        Secrets could leave: it may read the environment variable A_TOKEN, and connect to any host

      a>b 0.0.1 (new) wants to
        medium   read the environment variable X
        by the application → a 1.3.0 to 1.3.1 → b 0.0.1 (new)

      same 1.0.0 (same version, other content)
        !        Other code under the same version: the lockfile has another hash for it than before, and the same version

      1 package changed its version and gained nothing.
      1 package is new in the lockfile, and no code that the policy is for imports it.

      To accept: moat policy --accept 'a>b'
      "
    `));

  test("a phantom dependency that nothing imports is told by its install script", () =>
    expect(told.installation).toEqual({
      scripts: [
        { name: "b", version: "0.0.1", reached: true },
        { name: "phantom", version: "6.6.6", reached: false },
      ],
      unreached: 1,
    }));
});

const HOSTILE = "\u001b[2K\rok\n| x | `</td>` @everyone [a](javascript:x) --> {0} \u202e";
const hostileGrant: Grant = { capability: "command", target: HOSTILE };
const hostileEvidence: Evidence[] = [
  { package: "a>b", ...hostileGrant, file: `x${HOSTILE}.js`, line: 3, column: 1, snippet: HOSTILE },
];

describe("text from a package", () => {
  const hostile = reviewPolicies({
    before: { policy: policy({ "a>b": {} }) },
    after: {
      policy: policy({ "a>b": { pending: policyOf([hostileGrant]) } }),
      overrides: { packages: { "a>b": { reason: HOSTILE, native: [HOSTILE] } } },
    },
    base: HOSTILE,
    evidence: hostileEvidence,
    notes: [HOSTILE],
  });

  test("moves no cursor and starts no line of a terminal", () => {
    const text = reviewText(hostile, plain);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u);
    expect(text.split("\n").filter((line) => line.startsWith("ok") || line.startsWith("|"))).toEqual([]);
  });

  test("stays inside of code spans of Markdown, and leaves no comment", () => {
    const markdown = reviewMarkdown(hostile, "-->\n# x");
    // Every span is closed on its line: what is left outside of spans is moat's own.
    const outside = markdown.replace(/`[^`\n]*`/gu, "");
    expect(outside).not.toMatch(/everyone|javascript|<\/td>|`|\{0\}/u);
    expect(outside.match(/<!--|-->/gu)).toEqual(["<!--", "-->"]);
    expect(outside).toMatchInlineSnapshot(`
      "<!-- moat-diff:-x -->

      ### moat: 1 package wants more than before

      1 package wants more than before, and is denied it until somebody accepts it; 1 package can do more than before.

      > 

      ####  wants to

      - 🔴 critical:  at : 

      and can now

      - 🔴 critical:  (granted in )
      - the overrides say: 
      - came by 

      To accept, after a look: 
      "
    `);
  });

  test("is no link, placeholder or foreign address in SARIF", () => {
    const sarif = JSON.parse(
      reviewSarif(hostile, {
        project: "",
        version: "0.0.0",
        policyLine: () => 1,
        overridesLine: () => 1,
        folderOf: () => "node_modules/b",
      }),
    );
    const results: {
      message: { text: string };
      relatedLocations?: { physicalLocation: { artifactLocation: { uri: string } } }[];
    }[] = sarif.runs[0].results;
    for (const { message } of results) expect(message.text).not.toMatch(/[[\]{}\u0000-\u001f\u202e]/u);
    const uris = results.flatMap(({ relatedLocations = [] }) =>
      relatedLocations.map((place) => place.physicalLocation.artifactLocation.uri),
    );
    expect(uris.length).toBeGreaterThan(0);
    for (const uri of uris) expect(uri).toMatch(/^node_modules\/b\/[A-Za-z0-9%._/~!'()*-]+$/u);
  });
});

test("a comment is never longer than GitHub takes", () => {
  const long = (index: number): string => `p${index}-${"x".repeat(180)}`;
  const names = Array.from({ length: 800 }, (_, index) => long(index));
  const told = reviewPolicies({
    before: {
      policy: policy(Object.fromEntries(names.map((name, index) => [name, index % 2 ? { env: [`V${index}`] } : {}]))),
    },
    after: {
      policy: policy(Object.fromEntries(names.map((name, index) => [name, index % 2 ? {} : { env: [`W${index}`] }]))),
    },
    base: "HEAD",
    evidence: [],
  });
  const markdown = reviewMarkdown(told, "");
  expect(markdown.length).toBeGreaterThan(30_000);
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toMatch(/… and \d+ more packages: `moat diff` shows all\./u);
  expect(markdown).toMatch(/- … and \d+ more lost something/u);
});
