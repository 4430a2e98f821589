import path from "node:path";
import { MoatError } from "../errors/moat-error.ts";
import { nearestWord } from "../policy/nearest-word.ts";
import { makeDisk } from "./disk.ts";
import type { FileReader } from "./file-reader.ts";
import { makeResolver } from "./resolver.ts";
import type { Manifest } from "./types.ts";

export interface InstalledCommand {
  readonly name: string;
  /** Real absolute path of the script. */
  readonly file: string;
  /** Real absolute folder of the package that it belongs to. */
  readonly location: string;
}

/**
 * Finds the script behind a command such as `eslint` through the manifests of
 * the packages that the project itself depends on, nearest `node_modules` first.
 *
 * HAZARD: never through `node_modules/.bin`: what lies there is written at
 * install time, and a shim is a shell script.
 *
 * @throws MoatError `MOAT_COMMAND_MISSING`
 */
export function findInstalledCommand(name: string, project: string): InstalledCommand {
  const known: string[] = [];
  for (const command of installedCommands(project, name)) {
    if (command.name === name) return command;
    known.push(command.name);
  }
  const near = nearestWord(name, known);
  throw new MoatError(
    "MOAT_COMMAND_MISSING",
    `no package that ${project} depends on has a command ${JSON.stringify(name)}`,
    {
      fields: { command: name, project },
      nextStep:
        near === undefined
          ? `install the package that has it: npm install --save-dev ${name}`
          : `did you mean: moat exec ${near}`,
    },
  );
}

/**
 * The commands of the packages that the project depends on; those that it names itself come first.
 * HAZARD: any of them may call a command of its own `eslint`. Who is called so is asked before all others.
 */
function* installedCommands(project: string, wanted: string): Generator<InstalledCommand> {
  const disk = makeDisk();
  const resolver = makeResolver(disk, { roots: [project] });
  const manifest = resolver.manifestOf(project) ?? {};
  const declared = [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.optionalDependencies,
    manifest.peerDependencies,
  ];
  const seen = new Set<string>();
  const named = declared.flatMap((field) => Object.keys(field ?? {}));
  for (const dependency of [...named.filter((one) => one === wanted), ...named, ...undeclared(project, disk)]) {
    if (seen.has(dependency)) continue;
    seen.add(dependency);
    const location = resolver.locate(dependency, project);
    if (location === undefined) continue;
    for (const [name, target] of commandsOf(resolver.manifestOf(location), dependency)) {
      const file = disk.realpath(path.join(location, target));
      // HAZARD: a manifest may point anywhere; what runs under the package's name lies in the package.
      if (file === undefined || disk.stat(file) !== "file" || !file.startsWith(location + path.sep)) continue;
      yield { name, file, location };
    }
  }
}

/** Packages that lie in the nearest `node_modules` without being declared, such as those of a hoisting package manager. */
function undeclared(project: string, disk: FileReader): string[] {
  const folder = path.join(project, "node_modules");
  if (disk.stat(folder) !== "dir") return [];
  return disk
    .list(folder)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? disk.list(path.join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .toSorted();
}

/** `bin` is a path, for a command named as the package is, or a table of them. */
function commandsOf(manifest: Manifest | undefined, dependency: string): [string, string][] {
  const bin = manifest?.bin;
  if (typeof bin === "string") return [[dependency.replace(/^@[^/]*\//u, ""), bin]];
  if (typeof bin !== "object" || bin === null) return [];
  return Object.entries(bin).filter((pair): pair is [string, string] => typeof pair[1] === "string");
}
