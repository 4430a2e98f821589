/** What no reviewer can act on: by a sentence's beginning, and why. */
const SUMMARIES = [
  [/^`Waits too, and only computes/u, "only computes"],
  [/^`Have another name/u, "only has another name"],
  [/^\S+ \w+: `what has another name has/u, "only has another name"],
];

/** Each point of a comment, and those that are of no use, with the reason. */
export function countLines(markdown, { packages }) {
  const sameAsBefore = new Set(
    packages
      .filter(
        ({ status, versions }) =>
          status === "changed" &&
          versions.before !== undefined &&
          versions.before === versions.after &&
          !versions.contentChanged,
      )
      .map(({ package: name }) => name),
  );
  const lines = [];
  const noise = [];
  const told = new Set();
  let heading = "";
  for (const line of markdown.split("\n")) {
    if (line.startsWith("####")) heading = line;
    if (line.includes("what has another name has") || line.startsWith("<details>")) heading = "";
    if (!/^(?:- |⚠️)/u.test(line) || line.startsWith("- came by ")) continue;
    const text = line.replace(/^- /u, "");
    lines.push(text);
    const subjects = (heading === "" ? text : heading).match(/`[^`]+`/gu) ?? [];
    const statement = `${heading} ${text.replace(/ at `.*/u, "")}`;
    const why =
      SUMMARIES.find(([beginning]) => beginning.test(text))?.[1] ??
      (told.has(statement) ? "was said before" : undefined) ??
      (text.includes("use what only computes") ? "only computes" : undefined) ??
      (subjects.some((subject) => sameAsBefore.has(subject.slice(1, -1)))
        ? "the package is the same as before"
        : undefined);
    told.add(statement);
    if (why !== undefined)
      noise.push(`${why}: ${heading === "" ? "" : `${subjects[0]} `}${text.replace(/ at `.*/u, "")}`);
  }
  return { lines, noise };
}
