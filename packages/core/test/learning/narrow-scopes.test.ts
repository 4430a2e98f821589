import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { narrowEndpoints } from "../../src/learning/narrow-endpoints.ts";
import { narrowPaths, type UsedPaths } from "../../src/learning/narrow-paths.ts";
import { grantReaches } from "../../src/policy/grant-reach.ts";

const plain = { isPlainFolder: () => true };

describe("paths", () => {
  test.each<{ why: string; given: Omit<UsedPaths, "isPlainFolder">; scopes: string[] }>([
    {
      why: "the folders that files lie in",
      given: { mode: "read", granted: ["."], used: ["./data/a.json", "./views/deep/x.html", "./views/y.html"] },
      scopes: ["./data", "./views"],
    },
    {
      why: "single files at the top",
      given: { mode: "read", granted: ["."], used: ["./a.json"] },
      scopes: ["./a.json"],
    },
    { why: "nothing used", given: { mode: "write", granted: [".", "<tmp>"], used: [] }, scopes: [] },
    {
      why: "the project itself was listed",
      given: { mode: "read", granted: ["."], used: [".", "./a/b"] },
      scopes: ["."],
    },
    {
      why: "scopes that are narrow already stay as they are",
      given: { mode: "read", granted: ["./data", "<tmp>"], used: ["./data/deep/x", "<tmp>/abc/def"] },
      scopes: ["./data", "<tmp>"],
    },
    {
      why: "the package's own folder stays",
      given: { mode: "read", granted: ["<package>"], used: [] },
      scopes: ["<package>"],
    },
    {
      why: "of packages, the package",
      given: { mode: "read", granted: ["."], used: ["./node_modules/@a/b/x/y.css", "./node_modules/c/z.css"] },
      scopes: ["./node_modules/@a/b", "./node_modules/c"],
    },
    {
      why: "a store has versions in its names",
      given: { mode: "read", granted: ["."], used: ["./node_modules/.pnpm/c@1.0.0/node_modules/c/z.css"] },
      scopes: ["./node_modules"],
    },
    {
      why: "a made-up name at the top is another one tomorrow",
      given: { mode: "write", granted: ["."], used: ["./report-1732200000.txt"] },
      scopes: ["."],
    },
    {
      why: "a look at a folder on the way needs nothing",
      given: { mode: "read", granted: ["."], used: ["./a/b/c"], looked: [".", "./a"] },
      scopes: ["./a/b"],
    },
    {
      why: "a look elsewhere does",
      given: { mode: "read", granted: ["."], used: ["./a/b/c"], looked: ["./other/x"] },
      scopes: ["./a/b", "./other"],
    },
    {
      why: "secrets that `.` leaves out never come in by a record that says so",
      given: { mode: "read", granted: ["."], used: ["./.env", "./keys/server.pem", "/etc/passwd", "./../x"] },
      scopes: [],
    },
    {
      why: "nor do build files",
      given: { mode: "write", granted: ["."], used: ["./package.json", "./.git/hooks/x", "./node_modules/a/index.js"] },
      scopes: [],
    },
    {
      why: "many folders become the folders above",
      given: { mode: "read", granted: ["."], used: Array.from({ length: 40 }, (_, i) => `./data/${i}/x`) },
      scopes: ["./data"],
    },
    {
      why: "too many of these too: nothing is said",
      given: { mode: "read", granted: ["."], used: Array.from({ length: 40 }, (_, i) => `./d${i}/x`) },
      scopes: ["."],
    },
  ])("$why", ({ given, scopes }) => {
    expect(narrowPaths({ ...given, ...plain })).toEqual(scopes);
  });

  test("a folder with build files is not granted for writing: its own scope would reach them", () => {
    const given = { mode: "write", granted: ["."], used: ["./sub/out.txt"] } as const;
    expect(narrowPaths({ ...given, isPlainFolder: () => false })).toEqual(["./sub/out.txt"]);
  });

  test("whatever the record says, no scope leaves those that are granted", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", ".env", "..", "node_modules", "package.json", "x.js", ".git"), { maxLength: 4 })
      .chain((parts) =>
        fc.constantFrom(".", "<tmp>", "<package>", "/etc", "<home>").map((base) => [base, ...parts].join("/")),
      );
    fc.assert(
      fc.property(
        fc.constantFrom("read" as const, "write" as const),
        fc.subarray([".", "./a", "<tmp>", "<package>", "./.env"]),
        fc.array(path, { maxLength: 8 }),
        fc.array(path, { maxLength: 4 }),
        (mode, granted, used, looked) => {
          const capability = `fs.${mode}` as const;
          for (const scope of narrowPaths({ mode, granted, used, looked, ...plain })) {
            expect(
              granted.some(
                (held) => held === scope || grantReaches({ capability, target: held }, { capability, target: scope }),
              ),
            ).toBe(true);
          }
        },
      ),
    );
  });
});

describe("endpoints", () => {
  const narrow = (granted: string[], used: string[], lookedUp: string[] = []) =>
    narrowEndpoints({ capability: "net.connect", granted, used, lookedUp });

  test.each<[why: string, granted: string[], used: string[], lookedUp: string[], scopes: string[]]>([
    ["hosts and ports", ["*"], ["api.example.com:443", "b.example:80"], [], ["api.example.com:443", "b.example:80"]],
    ["nothing used", ["*", "a.example:443"], [], [], []],
    ["an exact one stays", ["a.example:443"], ["a.example:443"], [], ["a.example:443"]],
    ["within a pattern", ["*.example.com:443"], ["api.example.com:443"], [], ["api.example.com:443"]],
    ["ports that the system chose", ["*"], ["127.0.0.1:45123", "127.0.0.1:0"], [], ["127.0.0.1:*"]],
    ["a chosen port within one that is granted", ["*:40000"], ["h.example:40000"], [], ["*:40000"]],
    ["cloud metadata never", ["*"], ["169.254.169.254:80", "metadata.google.internal:80"], [], []],
    ["a host beyond the pattern never", ["*.example.com:443"], ["evil.example:443"], [], []],
    ["a name that was only looked up", ["*"], [], ["mx.example.com"], ["mx.example.com:*"]],
    ["a name that was looked up and connected to", ["*"], ["a.example:443"], ["a.example"], ["a.example:443"]],
    ["a socket, which no text can tell", ["*"], ["unix:/tmp/x/s"], [], ["*"]],
    ["many hosts: a crawler", ["*"], Array.from({ length: 30 }, (_, i) => `h${i}.example:443`), [], ["*"]],
  ])("%s", (_why, granted, used, lookedUp, scopes) => {
    expect(narrow(granted, used, lookedUp)).toEqual(scopes);
  });
});
