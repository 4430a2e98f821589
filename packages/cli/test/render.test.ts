import type { Grant, PolicyChange } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { describe, expect, test } from "vitest";
import { capabilityWords } from "../src/render/capability-words.ts";
import { changesMarkdown } from "../src/render/changes-markdown.ts";
import { changesText } from "../src/render/changes-text.ts";
import { makePaint } from "../src/render/colors.ts";
import { codeSpan } from "../src/render/escape-markdown.ts";
import { pendingText } from "../src/render/pending-text.ts";
import { quoteForShell } from "../src/render/quote-for-shell.ts";

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
  [{ capability: "command", target: "git" }, "run the program git"],
  [{ capability: "env", target: "npm_*" }, "read environment variables npm_*"],
  [{ capability: "env", target: "*" }, "read the whole environment"],
  [{ capability: "worker", target: "" }, "start workers"],
  [{ capability: "builtin", target: "fs", member: "*" }, "use everything in node:fs"],
  [{ capability: "builtin", target: "fs", member: "readFile" }, "use fs.readFile of Node"],
  [{ capability: "share", target: "__x" }, "define the global __x for all packages"],
])("%o is: %s", (grant, words) => expect(capabilityWords(grant)).toBe(words));

const HOSTILE = "\u001b[2K\rok\n| x | `</td>` @everyone [a](javascript:x) \u202e";
const gain: PolicyChange = {
  kind: "gained",
  package: "a>b",
  grant: { capability: "command", target: HOSTILE },
  from: "none",
  to: "pending",
  risk: "critical",
};
const evidence: Evidence[] = [
  {
    package: "a>b",
    capability: "command",
    target: HOSTILE,
    file: `x${HOSTILE}.js`,
    line: 3,
    column: 1,
    snippet: HOSTILE,
  },
];

describe("text from a package", () => {
  test("moves no cursor and starts no line of a terminal", () => {
    const text = changesText([gain], evidence, plain);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u);
    expect(text.split("\n")).toHaveLength(4);
  });

  test("stays inside one cell and one code span of Markdown", () => {
    const markdown = changesMarkdown([gain], evidence, "");
    const row = markdown.split("\n").find((line) => line.includes("everyone"))!;
    expect(row.split("|")).toHaveLength(6);
    // Every span is closed before the next cell: what is left outside of spans is ours.
    expect(row.replace(/`[^`]*`/gu, "")).toBe("| **critical** |  |  |  |");
  });

  test("stays inside a code span in a note, which may quote an error about a package", () => {
    const note = changesMarkdown([], [], HOSTILE)
      .split("\n")
      .find((line) => line.includes("everyone"))!;
    expect(note).toMatch(/^`[^`]+`$/u);
  });

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
