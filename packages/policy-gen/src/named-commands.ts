import { commandProblem } from "@moat/core/model";
import type { FileReader, Resolver } from "@moat/core/model";
import { programIn } from "./call-effects.ts";
import { isImport, type Use } from "./facts.ts";
import type { GrantContext, ProjectContext } from "./grant-context.ts";
import { nativeProgramsOf } from "./native-programs.ts";
import { packageNameAt, packageNameOf, resolveOrNothing } from "./reach.ts";
import { makePlaces } from "./source-lines.ts";
import { COMMAND_RUNNERS, SHELL_OF_RUNNER } from "./tables/command-runners.ts";

/**
 * A package whose trade is starting what it is told (execa, cross-spawn) is granted
 * the programs that its importers hand it as constants; so are those that it starts them with.
 * Where an installed package hands it `node`, the script is that package's own.
 * @param commandWrappers locations of packages that start programs which can't be seen
 */
export function grantNamedCommands(
  { reached, collectorOf, isDependency, nameOf, within }: GrantContext,
  commandWrappers: ReadonlySet<string>,
  resolver: Resolver,
): void {
  const calls = new Map<string, { to: string; path: string; program: string; file: string; use: Use }[]>();
  for (const { path, location, facts } of reached.files) {
    for (const use of facts.uses) {
      if (use.capability !== "calls") continue;
      const space = use.target.indexOf(" ");
      const program = programIn(use.target.slice(space + 1), true);
      const called = resolveOrNothing(
        use.target.slice(0, space),
        path,
        facts.format === "module" ? "import" : "require",
        resolver,
      );
      const to = called?.location;
      if (to === undefined || to === location || program === undefined) continue;
      const list = calls.get(location) ?? [];
      list.push({ to, path: called!.path, program, file: path, use });
      calls.set(location, list);
    }
  }
  const importers = new Map<string, string[]>();
  const runners = new Set<string>();
  for (const { from, to, specifier } of reached.edges) {
    importers.set(to, [...(importers.get(to) ?? []), from]);
    if (COMMAND_RUNNERS.has(packageNameOf(specifier) ?? "")) runners.add(to);
  }
  const handingOn = filesThatHandOn(reached, runners, resolver);
  const handsOn = new Set(reached.files.flatMap(({ path, location }) => (handingOn.has(path) ? [location] : [])));
  for (const runner of runners) {
    if (!commandWrappers.has(runner)) continue;
    const shell = SHELL_OF_RUNNER.get(packageNameAt(runner));
    const chain = new Set([runner]);
    for (const location of chain) {
      for (const importer of importers.get(location) ?? []) {
        if (runners.has(importer) || handsOn.has(importer)) chain.add(importer);
        for (const { to, path, program, file, use } of calls.get(importer) ?? []) {
          if (to !== location || (!runners.has(to) && handingOn.get(path) !== runner)) continue;
          const place = `${nameOf(importer)}: ${within(importer, file)}`;
          collectorOf(runner)?.grant({ capability: "command", target: shell ?? program }, place, use);
          const target = program === "node" && isDependency(importer) ? nameOf(importer) : undefined;
          if (target !== undefined) collectorOf(runner)?.grant({ capability: "package", target }, place, use);
        }
      }
    }
  }
}

/** A program in a description of a process: `{ command: "npx", args: ["-y", "some-server"] }`, as clients of MCP take it. */
const DESCRIBED = /\bcommand["']?\s*:\s*(?:(["'`])([\w.+@-]{1,100})\1|(process\.execPath)\b)/gu;
const WITH_ARGUMENTS = /\bargs["']?\s*[:,}]/u;

/** From who imports a runner to the project's file that describes the process: a wrapper of a wrapper. */
const MOST_STEPS = 3;

/**
 * Programs that the project's own files describe for a package which hands them to a runner.
 * Only the project's: what a package writes about itself is no grant for what it imports.
 */
export function grantDescribedCommands(
  { reached, collectorOf, isDependency, nameOf, within, disk }: ProjectContext,
  commandWrappers: ReadonlySet<string>,
): void {
  const importsOf = new Map<string, Set<string>>();
  const runners = new Set<string>();
  for (const { from, to, specifier } of reached.edges) {
    if (!isDependency(to)) continue;
    if (COMMAND_RUNNERS.has(packageNameOf(specifier) ?? "") && commandWrappers.has(to)) runners.add(to);
    if (isDependency(from)) importsOf.set(from, (importsOf.get(from) ?? new Set()).add(to));
  }
  if (runners.size === 0) return;
  const runnersBehind = (location: string): string[] => {
    const seen = new Set([location]);
    let last = [location];
    for (let step = 0; step < MOST_STEPS; step++) {
      last = last.flatMap((one) => [...(importsOf.get(one) ?? [])]).filter((one) => !seen.has(one));
      for (const one of last) seen.add(one);
    }
    return [...seen].filter((one) => runners.has(one) && one !== location);
  };
  const looked = new Set<string>();
  for (const { from, to, file } of reached.edges) {
    if (isDependency(from) || !isDependency(to) || looked.has(`${to}\n${file}`)) continue;
    looked.add(`${to}\n${file}`);
    const behind = runnersBehind(to);
    const text = behind.length === 0 ? undefined : disk.readText(file);
    if (text === undefined || !WITH_ARGUMENTS.test(text)) continue;
    for (const match of text.matchAll(DESCRIBED)) {
      const program = match[3] === undefined ? programIn(match[2]!, true) : "node";
      if (program === undefined) continue;
      const use: Use = { capability: "calls", target: program, ...makePlaces(text)(match.index) };
      for (const runner of behind) {
        const target = SHELL_OF_RUNNER.get(packageNameAt(runner)) ?? program;
        collectorOf(runner)?.grant(
          { capability: "command", target },
          `${nameOf(from) ?? "."}: ${within(from, file)}`,
          use,
        );
      }
    }
  }
}

/** `module.exports = require("cross-spawn")`: files that do nothing else, and what they hand on. */
function filesThatHandOn(
  { files, edges }: GrantContext["reached"],
  runners: ReadonlySet<string>,
  resolver: Resolver,
): Map<string, string> {
  const importing = new Set(edges.flatMap(({ from, to }) => (runners.has(to) ? [from] : [])));
  const found = new Map<string, string>();
  for (const { path, location, facts } of files) {
    const [use] = facts.uses;
    if (use === undefined || facts.uses.length > 1 || !importing.has(location) || !isImport(use)) continue;
    const runner = resolveOrNothing(use.target, path, use.capability as "require" | "import", resolver)?.location;
    if (runner !== undefined && runners.has(runner)) found.set(path, runner);
  }
  return found;
}

/** A package that starts a program by a computed path may start those of the platform packages that it imports. */
export function grantNativePrograms(
  { reached, collectorOf, isDependency, within }: GrantContext,
  commandWrappers: ReadonlySet<string>,
  disk: FileReader,
): void {
  for (const { from, to, file, use } of reached.edges) {
    if (!commandWrappers.has(from) || !isDependency(to)) continue;
    for (const path of nativeProgramsOf(to, disk)) {
      const grant = { capability: "command", target: `<dependency>/${path}` } as const;
      if (!commandProblem(grant.target, "policy")) collectorOf(from)?.grant(grant, within(from, file), use);
    }
  }
}
