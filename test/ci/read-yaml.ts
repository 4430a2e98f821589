/**
 * Enough of YAML for the files of this repository, which are written for it: mappings, lists of mappings or of
 * texts, plain and quoted texts, blocks after `|`. Whatever else it meets is an error.
 */
export type Yaml = string | Yaml[] | { [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
}

export function readYaml(source: string): Yaml {
  const raw = source.split("\n");
  const lines: (Line & { readonly at: number })[] = [];
  raw.forEach((line, at) => {
    const text = line.trim();
    if (text !== "" && !text.startsWith("#")) lines.push({ indent: line.length - line.trimStart().length, text, at });
  });
  let next = 0;

  const block = (indent: number): string => {
    const from = lines[next - 1]!.at + 1;
    let to = from;
    while (to < raw.length && (raw[to]!.trim() === "" || raw[to]!.length - raw[to]!.trimStart().length > indent))
      to += 1;
    while (next < lines.length && lines[next]!.at < to) next += 1;
    const body = raw.slice(from, to);
    const depth = Math.min(
      ...body.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length),
    );
    return `${body
      .map((line) => line.slice(depth))
      .join("\n")
      .trimEnd()}\n`;
  };
  const scalar = (text: string): string => {
    if (text.startsWith('"')) return JSON.parse(text) as string;
    if (/^['[\]{}&*!>%@`]/u.test(text)) throw new Error(`unknown YAML: ${text}`);
    return text;
  };
  const value = (text: string, indent: number): Yaml => {
    if (text === "|") return block(indent);
    if (text !== "") return scalar(text);
    const following = lines[next];
    if (
      following === undefined ||
      following.indent < indent ||
      (following.indent === indent && !following.text.startsWith("- "))
    )
      return "";
    return following.text.startsWith("- ") ? list(following.indent) : mapping(following.indent);
  };
  const mapping = (indent: number): Yaml => {
    const found: { [key: string]: Yaml } = {};
    while (next < lines.length && lines[next]!.indent === indent && !lines[next]!.text.startsWith("- ")) {
      const [, key, rest] = /^([\w.-]+):(?: (.*))?$/u.exec(lines[next]!.text) ?? [];
      if (key === undefined) throw new Error(`unknown YAML: ${lines[next]!.text}`);
      next += 1;
      found[key] = value(rest ?? "", indent);
    }
    if (next < lines.length && lines[next]!.indent > indent) throw new Error(`unknown YAML: ${lines[next]!.text}`);
    return found;
  };
  const list = (indent: number): Yaml => {
    const found: Yaml[] = [];
    while (next < lines.length && lines[next]!.indent === indent && lines[next]!.text.startsWith("- ")) {
      const { text, at } = lines[next]!;
      const item = text.slice(2);
      if (/^[\w.-]+:(?: |$)/u.test(item)) {
        lines[next] = { indent: indent + 2, text: item, at };
        found.push(mapping(indent + 2));
      } else {
        next += 1;
        found.push(scalar(item));
      }
    }
    return found;
  };
  const document = mapping(0);
  if (next < lines.length) throw new Error(`unknown YAML: ${lines[next]!.text}`);
  return document;
}
