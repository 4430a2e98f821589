import path from "node:path";
import { MoatError } from "../errors/moat-error.ts";
import { nearestWord } from "../policy/nearest-word.ts";
import { makeDisk } from "./disk.ts";
import type { FileReader } from "./file-reader.ts";
import { makeResolver } from "./resolver.ts";
import type { Manifest } from "./types.ts";

/** A command of an installed package. */
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
 * HAZARD: an update may bring a command that is another package's. So of several packages that the project names itself
 * the one that is called as the command is has it, and where none is, somebody has to say which: `typescript/tsc`.
 *
 * @param name the command's name, or the package's and the command's
 * @throws MoatError `MOAT_COMMAND_MISSING`, `MOAT_COMMAND_AMBIGUOUS`
 */
export function findInstalledCommand(name: string, project: string): InstalledCommand {
  const disk = makeDisk();
  const resolver = makeResolver(disk, { roots: [project] });
  const manifest = resolver.manifestOf(project) ?? {};
  const fields = [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.optionalDependencies,
    manifest.peerDependencies,
  ];
  const declared = fields.flatMap((field) => Object.entries(field ?? {}));
  const isAlias = ([, range]: readonly [string, unknown]): boolean => `${range as string}`.startsWith("npm:");
  const at = name.lastIndexOf("/");
  const wanted = name.slice(at + 1);
  const owner = at === -1 ? wanted : name.slice(0, at);
  const known = new Set<string>();
  const claimsOf = (dependency: string): Claim[] => {
    const location = resolver.locate(dependency, project);
    if (location === undefined) return [];
    return commandsIn(resolver.manifestOf(location), dependency).flatMap(([command, target]) => {
      known.add(at === -1 ? command : `${dependency}/${command}`);
      const file = command === wanted ? disk.realpath(path.join(location, target)) : undefined;
      // HAZARD: a manifest may point anywhere; what runs under the package's name lies in the package.
      if (file === undefined || disk.stat(file) !== "file" || !file.startsWith(location + path.sep)) return [];
      return [{ dependency, command: { name: command, file, location } }];
    });
  };
  const groups: (() => readonly string[])[] = [
    () => declared.map(([dependency]) => dependency).filter((dependency) => dependency === owner),
    // A second version under a name of the project's own (`npm:typescript@5`) is not the one that is meant.
    () => declared.filter((one) => !isAlias(one)).map(([dependency]) => dependency),
    () => declared.filter(isAlias).map(([dependency]) => dependency),
    () => undeclared(project, disk).filter((dependency) => dependency === owner),
    () => undeclared(project, disk),
  ];
  for (const group of at === -1 ? groups : [() => [owner]]) {
    const claims = group().flatMap(claimsOf);
    if (new Set(claims.map(({ command }) => command.file)).size > 1) throw ambiguous(name, project, claims);
    if (claims[0] !== undefined) return claims[0].command;
  }
  const near = nearestWord(name, [...known]);
  const own = commandsIn(manifest, String(manifest.name)).find(([command]) => command === name);
  throw new MoatError(
    "MOAT_COMMAND_MISSING",
    at === -1
      ? `no package that ${project} depends on has a command ${JSON.stringify(name)}`
      : `${JSON.stringify(owner)}, as ${project} finds it, has no command ${JSON.stringify(wanted)}`,
    {
      fields: { command: name, project },
      nextStep:
        own !== undefined
          ? `it is the project's own: moat run ${own[1]}`
          : near === undefined
            ? "check the spelling, or install the package that has it"
            : `did you mean: moat exec ${near}`,
    },
  );
}

/** A package, by the name that the project has for it, with the command that is looked for. */
interface Claim {
  readonly dependency: string;
  readonly command: InstalledCommand;
}

function ambiguous(name: string, project: string, claims: readonly Claim[]): MoatError {
  const owners = [...new Set(claims.map(({ dependency }) => dependency))].toSorted();
  return new MoatError(
    "MOAT_COMMAND_AMBIGUOUS",
    `${owners.map((owner) => JSON.stringify(owner)).join(" and ")} each have a command ${JSON.stringify(name)}`,
    {
      fields: { command: name, project, packages: owners },
      nextStep: `see which of them has it anew, and say whose is meant: ${owners.map((owner) => `moat policy --write bin:${owner}/${name}`).join(" or ")}, and then moat exec PACKAGE/${name}`,
    },
  );
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
function commandsIn(manifest: Manifest | undefined, dependency: string): [string, string][] {
  const bin = manifest?.bin;
  if (typeof bin === "string") return [[dependency.replace(/^@[^/]*\//u, ""), bin]];
  if (typeof bin !== "object" || bin === null) return [];
  return Object.entries(bin).filter((pair): pair is [string, string] => typeof pair[1] === "string");
}
