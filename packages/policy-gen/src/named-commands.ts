import { commandProblem } from "@moat/core/model";
import type { FileReader, Resolver } from "@moat/core/model";
import { programIn } from "./call-effects.ts";
import type { Use } from "./facts.ts";
import type { GrantContext } from "./grant-context.ts";
import { nativeProgramsOf } from "./native-programs.ts";
import { packageNameAt, packageNameOf, resolveOrNothing } from "./reach.ts";
import { COMMAND_RUNNERS, SHELL_OF_RUNNER } from "./tables/command-runners.ts";

/**
 * A package whose trade is starting what it is told (execa, cross-spawn) is granted
 * the programs that its importers hand it as constants; so are those that it starts them with.
 * @param commandWrappers locations of packages that start programs which can't be seen
 */
export function grantNamedCommands(
  { reached, collectorOf, nameOf, within }: GrantContext,
  commandWrappers: ReadonlySet<string>,
  resolver: Resolver,
): void {
  const calls = new Map<string, { to: string; program: string; file: string; use: Use }[]>();
  for (const { path, location, facts } of reached.files) {
    for (const use of facts.uses) {
      if (use.capability !== "calls") continue;
      const space = use.target.indexOf(" ");
      const program = programIn(use.target.slice(space + 1), true);
      const to = resolveOrNothing(
        use.target.slice(0, space),
        path,
        facts.format === "module" ? "import" : "require",
        resolver,
      )?.location;
      if (to === undefined || to === location || program === undefined) continue;
      const list = calls.get(location) ?? [];
      list.push({ to, program, file: path, use });
      calls.set(location, list);
    }
  }
  const importers = new Map<string, string[]>();
  const runners = new Set<string>();
  for (const { from, to, specifier } of reached.edges) {
    importers.set(to, [...(importers.get(to) ?? []), from]);
    if (COMMAND_RUNNERS.has(packageNameOf(specifier) ?? "")) runners.add(to);
  }
  for (const runner of runners) {
    if (!commandWrappers.has(runner)) continue;
    const shell = SHELL_OF_RUNNER.get(packageNameAt(runner));
    const chain = new Set([runner]);
    for (const location of chain) {
      for (const importer of importers.get(location) ?? []) {
        if (runners.has(importer)) chain.add(importer);
        for (const { to, program, file, use } of calls.get(importer) ?? []) {
          const grant = { capability: "command", target: shell ?? program } as const;
          if (to === location) collectorOf(runner)?.grant(grant, `${nameOf(importer)}: ${within(importer, file)}`, use);
        }
      }
    }
  }
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
