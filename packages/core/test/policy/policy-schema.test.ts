import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { endpointProblem, envProblem, scopeProblem, shareProblem } from "../../src/policy/grant-syntax.ts";
import { MODE_VARIABLES, modeShareOf } from "../../src/policy/mode-variables.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { SPECIAL_SHARES } from "../../src/policy/special-shares.ts";

const schema = JSON.parse(readFileSync(new URL("../../policy.schema.json", import.meta.url), "utf8"));
const grants = schema.$defs.grants.properties;

test("knows the fields that the parser knows", () => {
  const text = (entry: object) =>
    JSON.stringify({ version: 1, root: "trusted", entries: [], packages: { dep: entry } });
  for (const [field, { type }] of Object.entries<{ type: string }>(grants)) {
    const none = type === "array" ? [] : type === "boolean" ? false : {};
    expect(() => parsePolicy(text({ [field]: none }), "p"), field).not.toThrow();
    expect(() => parsePolicy(text({ pending: { [field]: none } }), "p"), field).not.toThrow();
  }
  let known = "";
  try {
    parsePolicy(text({ zzzzzzzzzzzz: 1 }), "p");
  } catch (error) {
    known = (error as Error).message;
  }
  expect(known).toContain(`it has ${[...Object.keys(grants), "pending"].join(", ")}`);
  expect(Object.keys(schema.properties)).toEqual(["$schema", "version", "root", "entries", "packages"]);
});

test("its special shares are the parser's", () => {
  const [, , special] = grants.shares.items.anyOf;
  expect(special.enum).toEqual([...SPECIAL_SHARES, ...[...MODE_VARIABLES].map(modeShareOf)]);
  for (const share of special.enum) expect(shareProblem(share, "policy"), share).toBeUndefined();
});

test("its patterns take what the parser takes", () => {
  const cases = [
    [
      schema.$defs.scope.pattern,
      scopeProblem,
      [".", "./a", "./.env", "<package>", "<tmp>/x", "<home>/.config", "/etc", "<home>", "a", "./*"],
    ],
    [
      schema.$defs.endpoint.pattern,
      endpointProblem,
      ["*", "a.example:443", "*.a.example:1", "127.0.0.1:*", "[::1]:80", "*:80", "a", "https://a:443", "unix:/x"],
    ],
    [
      grants.shares.items.anyOf[1].pattern,
      shareProblem,
      [
        "Symbol.for(a)",
        "Symbol.for(@a/b c)",
        "Symbol.for()",
        "Symbol.for(undici.x)",
        "Symbol.for(nodejs.x)",
        "Symbol(a)",
      ],
    ],
    [
      grants.shares.items.anyOf[3].pattern,
      shareProblem,
      [
        "String.prototype.red",
        "Promise.delay",
        "Array.prototype.größe",
        "Object.prototype.then",
        "Object.prototype.ownKeys",
        "Array.prototype.then",
        "Array.prototype.has",
        "Object.then",
        "Error.stackTraceLimit",
        "Error.prototype.toJSON",
        "String.prototype.__proto__",
        "Map.constructor",
        "String.prototype.a b",
        "String.prototype",
        "Foo.prototype.a",
        "String.prototype.a.b",
      ],
    ],
    [
      grants.shares.items.anyOf[4].pattern,
      shareProblem,
      [
        "http.IncomingMessage.prototype.login",
        "Buffer.prototype.readBit",
        "stream.Readable.prototype._read",
        "events.EventEmitter.prototype.then",
        "http.Server.prototype.a",
        "URL.canParse",
      ],
    ],
    [grants.env.items.pattern, envProblem, ["NODE_ENV", "FOO_*", "ProgramFiles(x86)", "*", "A B", ""]],
  ] as const;
  for (const [pattern, syntax, items] of cases)
    for (const item of items)
      expect(new RegExp(pattern, "u").test(item), item).toBe(syntax(item, "policy") === undefined);
});
