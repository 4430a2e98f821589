import { join } from "node:path";
import { envProblem } from "@moat/core/model";
import type { FileReader } from "@moat/core/model";
import { grantFilling } from "./environment-filling.ts";
import { COMPUTED_KEY } from "./facts.ts";
import type { Place } from "./facts.ts";
import type { ProjectContext } from "./grant-context.ts";
import type { GrantCollector } from "./grant-collector.ts";
import { grantKeysOfReaders } from "./keys-of-readers.ts";
import { packageNameAt, packageNameOf } from "./reach.ts";
import { callsOfReaders } from "./reader-calls.ts";
import { makePlaces } from "./source-lines.ts";
import { ENVIRONMENT_KEY_FILES } from "./tables/environment-key-files.ts";
import type { EnvironmentKeyFile } from "./tables/environment-key-files.ts";
import { OTHER_CAPITALS } from "./tables/other-capitals.ts";

/** How deep in the project a configuration file is looked for. */
const MOST_STEPS = 3;

/**
 * Keys of the environment that don't stand where they are read: a package's own
 * function reads the key that it is called with (`initParam("NODE_ENV")`), or the
 * project names them: in its calls, or in its configuration for a package that says so.
 */
export function grantEnvironmentKeys(input: ProjectContext): void {
  grantKeysOfCalls(input);
  grantKeysOfProject(input);
  grantKeysOfReaders(input);
  grantKeysOfFiles(input);
  grantFilling(input);
}

function grantKeysOfCalls({ reached, collectorOf, within }: ProjectContext): void {
  for (const { location, path, argument, use } of callsOfReaders(reached, "env-reader", "key-call"))
    collectorOf(location)?.grant({ capability: "env", target: argument }, within(location, path), use);
}

/**
 * `config.get("DATABASE_URL")` in the project's code: for the packages that the project
 * imports, and that read variables which they are told.
 */
function grantKeysOfProject({ reached, collectorOf, isDependency, within, project }: ProjectContext): void {
  const readers = new Set<GrantCollector>();
  for (const { location, facts } of reached.files) {
    const collector =
      isDependency(location) && reached.importedByProject.has(location) ? collectorOf(location) : undefined;
    if (collector !== undefined && facts.uses.some(({ target }) => target === COMPUTED_KEY)) readers.add(collector);
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

function grantKeysOfFiles({ reached, disk, project, collectorOf, isDependency, within }: ProjectContext): void {
  for (const row of ENVIRONMENT_KEY_FILES) {
    // The project's own word counts for the package that the project itself imports by that name, or starts.
    const asked =
      reached.edges.find(({ from, specifier }) => !isDependency(from) && packageNameOf(specifier) === row.package)
        ?.to ?? [...reached.importedByProject].find((location) => packageNameAt(location) === row.package);
    const reader =
      row.reader === undefined
        ? asked
        : reached.edges.find(({ from, to }) => from === asked && packageNameAt(to) === row.reader)?.to;
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
