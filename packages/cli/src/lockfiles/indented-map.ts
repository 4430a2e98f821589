/** A mapping of lines by indentation. Maps, since a key may be `__proto__`. */
export interface IndentedMap extends ReadonlyMap<string, string | IndentedMap> {}

const MOST_DEPTH = 12;

/**
 * Reads the lines that pnpm and Yarn write: mappings by indentation, with plain or quoted keys
 * and values. Not YAML: what those two never write (anchors, tags, values over several lines) is
 * left out, so that a person's lockfile needs no parser with the powers of YAML.
 *
 * `separator` is what stands between key and value: `:` in YAML, a space in `yarn.lock` of Yarn 1.
 * @throws SyntaxError where lines are nested deeper than a lockfile's
 */
export function readIndentedMap(text: string, separator: ":" | " "): IndentedMap {
  const root = new Map<string, string | IndentedMap>();
  const open: { indent: number; map: Map<string, string | IndentedMap> }[] = [{ indent: -1, map: root }];
  let skipDeeperThan = Number.POSITIVE_INFINITY;
  for (const line of text.split(/\r?\n/u)) {
    const body = line.trim();
    const indent = line.length - line.trimStart().length;
    if (body === "" || body.startsWith("#") || body.startsWith("- ") || body === "---") continue;
    if (indent > skipDeeperThan) continue;
    skipDeeperThan = Number.POSITIVE_INFINITY;
    while (open.at(-1)!.indent >= indent) open.pop();
    const { map } = open.at(-1)!;
    if (body.endsWith(":")) {
      const inner = new Map<string, string | IndentedMap>();
      map.set(separator === ":" ? unquote(body.slice(0, -1)) : body.slice(0, -1), inner);
      if (open.length > MOST_DEPTH) throw new SyntaxError("nested too deeply");
      open.push({ indent, map: inner });
      continue;
    }
    const [key, value] = splitPair(body, separator);
    if (value === undefined) continue;
    if (/^[|>][+-]?\d*$/u.test(value)) skipDeeperThan = indent;
    else map.set(unquote(key), value.startsWith("{") ? flowMap(value) : unquote(value));
  }
  return root;
}

/** The key, quotes and all, and the value; no value where the line is no pair. */
function splitPair(body: string, separator: ":" | " "): [key: string, value: string | undefined] {
  const mark = separator === ":" ? ": " : " ";
  const quote = body[0] === "'" || body[0] === '"' ? body[0] : undefined;
  // Neither writes a quote inside of a key.
  const at = body.indexOf(mark, quote === undefined ? 0 : body.indexOf(quote, 1));
  return at <= 0 ? [body, undefined] : [body.slice(0, at), body.slice(at + mark.length).trim()];
}

/** `{integrity: sha512-…, tarball: …}` */
function flowMap(text: string): IndentedMap {
  const map = new Map<string, string>();
  for (const pair of text.replace(/^\{|\}$/gu, "").split(/,\s*/u)) {
    const at = pair.indexOf(": ");
    if (at > 0) map.set(unquote(pair.slice(0, at).trim()), unquote(pair.slice(at + 2).trim()));
  }
  return map;
}

export function unquote(text: string): string {
  if (/^'.*'$/u.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/u.test(text)) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

export function mapIn(map: IndentedMap | undefined, key: string): IndentedMap | undefined {
  const value = map?.get(key);
  return typeof value === "object" ? value : undefined;
}

export function textIn(map: IndentedMap | undefined, key: string): string | undefined {
  const value = map?.get(key);
  return typeof value === "string" ? value : undefined;
}
