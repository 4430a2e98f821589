import { constants } from "node:os";
import { join } from "node:path";
import { envProblem } from "@moat/core/model";
import type { FileReader } from "@moat/core/model";
import type { Place, Use } from "./facts.ts";
import type { GrantCollector } from "./grant-collector.ts";
import { namedFileGrant } from "./package-grants.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import type { Reached } from "./reach.ts";
import { makePlaces } from "./source-lines.ts";
import { ENVIRONMENT_KEY_FILES } from "./tables/environment-key-files.ts";
import type { EnvironmentKeyFile } from "./tables/environment-key-files.ts";
import { ENVIRONMENT_FILES, FILLS_ENVIRONMENT } from "./tables/environment-fillers.ts";
import { ENVIRONMENT_READERS, type EnvironmentReader } from "./tables/environment-readers.ts";

export interface KeyedProject {
  readonly reached: Reached;
  readonly disk: FileReader;
  /** The project's folder. */
  readonly project: string;
  readonly collectorOf: (location: string) => GrantCollector | undefined;
  readonly isDependency: (location: string) => boolean;
  readonly within: (location: string, path: string) => string;
  /** Says what could not be analysed. */
  readonly find: (location: string, path: string, reason: string, use: Use) => void;
}

/** Begins as what `moat policy` shows unasked: without a grant such a package is wrong in silence. */
const NO_NAME_SEEN = "unseen: which environment variables the program means; to allow one: moat allow NAME env KEY";

/** How deep in the project a configuration file is looked for. */
const MOST_STEPS = 3;

/**
 * Keys of the environment that don't stand where they are read: a package's own
 * function reads the key that it is called with (`initParam("NODE_ENV")`), or the
 * project names them: in its calls, or in its configuration for a package that says so.
 */
export function grantEnvironmentKeys(input: KeyedProject): void {
  grantKeysOfCalls(input);
  grantKeysOfProject(input);
  grantKeysOfReaders(input);
  grantKeysOfFiles(input);
  grantFilling(input);
}

/** `dotenv` writes what the program reads, out of the usual files and those that the project names. */
function grantFilling({ reached, collectorOf, isDependency, within, project }: KeyedProject): void {
  const named = reached.files
    .filter(({ location }) => !isDependency(location))
    .flatMap(({ path, facts }) =>
      facts.uses.flatMap((use) => {
        const grant = /\/\.env[^/]*$/.test(use.target) ? namedFileGrant(use) : undefined;
        return grant === undefined ? [] : [{ grant, place: `.: ${within(project, path)}`, use }];
      }),
    );
  for (const { path, location, facts } of reached.files) {
    const collector = FILLS_ENVIRONMENT.has(packageNameAt(location)) ? collectorOf(location) : undefined;
    if (collector === undefined || !collector.has({ capability: "fs.read", target: "." })) continue;
    const use = facts.uses.find(({ capability, target }) => capability === "builtin" && target.startsWith("fs"));
    if (use === undefined) continue;
    for (const target of ENVIRONMENT_FILES)
      collector.grant({ capability: "fs.read", target }, within(location, path), use);
    for (const each of named) collector.grant(each.grant, each.place, each.use);
  }
  for (const { path, location, facts } of reached.files) {
    if (!FILLS_ENVIRONMENT.has(packageNameAt(location))) continue;
    const use = facts.uses.find(({ capability, target }) => capability === "global" && target === "process");
    if (use !== undefined)
      collectorOf(location)?.grant(
        { capability: "builtin", target: "process", member: "loadEnvFile" },
        within(location, path),
        use,
      );
  }
}

function grantKeysOfCalls({ reached, collectorOf, within }: KeyedProject): void {
  const readers = new Map<string, Set<string>>();
  for (const { location, facts } of reached.files) {
    for (const { capability, target } of facts.uses) {
      if (capability !== "env-reader") continue;
      const names = readers.get(location);
      if (names === undefined) readers.set(location, new Set([target]));
      else names.add(target);
    }
  }
  for (const { path, location, facts } of reached.files) {
    const names = readers.get(location);
    if (names === undefined) continue;
    for (const use of facts.uses) {
      if (use.capability !== "key-call") continue;
      const [called, key] = use.target.split(" ") as [string, string];
      if (names.has(called))
        collectorOf(location)?.grant({ capability: "env", target: key }, within(location, path), use);
    }
  }
}

/** Words in capitals that are no variables: methods of HTTP and signals. */
const OTHER_CAPITALS = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
  ...Object.keys(constants.signals),
]);

/**
 * `config.get("DATABASE_URL")` in the project's code: for the packages that the project
 * imports, and that read variables which they are told.
 */
function grantKeysOfProject({ reached, collectorOf, isDependency, within, project }: KeyedProject): void {
  const readers = new Set<GrantCollector>();
  for (const { location, facts } of reached.files) {
    const collector =
      isDependency(location) && reached.importedByProject.has(location) ? collectorOf(location) : undefined;
    if (collector !== undefined && facts.uses.some(({ target }) => target === "computed environment key"))
      readers.add(collector);
  }
  if (readers.size === 0) return;
  for (const { path, location, facts } of reached.files) {
    if (isDependency(location)) continue;
    for (const use of facts.uses) {
      const key = use.capability === "key-call" ? use.target.split(" ")[1]! : "";
      if (key === "" || OTHER_CAPITALS.has(key)) continue;
      for (const reader of readers)
        reader.grant({ capability: "env", target: key }, `.: ${within(project, path)}`, use);
    }
  }
}

/** The texts of a project's that say which variables a reader shall read. */
type Named = { readonly key: string; readonly file: string; readonly use: Use };

/**
 * For packages of the table: what the program names for them. Where it names nothing that
 * can be seen, that is said: they would take what is set for what is not.
 */
function grantKeysOfReaders(input: KeyedProject): void {
  const { reached, collectorOf, isDependency } = input;
  const seen = new Set<string>();
  for (const { path, location, facts } of reached.files) {
    const row = ENVIRONMENT_READERS.get(packageNameAt(location));
    const use = facts.uses.find(
      ({ target }) => target === "environment used as a whole" || target === "computed environment key",
    );
    const collector = collectorOf(location);
    if (
      row === undefined ||
      use === undefined ||
      collector === undefined ||
      seen.has(location) ||
      !isDependency(location)
    )
      continue;
    seen.add(location);
    const isAsked =
      row.askedBy === undefined
        ? reached.importedByProject.has(location)
        : [...reached.importedByProject].some((asked) => row.askedBy!.includes(packageNameAt(asked)));
    const named =
      row.named === "prefix" && row.asked === undefined
        ? prefixesHandedTo(location, input)
        : isAsked
          ? namesFor(row, input)
          : [];
    for (const { key, file, use: place } of named)
      if (!envProblem(key, "policy")) collector.grant({ capability: "env", target: key }, file, place);
    // A method that nobody calls (`yargs.env`) reads nothing.
    if (named.length === 0 && isAsked && row.asked === undefined) input.find(location, path, NO_NAME_SEEN, use);
  }
}

function namesFor(row: EnvironmentReader, { reached, isDependency, within, project }: KeyedProject): Named[] {
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

const withPrefix = (prefix: string): string => `${prefix.replace(/_+$/, "")}_*`;

/** `rc("app")`: whoever calls the package says which variables it means, in capitals or not. */
function prefixesHandedTo(reader: string, { reached, within }: KeyedProject): Named[] {
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

function grantKeysOfFiles({ reached, disk, project, collectorOf, isDependency, within }: KeyedProject): void {
  for (const row of ENVIRONMENT_KEY_FILES) {
    // The project's own word counts for the package that the project itself imports by that name.
    const reader = reached.edges.find(
      ({ from, specifier }) => !isDependency(from) && packageNameOf(specifier) === row.package,
    )?.to;
    const collector = reader === undefined ? undefined : collectorOf(reader);
    if (collector === undefined) continue;
    for (const path of filesNamed(row.file, project, disk)) {
      for (const { key, place } of keysIn(row, disk.readText(path) ?? "")) {
        if (!envProblem(key, "policy"))
          collector.grant({ capability: "env", target: key }, `.: ${within(project, path)}`, place);
      }
    }
  }
}

function keysIn({ value }: EnvironmentKeyFile, text: string): { readonly key: string; readonly place: Place }[] {
  const placeOf = makePlaces(text);
  return [...text.matchAll(value)].map((match) => ({ key: match[1]!, place: placeOf(match.index) }));
}

function filesNamed(pattern: RegExp, project: string, disk: FileReader): string[] {
  const found: string[] = [];
  const look = (folder: string, steps: number): void => {
    for (const name of disk.list(folder)) {
      if (name === "node_modules") continue;
      const path = join(folder, name);
      if (pattern.test(name)) {
        if (disk.stat(path) === "file") found.push(path);
      } else if (steps < MOST_STEPS && !name.includes(".") && disk.stat(path) === "dir") look(path, steps + 1);
    }
  };
  look(project, 0);
  return found.sort();
}
