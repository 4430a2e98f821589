/** What is wrong with a value by a JSON schema; empty where nothing is. A keyword that it does not know is an error. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

const IGNORED: ReadonlySet<string> = new Set(["$schema", "$id", "$comment", "$defs", "title", "description"]);
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
};

export function schemaProblems(value: unknown, schema: Schema, root: Schema = schema, at = "$"): string[] {
  const problems: string[] = [];
  const inner = (part: unknown, sub: unknown, place: string): void => {
    problems.push(...schemaProblems(part, sub as Schema, root, place));
  };
  const fields = TYPES["object"]!(value) ? (value as Readonly<Record<string, unknown>>) : {};
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (IGNORED.has(keyword)) continue;
    if (keyword === "$ref") inner(value, definition(root, wanted as string), at);
    else if (keyword === "type") {
      if (TYPES[wanted as string]?.(value) !== true) problems.push(`${at} is not of type ${String(wanted)}`);
    } else if (keyword === "const") {
      if (value !== wanted) problems.push(`${at} is not ${JSON.stringify(wanted)}`);
    } else if (keyword === "enum") {
      if (!(wanted as unknown[]).includes(value)) problems.push(`${at} is none of ${JSON.stringify(wanted)}`);
    } else if (keyword === "pattern") {
      if (typeof value === "string" && !new RegExp(wanted as string, "u").test(value))
        problems.push(`${at} does not match ${String(wanted)}: ${value}`);
    } else if (keyword === "minimum") {
      if (typeof value === "number" && value < (wanted as number)) problems.push(`${at} is below ${String(wanted)}`);
    } else if (keyword === "required") {
      for (const key of wanted as string[]) if (!Object.hasOwn(fields, key)) problems.push(`${at} has no ${key}`);
    } else if (keyword === "properties") {
      for (const [key, sub] of Object.entries(properties))
        if (Object.hasOwn(fields, key)) inner(fields[key], sub, `${at}.${key}`);
    } else if (keyword === "additionalProperties") {
      for (const key of Object.keys(fields))
        if (!Object.hasOwn(properties, key)) problems.push(`${at} has the unknown ${key}`);
    } else if (keyword === "items") {
      if (Array.isArray(value)) value.forEach((item, index) => inner(item, wanted, `${at}[${index}]`));
    } else throw new Error(`the schema has a keyword that this reader does not know: ${keyword}`);
  }
  return problems;
}

function definition(root: Schema, reference: string): Schema {
  const name = /^#\/\$defs\/(\w+)$/u.exec(reference)?.[1];
  const found = name === undefined ? undefined : (root["$defs"] as Readonly<Record<string, Schema>>)[name];
  if (found === undefined) throw new Error(`the schema has no ${reference}`);
  return found;
}
