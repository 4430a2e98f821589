import { envProblem } from "@moat/core/model";
import { readsUnknownVariables, type Use } from "./facts.ts";
import type { ProjectContext } from "./grant-context.ts";
import { packageNameAt } from "./reach.ts";
import { ENVIRONMENT_READERS, type EnvironmentReader } from "./tables/environment-readers.ts";
import { OTHER_CAPITALS } from "./tables/other-capitals.ts";

/** Begins as what `moat policy` shows unasked (`unanalyzed-text.ts`): without a grant such a package is wrong in silence. */
const NO_NAME_SEEN = "unseen: which environment variables the program means; to allow one: moat allow NAME env KEY";

/** A variable, or a prefix of several, that some text names for a reader, and where. */
interface NamedKey {
  readonly key: string;
  readonly file: string;
  readonly use: Use;
}

/**
 * For packages of the table: what the program names for them. Where it names nothing that
 * can be seen, that is said: they would take what is set for what is not.
 */
export function grantKeysOfReaders(context: ProjectContext): void {
  const { reached, collectorOf, isDependency, find } = context;
  const seen = new Set<string>();
  for (const { path, location, facts } of reached.files) {
    if (seen.has(location) || !isDependency(location)) continue;
    const row = ENVIRONMENT_READERS.get(packageNameAt(location));
    const use = row && facts.uses.find(({ capability, target }) => readsUnknownVariables(capability, target));
    const collector = collectorOf(location);
    if (row === undefined || use === undefined || collector === undefined) continue;
    seen.add(location);
    const isAsked = isAskedByProject(row, location, context);
    const named = takesPrefixItself(row)
      ? prefixesHandedTo(location, context)
      : isAsked
        ? namesInProject(row, context)
        : [];
    for (const { key, file, use: place } of named)
      if (!envProblem(key, "policy")) collector.grant({ capability: "env", target: key }, file, place);
    // A method that nobody calls (`yargs.env`) reads nothing.
    if (named.length === 0 && isAsked && row.asked === undefined) find(location, path, NO_NAME_SEEN, use);
  }
}

/** `rc("app")`: it gets the prefix from whoever imports it, and not from the project alone. */
const takesPrefixItself = ({ named, asked }: EnvironmentReader): boolean => named === "prefix" && asked === undefined;

function isAskedByProject({ askedBy }: EnvironmentReader, reader: string, { reached }: ProjectContext): boolean {
  if (askedBy === undefined) return reached.importedByProject.has(reader);
  return [...reached.importedByProject].some((asked) => askedBy.includes(packageNameAt(asked)));
}

/** What the project's own code names in the way that the row tells. */
function namesInProject(
  row: EnvironmentReader,
  { reached, isDependency, within, project }: ProjectContext,
): NamedKey[] {
  return reached.files
    .filter(({ location }) => !isDependency(location))
    .flatMap(({ path, facts }) =>
      facts.uses.flatMap((use) => {
        const key = keyNamed(row, use);
        return key === undefined || OTHER_CAPITALS.has(key) ? [] : [{ key, file: `.: ${within(project, path)}`, use }];
      }),
    );
}

function keyNamed(row: EnvironmentReader, { capability, target }: Use): string | undefined {
  if (row.named === "keys") return capability === "key-name" ? target : undefined;
  if (capability !== "key-call") return undefined;
  const [called, key] = target.split(" ") as [string, string];
  if (row.named === "calls") return key;
  return called === row.asked ? withPrefix(key) : undefined;
}

const withPrefix = (prefix: string): string => `${prefix.replace(/(?<!_)_+$/, "")}_*`;

/** `rc("app")`: whoever calls the package says which variables it means, in capitals or not. */
function prefixesHandedTo(reader: string, { reached, within }: ProjectContext): NamedKey[] {
  const callers = new Map(
    reached.edges.filter(({ to }) => to === reader).map(({ from, specifier }) => [from, specifier]),
  );
  return reached.files.flatMap(({ path, location, facts }) => {
    const start = `${callers.get(location) ?? ""} `;
    return facts.uses.flatMap((use) => {
      const name =
        use.capability === "calls" && start !== " " && use.target.startsWith(start)
          ? use.target.slice(start.length)
          : "";
      if (name === "") return [];
      return [...new Set([name, name.toLowerCase(), name.toUpperCase()])].map((prefix) => ({
        key: withPrefix(prefix),
        file: within(location, path),
        use,
      }));
    });
  });
}
