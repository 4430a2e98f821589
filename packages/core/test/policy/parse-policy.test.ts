import { describe, expect, test } from "vitest";
import { MoatError } from "../../src/errors/moat-error.ts";
import { parseOverrides, parsePolicy } from "../../src/policy/parse-policy.ts";

const head = `{"version":1,"root":"trusted","entries":["./index.js"],"packages":`;
const withEntry = (entry: string) => `${head}{"dep":${entry}}}`;

function failure(run: () => unknown): MoatError {
  try {
    run();
  } catch (error) {
    if (error instanceof MoatError) return error;
    throw error;
  }
  throw new Error("it was taken");
}

describe("parsePolicy", () => {
  test("reads the format's example", () => {
    const policy = parsePolicy(
      `{
  "$schema": "./node_modules/@moat/core/policy.schema.json",
  "version": 1,
  "root": "trusted",
  "entries": ["./index.js", "bin:eslint"],
  "packages": {
    "express>debug": {
      "packages": ["express>debug>ms"],
      "globals": ["setTimeout", "console"],
      "builtins": { "tty": ["isatty"], "util": true, "fs/promises": [] },
      "env": ["DEBUG_COLORS", "DEBUG", "npm_config_*"],
      "fs": { "read": ["<package>", "."], "write": ["./dist"] },
      "net": { "connect": ["api.example.com:443"], "listen": [] },
      "commands": ["git"],
      "workers": true,
      "native": ["build/Release/addon.node"],
      "shares": ["__zod_globalConfig"],
      "changes": ["react"],
      "pending": { "net": { "connect": ["*"] } }
    }
  }
}
`,
      "moat.policy.json",
    );
    expect(policy.packages["express>debug"]).toEqual({
      packages: ["express>debug>ms"],
      globals: ["console", "setTimeout"],
      builtins: { "fs/promises": [], tty: ["isatty"], util: true },
      env: ["DEBUG", "DEBUG_COLORS", "npm_config_*"],
      fs: { read: [".", "<package>"], write: ["./dist"] },
      net: { connect: ["api.example.com:443"] },
      commands: ["git"],
      workers: true,
      native: ["build/Release/addon.node"],
      shares: ["__zod_globalConfig"],
      changes: ["react"],
      pending: { net: { connect: ["*"] } },
    });
    expect(policy.entries).toEqual(["./index.js", "bin:eslint"]);
  });

  test("a package called constructor has what was written, and one that was not written has nothing", () => {
    const policy = parsePolicy(`${head}{"constructor":{"env":["A"]}}}`, "p.json");
    expect(policy.packages["constructor"]).toEqual({ env: ["A"] });
    expect(policy.packages["toString"]).toBeUndefined();
    expect(Object.getPrototypeOf(policy.packages)).toBeNull();
    expect(Object.getPrototypeOf(policy.packages["constructor"])).toBeNull();
    expect((policy.packages["constructor"] as Record<string, unknown>)["toString"]).toBeUndefined();
  });

  test.each([
    // [text, line:column, path, what the message says]
    ["", "1:1", "$", "the file is empty"],
    ["  \n ", "2:2", "$", "the file is empty"],
    ["{}", "1:1", "$", `has no "version"`],
    ["null", "1:1", "$", "must be an object, not null"],
    ["[]", "1:1", "$", "must be an object, not an array"],
    ['"x"', "1:1", "$", "must be an object, not a string"],
    ['{"version":1', "1:13", "$", "the file ends here"],
    ['{"version":1,\n "root":"tru', "2:9", "$", "this string does not end"],
    ['{"version":1}}', "1:14", "$", "expected the end of the file"],
    ['{"version":1,}', "1:14", "$", "a comma before"],
    ['{"version":1 "root":""}', "1:14", "$", 'expected ","'],
    ["{version:1}", "1:2", "$", "expected a key in quotes"],
    ["// x\n{}", "1:1", "$", "no comments"],
    ['{"version":01}', "1:13", "$", 'expected ","'],
    ['{"a":"\u0001"}', "1:6", "$", "control character"],
    ['{"version":1,"version":1}', "1:14", "$", 'the key "version" is there twice'],
    [`{"version":1,"\\u0076ersion":1}`, "1:14", "$", 'the key "version" is there twice'],
    ["[".repeat(5000), "1:34", "$", "nested too deeply"],
    ['{"version":2,"root":"trusted","entries":[],"packages":{}}', "1:12", "$.version", "version must be 1"],
    ['{"version":"1","root":"trusted","entries":[],"packages":{}}', "1:12", "$.version", "version must be 1"],
    ['{"version":1,"root":"yes","entries":[],"packages":{}}', "1:21", "$.root", "root must be"],
    ['{"version":1,"root":"trusted","entries":["index.js"],"packages":{}}', "1:42", "$.entries[0]", "an entry is"],
    ['{"version":1,"root":"trusted","entries":["./../x.js"],"packages":{}}', "1:42", "$.entries[0]", '".."'],
    ['{"version":1,"root":"trusted","entries":"./x.js","packages":{}}', "1:41", "$.entries", "must be an array"],
    ['{"version":1,"root":"trusted","entries":[],"package":{}}', "1:44", "$.package", 'did you mean "packages"?'],
    [
      '{"version":1,"root":"trusted","entries":[],"packages":{},"__proto__":{"packages":{}}}',
      "1:58",
      "$.__proto__",
      'unknown field "__proto__"',
    ],
    [
      '{"version":1,"root":"trusted","entries":[],"packages":{},"allowAll":true}',
      "1:58",
      "$.allowAll",
      'unknown field "allowAll"',
    ],
    [
      '{"version":1,"root":"trusted","entries":[],"packages":[]}',
      "1:55",
      "$.packages",
      "packages must be an object, not an array",
    ],
    [`${head}{"__proto__":{"env":["A"]}}}`, "1:68", "$.packages.__proto__", "not a canonical name"],
    [`${head}{"a//b":{}}}`, "1:68", '$.packages["a//b"]', "not a canonical name"],
    [`${head}{"*":true}}`, "1:68", '$.packages["*"]', "not a canonical name"],
    [withEntry("null"), "1:74", "$.packages.dep", "must be an object, not null"],
    [withEntry("true"), "1:74", "$.packages.dep", "must be an object, not true"],
    [withEntry('{"bultins":{}}'), "1:75", "$.packages.dep.bultins", 'did you mean "builtins"?'],
    [withEntry('{"constructor":{}}'), "1:75", "$.packages.dep.constructor", "unknown field"],
    [withEntry('{"__proto__":{"env":["A"]}}'), "1:75", "$.packages.dep.__proto__", "unknown field"],
    [withEntry('{"reason":"x"}'), "1:75", "$.packages.dep.reason", "unknown field"],
    [withEntry('{"env":"A"}'), "1:81", "$.packages.dep.env", "env must be an array of strings, not a string"],
    [withEntry('{"env":[1]}'), "1:82", "$.packages.dep.env[0]", "must be a string, not a number"],
    [withEntry('{"env":["*"]}'), "1:82", "$.packages.dep.env[0]", "moat.overrides.json"],
    [withEntry('{"env":["A B"]}'), "1:82", "$.packages.dep.env[0]", "not an environment key"],
    [withEntry('{"env":false}'), "1:81", "$.packages.dep.env", "not false"],
    [withEntry('{"fs":["."]}'), "1:80", "$.packages.dep.fs", "must be an object, not an array"],
    [withEntry('{"fs":{"raed":[]}}'), "1:81", "$.packages.dep.fs.raed", 'did you mean "read"?'],
    [withEntry('{"fs":{"read":["/etc"]}}'), "1:89", "$.packages.dep.fs.read[0]", "moat.overrides.json"],
    [withEntry('{"fs":{"read":["C:\\\\x"]}}'), "1:89", "$.packages.dep.fs.read[0]", "moat.overrides.json"],
    [withEntry('{"net":{"connect":["https://a.b"]}}'), "1:93", "$.packages.dep.net.connect[0]", "no scheme"],
    [withEntry('{"builtins":["fs"]}'), "1:86", "$.packages.dep.builtins", "must be an object, not an array"],
    [withEntry('{"builtins":{"fs":false}}'), "1:92", "$.packages.dep.builtins.fs", "must be true or an array"],
    [withEntry('{"builtins":{"node:fs":true}}'), "1:87", '$.packages.dep.builtins["node:fs"]', 'without "node:"'],
    [
      withEntry('{"builtins":{"__proto__":true}}'),
      "1:87",
      "$.packages.dep.builtins.__proto__",
      "not the name of a builtin",
    ],
    [withEntry('{"workers":"yes"}'), "1:85", "$.packages.dep.workers", "must be true or false"],
    [withEntry('{"native":true}'), "1:84", "$.packages.dep.native", "must be an array"],
    [withEntry('{"commands":["*"]}'), "1:87", "$.packages.dep.commands[0]", "moat.overrides.json"],
    [withEntry('{"globals":["a.b"]}'), "1:86", "$.packages.dep.globals[0]", "not the name of a global"],
    [withEntry('{"shares":["Promise"]}'), "1:85", "$.packages.dep.shares[0]", "no package may define"],
    [withEntry('{"packages":["../x"]}'), "1:87", "$.packages.dep.packages[0]", "not a canonical name"],
    [withEntry('{"pending":{"pending":{}}}'), "1:86", "$.packages.dep.pending.pending", "unknown field"],
    [
      withEntry('{"pending":{"fs":{"read":["/"]}}}'),
      "1:100",
      "$.packages.dep.pending.fs.read[0]",
      "moat.overrides.json",
    ],
  ])("refuses %s", (text, place, path, message) => {
    const error = failure(() => parsePolicy(text, "moat.policy.json"));
    expect(error.code).toBe("MOAT_POLICY_INVALID");
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^moat\.policy\.json:\d+:\d+: .* \(at \$.*\)$/u);
    expect(`${error.fields["line"]}:${error.fields["column"]}`).toBe(place);
    expect(error.fields["path"]).toBe(path);
    expect(error.nextStep).toContain("git checkout -- moat.policy.json");
  });

  test("every way of cutting a good file short is refused", () => {
    const text = `${head}{"a>b":{"env":["A"],"builtins":{"fs":true},"pending":{"workers":true}}}}\n`;
    expect(parsePolicy(text, "p").packages["a>b"]).toBeDefined();
    for (let end = 0; end < text.trimEnd().length; end += 1)
      expect(failure(() => parsePolicy(text.slice(0, end), "p")).code).toBe("MOAT_POLICY_INVALID");
  });
});

describe("parseOverrides", () => {
  test("takes what only a person may write", () => {
    const overrides = parseOverrides(
      `{"packages":{"dep":{"fs":{"read":[".","/etc/ssl"],"write":["./out","C:/data"]},"net":{"connect":["127.0.0.1:8080","unix:/run/x.sock"]},"env":["*"],"commands":["git","/usr/bin/git","*"],"reason":"why"},"none":{"net":false,"fs":[],"builtins":[],"workers":false,"globals":[]}}}`,
      "moat.overrides.json",
    );
    expect(overrides.packages["dep"]).toEqual({
      fs: { read: [".", "/etc/ssl"], write: ["./out", "C:/data"] },
      net: { connect: ["127.0.0.1:8080", "unix:/run/x.sock"] },
      env: ["*"],
      commands: ["*", "/usr/bin/git", "git"],
      reason: "why",
    });
    expect(overrides.packages["none"]).toEqual({ net: false, fs: false, builtins: false, workers: false, globals: [] });
  });

  test.each([
    ["{}", `no "packages"`],
    ["null", "not null"],
    ['{"packages":{"dep":{"pending":{}}}}', "unknown field"],
    ['{"packages":{"dep":{"resaon":"x"}}}', 'did you mean "reason"?'],
    ['{"packages":{"dep":{"reason":1}}}', "must be a string"],
    ['{"packages":{"dep":{"builtins":["fs"]}}}', "must be an object"],
    ['{"packages":{"dep":{"fs":true}}}', "must be an object, not true"],
    ['{"packages":{"dep":{"env":true}}}', "must be an array"],
    ['{"packages":{"__proto__":{}}}', "not a canonical name"],
    ['{"packages":{"dep":{"fs":{"read":["/etc/../root"]}}}}', '".."'],
    ['{"version":1,"packages":{}}', "unknown field"],
  ])("refuses %s", (text, message) => {
    const error = failure(() => parseOverrides(text, "moat.overrides.json"));
    expect(error.code).toBe("MOAT_OVERRIDES_INVALID");
    expect(error.message).toContain(message);
    expect(error.message).toContain("moat.overrides.json:1:");
  });
});
