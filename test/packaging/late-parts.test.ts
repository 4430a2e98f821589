/**
 * Late parts are loaded in a realm that is locked down, where some of the language's functions
 * are moat's, for packages: what such a part takes as it is loaded must not be one of these.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse, type AnyNode, type Program } from "acorn";
import { expect, test } from "vitest";

const DIST = fileURLToPath(new URL("../../packages/core/dist", import.meta.url));

/** By what holds them, as it is written. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  Object: ["assign", "defineProperty", "defineProperties", "getOwnPropertyDescriptor", "getOwnPropertyDescriptors"],
  Reflect: ["defineProperty", "getOwnPropertyDescriptor"],
  "Object.prototype": ["__lookupGetter__", "__lookupSetter__"],
  "Function.prototype": ["toString"],
  globalThis: ["*"],
};

/** `Object.defineProperty`, for each of these that a text takes by destructuring outside of its functions. */
function takenAtOnce(text: string, body: readonly AnyNode[]): string[] {
  return body.flatMap((statement) => {
    if (statement.type !== "VariableDeclaration") return [];
    return statement.declarations.flatMap(({ id, init }) => {
      const replaced = init && id.type === "ObjectPattern" ? REPLACED[text.slice(init.start, init.end)] : undefined;
      if (replaced === undefined || id.type !== "ObjectPattern") return [];
      const names = id.properties.flatMap((property) =>
        property.type === "Property" && property.key.type === "Identifier" ? [property.key.name] : [],
      );
      return names
        .filter((name) => replaced.includes(name) || replaced.includes("*"))
        .map((name) => `${text.slice(init!.start, init!.end)}.${name}`);
    });
  });
}

const read = (name: string): { text: string; program: Program } => {
  const text = readFileSync(path.join(DIST, name), "utf8");
  return { text, program: parse(text, { ecmaVersion: "latest", sourceType: "script" }) };
};

/** The bodies of a pack's functions. */
function packed(name: string): [string, string[]][] {
  const { text, program } = read(name);
  const statement = program.body[0];
  if (statement?.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression")
    throw new Error(`${name} is no pack`);
  const { right } = statement.expression;
  if (right.type !== "ObjectExpression") throw new Error(`${name} is no pack`);
  return right.properties.flatMap((property) => {
    if (property.type !== "Property" || property.value.type !== "FunctionExpression") return [];
    return [
      [`${name} ${text.slice(property.key.start, property.key.end)}`, takenAtOnce(text, property.value.body.body)],
    ];
  });
}

test("late parts take no function that lockdown has replaced", () => {
  const files = readdirSync(DIST).filter((name) => name.startsWith("late-"));
  const found = [
    ...files.map((name): [string, string[]] => [name, takenAtOnce(read(name).text, read(name).program.body)]),
    ...packed("moat-pack-rest.cjs"),
  ];
  expect(found.filter(([, names]) => names.length > 0)).toEqual([]);
  expect(files).toContain("late-endowments.cjs");
  // That it would see them: what is loaded before takes some.
  expect(packed("moat-pack.cjs").flatMap(([, names]) => names)).toContain("Object.defineProperty");
});
