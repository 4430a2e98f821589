import { parsePolicy, quoteForShell } from "@moat/core/model";
import type { Grant } from "@moat/core/model";
import { describe, expect, test } from "vitest";
import { capabilityWords, grantsWords } from "../src/render/capability-words.ts";
import { makePaint } from "../src/render/colors.ts";
import { codeSpan } from "../src/render/escape-markdown.ts";
import { pendingText } from "../src/render/pending-text.ts";
import { policySummary } from "../src/render/policy-summary.ts";

const plain = makePaint({ isTerminal: false, write: () => {} }, {});

test.each<[Grant, string]>([
  [{ capability: "fs.read", target: "." }, "read files in the project"],
  [{ capability: "fs.read", target: "<package>" }, "read files in its own folder"],
  [{ capability: "fs.write", target: "<tmp>/x" }, "write and delete files in x in the folder for temporary files"],
  [{ capability: "fs.read", target: "/etc" }, "read files in /etc"],
  [{ capability: "net.connect", target: "*" }, "connect to any host"],
  [{ capability: "net.connect", target: "api.example.com:443" }, "connect to api.example.com on port 443"],
  [{ capability: "net.connect", target: "*.example.com:*" }, "connect to any host below example.com on any port"],
  [{ capability: "net.connect", target: "[::1]:80" }, "connect to [::1] on port 80"],
  [{ capability: "net.connect", target: "unix:./a.sock" }, "connect to the socket ./a.sock"],
  [{ capability: "net.listen", target: "*:3000" }, "accept connections on any host on port 3000"],
  [{ capability: "command", target: "git" }, "run the program git (and by it any other)"],
  [{ capability: "command", target: "<dependency>/bin/esbuild" }, "run the program <dependency>/bin/esbuild"],
  [{ capability: "command", target: "node" }, "run scripts by node (under this policy)"],
  [{ capability: "command", target: "*" }, "run any program"],
  [{ capability: "native", target: "a.node" }, "load native code a.node (which no policy holds)"],
  [{ capability: "env", target: "npm_*" }, "read environment variables npm_*"],
  [{ capability: "env", target: "*" }, "read the whole environment"],
  [{ capability: "worker", target: "" }, "start workers"],
  [{ capability: "builtin", target: "fs", member: "*" }, "use everything in node:fs"],
  [{ capability: "builtin", target: "fs", member: "readFile" }, "use fs.readFile of Node"],
  [
    { capability: "builtin", target: "process", member: "kill" },
    "signal the program and what it has started, which may end them (process.kill)",
  ],
  [
    { capability: "builtin", target: "process", member: "SIGTERM" },
    "hear signals, which then do not end the program (process.SIGTERM)",
  ],
  [
    { capability: "builtin", target: "process", member: "loadEnvFile" },
    "set environment variables for all packages, where nobody has set them (process.loadEnvFile)",
  ],
  [{ capability: "builtin", target: "process", member: "constructor" }, "use process.constructor of Node"],
  [{ capability: "share", target: "Error.prepareStackTrace" }, "rewrite what the stacks of all packages' errors say"],
  [{ capability: "share", target: "Reflect.*" }, "add to Reflect for all packages"],
  [{ capability: "share", target: "__x" }, "define the global __x for all packages"],
  [{ capability: "share", target: "fetch.dispatcher" }, "carry the application's own fetch, with all that it sends"],
  [{ capability: "share", target: "http.client" }, "carry all packages' requests by HTTP, with all that they send"],
  [{ capability: "share", target: "process.env.NODE_ENV" }, "set the variable NODE_ENV for all packages"],
])("%o is: %s", (grant, words) => expect(capabilityWords(grant)).toBe(words));

test.each<[Grant["capability"], string[], string]>([
  ["env", ["A", "B", "C"], "read the environment variables A, B and C"],
  ["env", ["A", "*"], "read the whole environment"],
  ["net.connect", ["a.example:443", "*"], "connect to any host"],
  ["fs.read", [".", "<tmp>"], "read files in the project and the folder for temporary files"],
  [
    "command",
    ["git", "node", "ldd", "ps"],
    "run the programs ldd and ps, scripts by node (under this policy) and the program git (and by it any other)",
  ],
  [
    "env",
    ["A", "B", "C", "D", "E", "F", "G", "H", "I"],
    "read the environment variables A, B, C, D, E, F, G and 2 more",
  ],
])("several of %s are told in one line", (capability, targets, words) =>
  expect(grantsWords(targets.map((target) => ({ capability, target })))).toBe(words),
);

test("members of process and of other builtins are told in one line, what comes to the same once", () => {
  const grants = [
    ...["exit", "reallyExit", "report"].map((member) => ({ target: "process", member })),
    { target: "vm", member: "Script" },
  ].map((grant): Grant => ({ capability: "builtin", ...grant }));
  expect(grantsWords(grants)).toBe(
    "end the program (process.exit, process.reallyExit); use process.report and vm.Script of Node",
  );
});

test("the summary of a policy says first what a person asks about first, and where before how", () => {
  const policy = parsePolicy(
    JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: {
        carrier: {
          globals: ["process"],
          builtins: { https: ["request"], fs: ["readFile", "writeFile"], process: ["getBuiltinModule", "kill"] },
          env: ["NODE_ENV"],
          fs: { read: ["."], write: ["./out"] },
          net: { connect: ["*"] },
          commands: ["sh"],
        },
      },
    }),
    "moat.policy.json",
  );
  const options = {
    policy,
    overrides: { packages: {} },
    findings: [],
    entries: policy.entries,
    written: true,
    verbose: false,
  };
  const text = policySummary(options as never, { stdout: { isTerminal: false }, env: {} } as never);
  expect(text).toContain(
    "carrier can run the program sh (and by it any other); connect to any host; write and delete files in ./out; " +
      "read files in the project; and 2 more\n",
  );
  expect(policySummary({ ...options, verbose: true } as never, { stdout: {}, env: {} } as never)).toContain(
    "fs.writeFile",
  );
});

describe("text from a package", () => {
  test.each(["", " ", "`", "``a``", "|", "\n"])("%j makes a code span that is closed", (text) => {
    expect(codeSpan(text)).toMatch(/^`[^`|\n]+`$/u);
  });

  test("is quoted in a command that a person may copy", () => {
    expect(quoteForShell("a;rm -rf ~")).toBe("'a;rm -rf ~'");
    expect(quoteForShell("a'b")).toBe(`'a'\\''b'`);
    expect(quoteForShell("@babel/core")).toBe("@babel/core");
    expect(quoteForShell("express>debug")).toBe("'express>debug'");
  });
});

describe("colour", () => {
  const terminal = { isTerminal: true, write: () => {} };
  test("on a terminal", () => expect(makePaint(terminal, {})("red", "x")).toBe("\u001b[31mx\u001b[39m"));
  test("not where NO_COLOR is set", () => expect(makePaint(terminal, { NO_COLOR: "1" })("red", "x")).toBe("x"));
  test("not in a file", () => expect(plain("red", "x")).toBe("x"));
});

test("what is pending is a line for each package and risk", () => {
  const grant = (name: string, risk: "medium" | "none", target: string, member?: string) =>
    ({
      package: name,
      risk,
      grant: { capability: "builtin", target, ...(member !== undefined && { member }) },
    }) as const;
  const pending = [
    grant("a", "medium", "net", "connect"),
    grant("a", "medium", "http", "request"),
    { package: "a", risk: "medium", grant: { capability: "global", target: "fetch" } } as const,
    grant("b", "medium", "fs", "readFile"),
    grant("b", "medium", "process"),
    { package: "b", risk: "medium", grant: { capability: "global", target: "process" } } as const,
    grant("a", "none", "net"),
    grant("a", "none", "util"),
    grant("a", "none", "util", "inspect"),
  ];
  expect(pendingText(pending, plain)).toMatchInlineSnapshot(`
    "Waits for acceptance, and is denied until then:
      medium   a wants to use net.connect and http.request of Node; use the global fetch
      medium   b wants to use fs.readFile of Node; use the global process
               a wants to use util.inspect of Node
    To accept it: moat policy --accept [package…]
    "
  `);
});

test("what is pending names the command that accepts it", () => {
  const pending = [
    { package: "express>debug", grant: { capability: "builtin", target: "net" }, risk: "medium" },
    { package: "express>debug", grant: { capability: "builtin", target: "net", member: "connect" }, risk: "medium" },
  ] as const;
  expect(pendingText(pending, plain)).toMatchInlineSnapshot(`
    "Waits for acceptance, and is denied until then:
      medium   express>debug wants to use net.connect of Node
    To accept it: moat policy --accept 'express>debug'
    "
  `);
});
