import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Denial } from "../../src/audit/denial.ts";
import { makeDenialLog } from "../../src/audit/denial-log.ts";
import { makeDenialReport } from "../../src/audit/denial-report.ts";
import { escapeForTerminal } from "../../src/audit/escape-for-terminal.ts";
import { formatDenial } from "../../src/audit/format-denial.ts";
import type { Overrides, Policy } from "../../src/policy/types.ts";

const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u;

describe("escapeForTerminal", () => {
  test.each([
    ["\u001b[2J\u001b]0;title\u0007", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["\u009b31m", "\\u{9b}31m"],
    ["gpj.\u202eexe", "gpj.\\u{202e}exe"],
    ["a\u200bb", "a\\u{200b}b"],
    ["\ud800", "\\u{d800}"],
    ["\u{e0041}", "\\u{e0041}"],
    ["naïve 😀 /tmp/ä C:\\x", "naïve 😀 /tmp/ä C:\\x"],
  ])("%j", (text, escaped) => {
    expect(escapeForTerminal(text)).toBe(escaped);
  });
});

describe("formatDenial", () => {
  test.each<[Denial, string]>([
    [
      { principal: "a>b", capability: "fs.read", target: "/home/u/.npmrc", via: "fs.readFileSync" },
      "moat: a>b may not read /home/u/.npmrc (fs.readFileSync); to allow it: moat allow 'a>b' fs.read /home/u/.npmrc",
    ],
    [
      { principal: "a", capability: "fs.write", target: "/p/dist/x.js" },
      "moat: a may not write /p/dist/x.js; to allow it: moat allow a fs.write ./dist/x.js",
    ],
    [
      { principal: "a", capability: "fs.read", target: "/p/node_modules/a/data.json" },
      "moat: a may not read /p/node_modules/a/data.json; to allow it: moat allow a fs.read '<package>/data.json'",
    ],
    [
      { principal: "a", capability: "net.connect", target: "evil.example:443" },
      "moat: a may not connect to evil.example:443; to allow it: moat allow a net.connect evil.example:443",
    ],
    [
      { principal: "a", capability: "net.connect", target: "127.0.0.1:44249" },
      "moat: a may not connect to 127.0.0.1:44249; to allow it: moat allow a net.connect '127.0.0.1:*'",
    ],
    [
      { principal: "a", capability: "net.connect", target: "127.0.0.1:5432" },
      "moat: a may not connect to 127.0.0.1:5432; to allow it: moat allow a net.connect 127.0.0.1:5432",
    ],
    [
      { principal: "a", capability: "dns", target: "evil.example" },
      "moat: a may not resolve evil.example; to allow it: moat allow a net.connect 'evil.example:*'",
    ],
    [
      { principal: "a", capability: "builtin", target: "fs.readFile" },
      "moat: a may not use the builtin fs.readFile; to allow it: moat allow a builtin fs.readFile",
    ],
    [
      { principal: "a", capability: "builtin", target: "vm" },
      "moat: a may not use the builtin vm; to allow it: moat allow a builtin vm",
    ],
    [
      { principal: "a", capability: "worker", target: "" },
      "moat: a may not start a worker; to allow it: moat allow a worker",
    ],
    [
      { principal: "a", capability: "process", target: "process.binding" },
      "moat: a may not use process.binding; no policy allows this",
    ],
    [
      { principal: "a", capability: "builtin", target: "v8.setFlagsFromString", never: true },
      "moat: a may not use the builtin v8.setFlagsFromString; no policy allows this",
    ],
    [
      { principal: "a", capability: "toString", target: "x" },
      "moat: a may not use toString on x; no policy allows this",
    ],
    [
      { principal: "a", capability: "fs.read", target: `/proc/${process.pid}/status` },
      `moat: a may not read /proc/${process.pid}/status; to allow it: moat allow a fs.read /proc/self/status`,
    ],
  ])("%j", (denial, line) => {
    expect(formatDenial(denial, { project: "/p", location: "/p/node_modules/a" })).toBe(line);
  });

  test("names the same command for a builtin of which members wait", () => {
    const denial = { principal: "a", capability: "builtin", target: "fs" } as const;
    const waiting = (name: string) => formatDenial(denial, { pending: { builtins: { [name]: ["readFile"] } } });
    expect(waiting("fs")).toBe("moat: a may not use the builtin fs; it waits for acceptance: moat policy --accept a");
    expect(waiting("net")).toBe("moat: a may not use the builtin fs; to allow it: moat allow a builtin fs");
  });
  test("names the command where what is missing waits for acceptance", () => {
    expect(
      formatDenial(
        { principal: "a>b", capability: "net.connect", target: "x.example:443" },
        { pending: { net: { connect: ["*"] } } },
      ),
    ).toBe("moat: a>b may not connect to x.example:443; it waits for acceptance: moat policy --accept 'a>b'");
    expect(
      formatDenial(
        { principal: "a>b", capability: "net.listen", target: "*:80" },
        { pending: { net: { connect: ["*"] } } },
      ),
    ).toContain("to allow it: moat allow");
    const pending = { fs: { read: ["."] }, builtins: { fs: ["readFile"] }, env: ["APP_*"] };
    const context = { project: "/p", pending };
    const step = (denial: Denial, more = {}) => formatDenial(denial, { ...context, ...more }).replace(/^.*; /u, "");
    expect(step({ principal: "a", capability: "fs.read", target: "/p/data/x" })).toContain("--accept");
    // What waits does not reach it: to accept would change nothing.
    expect(step({ principal: "a", capability: "fs.read", target: "/p/.env" })).toContain("moat allow");
    expect(step({ principal: "a", capability: "fs.read", target: "/etc/passwd" })).toContain("moat allow");
    expect(step({ principal: "a", capability: "builtin", target: "fs.writeFile" })).toContain("moat allow");
    expect(step({ principal: "a", capability: "env", target: "APP_MODE" })).toContain("--accept");
    // A person has decided about the field: acceptance changes nothing.
    expect(step({ principal: "a", capability: "env", target: "APP_MODE" }, { override: { env: [] } })).toContain(
      "moat allow",
    );
  });

  test("is one printable line, whatever the package says", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("fs.read", "env", "eval", "nonsense", "builtin"),
        fc.string({ unit: "binary" }),
        (target, capability, via) => {
          expect(formatDenial({ principal: "a", capability, target, via })).not.toMatch(DANGEROUS);
        },
      ),
    );
    expect(formatDenial({ principal: "a", capability: "fs.read", target: "x".repeat(1e6) }).length).toBeLessThan(1000);
  });
});

describe("makeDenialLog", () => {
  const denial: Denial = { principal: "a", capability: "env", target: "TOKEN", via: "process.env" };

  test("one line for a person and one for a program, however often it happens", () => {
    const lines: string[] = [];
    const json: string[] = [];
    const log = makeDenialLog({ write: (line) => lines.push(line), writeJson: (line) => json.push(line) });
    for (let i = 0; i < 3; i += 1) log.record(denial);
    log.record({ ...denial, via: "another way" });
    log.record({ ...denial, principal: "b" });
    expect(lines).toEqual([`${formatDenial(denial)}\n`, `${formatDenial({ ...denial, principal: "b" })}\n`]);
    expect(json.map((line) => JSON.parse(line))).toMatchObject([
      { version: 1, denied: true, ...denial },
      { version: 1, denied: true, ...denial, principal: "b" },
    ]);
    expect(json.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1)).toBe(true);
    expect(log.summary()).toEqual([
      { denial, count: 4 },
      { denial: { ...denial, principal: "b" }, count: 1 },
    ]);
  });

  test("in an audit no line is written, and the log says that it went through", () => {
    const lines: string[] = [];
    const json: string[] = [];
    const audit = makeDenialLog({
      audit: true,
      write: (line) => lines.push(line),
      writeJson: (line) => json.push(line),
    });
    audit.record(denial);
    expect(lines).toEqual([]);
    expect(JSON.parse(json[0]!)).toMatchObject({ version: 1, denied: false, ...denial });
    expect(audit.summary()).toEqual([{ denial, count: 1 }]);
  });

  test("a package that makes up targets fills neither the screen nor the memory, and hides nobody else's", () => {
    const lines: string[] = [];
    const json: string[] = [];
    const log = makeDenialLog({ write: (line) => lines.push(line), writeJson: (line) => json.push(line) });
    for (let i = 0; i < 10_050; i += 1) log.record({ principal: "a", capability: "env", target: `K${i}` });
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toContain("more than 100");
    expect([log.summary().length, json.length]).toEqual([10_000, 10_000]);
    log.record({ ...denial, principal: "b" });
    expect([lines.at(-1), JSON.parse(json.at(-1)!).principal]).toEqual([
      `${formatDenial({ ...denial, principal: "b" })}\n`,
      "b",
    ]);
  });

  test("what a package that nobody knows is called is shown with its control characters escaped, in each line", () => {
    const lines: string[] = [];
    const log = makeDenialLog({ write: (line) => lines.push(line) });
    const principal = "?/p/node_modules/\u001b[2J";
    for (let i = 0; i < 101; i += 1) log.record({ principal, capability: "env", target: `K${i}` });
    expect(lines.at(-1)).toContain("more than 100");
    expect(lines.join("")).not.toContain("\u001b");
  });
});

test("a quiet denial is recorded and gets its line only once it is not quiet", () => {
  const lines: string[] = [];
  const json: string[] = [];
  const log = makeDenialLog({ write: (line) => lines.push(line), writeJson: (line) => json.push(line) });
  const denial: Denial = { principal: "a", capability: "env", target: "X" };
  log.record({ ...denial, quiet: true });
  expect([lines.length, json.length]).toEqual([0, 1]);
  log.record(denial);
  log.record(denial);
  expect([lines.length, json.length]).toEqual([1, 1]);
});

test.each<[Denial, string]>([
  [
    { principal: ".", capability: "package", target: "ms", via: "ms", file: "/srv/q/p/test/a.js" },
    "moat policy --write ./test/a.js",
  ],
  [{ principal: "a", capability: "package", target: "ms", via: "ms" }, "moat allow a package ms"],
  [
    { principal: "a", capability: "process", target: "SIGINT", via: "process.on" },
    "moat allow a builtin process.SIGINT",
  ],
  [
    { principal: "a", capability: "process", target: "exitCode", via: "process.exitCode =" },
    "moat allow a builtin process.exitCode",
  ],
  [{ principal: "a", capability: "fs.read", target: "/home/u/.npmrc" }, "moat allow a fs.read '<home>/.npmrc'"],
  [{ principal: "a", capability: "fs.write", target: "/tmp/x-8f14/a.js" }, "moat allow a fs.write '<tmp>'"],
  // Computed: no analysis of the module finds it.
  [{ principal: ".", capability: "package", target: "ms", via: "ms" }, "moat allow . package ms"],
  // Where somebody else starts it, it works on what lies there.
  [{ principal: "a", capability: "fs.write", target: "/srv/out/a.js" }, "moat allow a fs.write '<cwd>/out/a.js'"],
  [{ principal: "a", capability: "fs.write", target: "/srv/q/p/a.js" }, "moat allow a fs.write ./a.js"],
  // Names that are made anew in each run.
  ...[
    "config.json.tmp-1795386111a1b2c3",
    "config.json.3710506081",
    "4f2b6a1c-0d4e-4a3b-9c1d-2f6b7a8c9d0e",
    ".config.json.pp7kuhjbezk.tmp",
    "~12345-config.json",
  ].map((name): [Denial, string] => [
    { principal: "a", capability: "fs.write", target: `/home/u/.config/a/${name}` },
    "moat allow a fs.write '<home>/.config/a'",
  ]),
  ...["config.json", "app-2024-01-02.log", "deadbeef", "v1.2.3", "a.tmp", "template.tmp"].map(
    (name): [Denial, string] => [
      { principal: "a", capability: "fs.write", target: `/home/u/.config/a/${name}` },
      `moat allow a fs.write '<home>/.config/a/${name}'`,
    ],
  ),
  [
    { principal: "a", capability: "fs.write", target: "/home/u/x.3710506081" },
    "moat allow a fs.write '<home>/x.3710506081'",
  ],
  [{ principal: "a", capability: "fs.write", target: "/x.3710506081" }, "moat allow a fs.write /x.3710506081"],
  [{ principal: "a", capability: "fs.write", target: "/srv/q/p/data/x.3710506081" }, "moat allow a fs.write ./data"],
  [{ principal: "a", capability: "fs.write", target: "/srv/data/x.3710506081" }, "moat allow a fs.write '<cwd>/data'"],
  // The package chooses the name: it is not offered what it did not ask for.
  ...[
    ["/srv/q/p", "./"],
    ["/srv/q/p/.git", "./.git/"],
    ["/srv/q/p/.github/workflows", "./.github/workflows/"],
    ["/srv/q/p/node_modules", "./node_modules/"],
    ["/srv/q/p/node_modules/b", "./node_modules/b/"],
    ["/srv", "<cwd>/"],
    ["/home/u/.ssh", "<home>/.ssh/"],
    ["/home/u/.aws/sso", "<home>/.aws/sso/"],
    ["/home/u/Documents", "<home>/Documents/"],
    ["/home/u/.config", "<home>/.config/"],
    ["/home/u/.config/a/.ssh", "<home>/.config/a/.ssh/"],
    ["/home/v/.config/a", "/home/v/.config/a/"],
    ["/etc/cron.d", "/etc/cron.d/"],
    ["/proc", "/proc/"],
  ].flatMap(([folder, scope]) =>
    (["fs.read", "fs.write"] as const).map((capability): [Denial, string] => [
      { principal: "a", capability, target: `${folder}/3710506081` },
      `moat allow a ${capability} ${scope!.includes("<") ? `'${scope}3710506081'` : `${scope}3710506081`}`,
    ]),
  ),
])("%j is allowed by %s", (denial, command) => {
  expect(formatDenial(denial, { project: "/srv/q/p", home: "/home/u", temp: "/tmp", cwd: "/srv" })).toMatch(
    new RegExp(`to allow it: cd q/p && ${command.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&")}$`),
  );
});

test("where everything lies below what the program is started in, paths stay as they are", () => {
  const places = { project: "/p", home: "/home/u", temp: "/tmp", cwd: "/" };
  expect(formatDenial({ principal: "a", capability: "fs.read", target: "/etc/hosts" }, places)).toMatch(
    /: cd \/p && moat allow a fs\.read \/etc\/hosts$/,
  );
});

test("an import that the code names and the policy lacks: once, what brings the policy up to date", () => {
  const lines: string[] = [];
  const report = (policy: Policy, overrides: Overrides["packages"] = {}) =>
    makeDenialReport({
      audit: false,
      policy,
      overrides: { packages: overrides },
      paths: { project: process.cwd(), cwd: process.cwd(), tmp: "/tmp", home: "/home/u" },
      write: (line) => lines.push(line),
    });
  const denial: Denial = { principal: "a", capability: "package", target: "a>b", via: "b", file: "/p/a.js" };
  const policy: Policy = { version: 1, root: "trusted", entries: [], packages: { a: {} } };
  const told = report(policy);
  told.record(denial);
  told.record({ ...denial, target: "a>c", via: "c" });
  expect(lines.map((line) => line.includes("written for other versions"))).toEqual([false, true, false]);
  expect(lines[1]).toMatch(/the code of a names b: .*: moat policy --write\n$/u);
  lines.length = 0;
  const { file: _, ...computed } = denial;
  report(policy).record(computed);
  report(policy, { a: { packages: [] } }).record(denial);
  report({ ...policy, packages: { a: { pending: { packages: ["a>b"] } } } }).record(denial);
  expect(lines).toHaveLength(3);
  expect(lines.join("")).not.toContain("written for other versions");
});

test("a file that is no package's can't be allowed as one", () => {
  const denial: Denial = { principal: "a", capability: "package", target: "/home/u/.cache/x.json", via: "x" };
  expect(formatDenial(denial)).toMatch(/; no policy allows this$/);
});
