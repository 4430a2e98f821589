import {
  parseJson,
  placeInText,
  type CanonicalName,
  type Grant,
  type GrantCapability,
  type JsonNode,
} from "@moat/core/model";

/** The fields that lead to a grant in the file, from a package's entry or its `pending`. */
const FIELDS: Readonly<Record<GrantCapability, readonly string[]>> = {
  package: ["packages"],
  global: ["globals"],
  builtin: ["builtins"],
  env: ["env"],
  "fs.read": ["fs", "read"],
  "fs.write": ["fs", "write"],
  "net.connect": ["net", "connect"],
  "net.listen": ["net", "listen"],
  command: ["commands"],
  worker: ["workers"],
  native: ["native"],
  share: ["shares"],
  change: ["changes"],
};

/** The line of a grant in the text of a policy or overrides file, as near as the file goes; from 1. */
export type LineOfGrant = (name: CanonicalName, grant: Grant) => number;

/** @throws JsonSyntaxError where the text is no JSON */
export function readGrantLines(text: string): LineOfGrant {
  const packages = child(parseJson(text), "packages");
  return (name, grant) => {
    const entry = child(packages, name);
    const pending = child(entry, "pending");
    const found = find(pending, grant) ?? find(entry, grant) ?? entry;
    return found === undefined ? 1 : placeInText(text, found.start).line;
  };
}

/** The node of a grant, or of the list that it would stand in. */
function find(entry: JsonNode | undefined, { capability, target, member }: Grant): JsonNode | undefined {
  let node = entry;
  for (const field of FIELDS[capability]) node = child(node, field);
  if (capability === "worker") return node;
  if (capability !== "builtin") return item(node, target);
  const members = child(node, target);
  return member === undefined || member === "*" ? members : (item(members, member) ?? undefined);
}

function child(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.type === "object" ? node.entries.find((entry) => entry.key === key)?.value : undefined;
}

function item(node: JsonNode | undefined, text: string): JsonNode | undefined {
  return node?.type === "array" ? node.items.find((one) => one.type === "string" && one.value === text) : undefined;
}
