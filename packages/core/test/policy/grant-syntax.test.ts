import { describe, expect, test } from "vitest";
import {
  addonProblem,
  changeProblem,
  commandProblem,
  endpointProblem,
  entryProblem,
  envProblem,
  scopeProblem,
  shareProblem,
  type GrantSyntax,
} from "../../src/policy/grant-syntax.ts";

const taken = (syntax: GrantSyntax, origin: "policy" | "overrides", items: string[]) =>
  items.filter((item) => syntax(item, origin) === undefined);

describe.each([
  [
    "scopes",
    scopeProblem,
    [".", "./a", "./a/b.txt", "./.env", "<package>", "<package>/data", "<cwd>", "<tmp>/x", "<home>/.config/x"],
    ["/", "/etc/ssl", "C:\\data\\x", "C:/data", "\\\\server\\share", "<home>"],
    [
      "",
      "a",
      "./",
      "./a/",
      "./a//b",
      "./a/../b",
      "./..",
      "..",
      "../a",
      "<root>",
      "<package>x",
      "<package>/",
      "<tmp>/..",
      "./a\\b",
      "./*.js",
      "./a\0b",
      "./a\nb",
      "/etc/",
      "/etc/../x",
      "//x",
      "~",
      "~/x",
      "file:///x",
      "./a\u202eb",
    ],
  ],
  [
    "endpoints",
    endpointProblem,
    [
      "*",
      "api.example.com:443",
      "*.example.com:443",
      "127.0.0.1:*",
      "0.0.0.0:0",
      "[::1]:80",
      "[::]:65535",
      "*:443",
      "*:*",
      "localhost:8080",
      "a_b.example:1",
      "xn--bcher-kva.example:80",
    ],
    ["unix:/run/docker.sock"],
    [
      "",
      ":80",
      "a",
      "a.example.com",
      "a:65536",
      "a:-1",
      "a:08",
      "a:80/x",
      "a:b",
      "A.example:80",
      "a.example.:80",
      "bücher.example:80",
      "0x7f.1:80",
      "127.1:80",
      "2130706433:80",
      "127.0.0.01:80",
      "::1:80",
      "[::1]",
      "[0:0:0:0:0:0:0:1]:80",
      "[::ffff:127.0.0.1]:80",
      "[::ffff:7f00:1]:80",
      "*.127.0.0.1:80",
      "*.[::1]:80",
      "a.*.com:80",
      "*a.com:80",
      "**.com:80",
      "https://a.com:443",
      "user@a:80",
      "a b:80",
      "a..b:80",
      "a.com:80 ",
      "unix:",
      "unix:a",
      "unix:./a.sock",
      "unix:<tmp>/a.sock",
      "unix:/a/../b",
    ],
  ],
  [
    "environment keys",
    envProblem,
    ["NODE_ENV", "_x", "npm_config_*", "ProgramFiles(x86)", "npm_config_user-agent"],
    ["*"],
    ["", "A B", "A=B", "1A", "*A", "A*B", "A**", "A\n"],
  ],
  [
    "commands",
    commandProblem,
    ["git", "g++", "python3.12", "7z", "./scripts/x", "<package>/bin/x", "<dependency>/bin/x"],
    ["*", "/usr/bin/git", "C:\\git.exe"],
    ["", "git status", "git;ls", "a/b", "..", "../x", ".", "/", "<package>", "-rf", "$(x)", "git\n"],
  ],
  [
    "addons",
    addonProblem,
    ["build/Release/a.node", "a.node"],
    [],
    ["", "../a.node", "./a.node", "/a.node", "a\\b.node", "*", "a/*.node", "C:/a.node", "<tmp>/a.node"],
  ],
  [
    "shares",
    shareProblem,
    ["__zod_globalConfig", "$x", "Reflect.*", "*"],
    [],
    ["", "Reflect", "Reflect.apply", "Math.*", "a*", "Promise", "Object", "globalThis", "process", "__proto__", "constructor", "a.b", "a-b"],
  ],
  [
    "changes",
    changeProblem,
    ["react", "@scope/a>b"],
    ["*"],
    ["", "react.createElement[0]", "a>*", "../x"],
  ],
  [
    "entries",
    entryProblem,
    ["./index.js", "./a/b.mjs", "bin:eslint", "./my app.js"],
    [],
    ["", "index.js", "/x.js", "./../x.js", "bin:", "bin:a b", "bin:../x", "./", "./a\\b"],
  ],
] as const)("%s", (_kind, syntax, everywhere, overridesOnly, nowhere) => {
  test("are taken everywhere", () => {
    expect(taken(syntax, "policy", [...everywhere])).toEqual(everywhere);
    expect(taken(syntax, "overrides", [...everywhere])).toEqual(everywhere);
  });
  test("are for a person to write", () => {
    expect(taken(syntax, "policy", [...overridesOnly])).toEqual([]);
    expect(taken(syntax, "overrides", [...overridesOnly])).toEqual(overridesOnly);
  });
  test("are refused everywhere", () => {
    expect(taken(syntax, "policy", [...nowhere])).toEqual([]);
    expect(taken(syntax, "overrides", [...nowhere])).toEqual([]);
  });
});
