import type { ProjectContext } from "./grant-context.ts";
import { namedFileGrant } from "./package-grants.ts";
import { packageNameAt } from "./reach.ts";
import type { ReachedFile } from "./reach.ts";
import { ENVIRONMENT_FILES, FILLS_ENVIRONMENT } from "./tables/environment-fillers.ts";

/** For packages that fill the environment for the program (`dotenv`): that they may, and what they fill it from. */
export function grantFilling(context: ProjectContext): void {
  const fillers = context.reached.files.filter(({ location }) => FILLS_ENVIRONMENT.has(packageNameAt(location)));
  if (fillers.length === 0) return;
  grantFiles(fillers, context);
  for (const { path, location, facts } of fillers) {
    const use = facts.uses.find(({ capability, target }) => capability === "global" && target === "process");
    if (use !== undefined)
      context
        .collectorOf(location)
        ?.grant(
          { capability: "builtin", target: "process", member: "loadEnvFile" },
          context.within(location, path),
          use,
        );
  }
}

/** The usual files, and those that the project names: where the package reads what it is told to. */
function grantFiles(
  fillers: readonly ReachedFile[],
  { reached, collectorOf, isDependency, within, project }: ProjectContext,
): void {
  const named = reached.files
    .filter(({ location }) => !isDependency(location))
    .flatMap(({ path, facts }) =>
      facts.uses.flatMap((use) => {
        const grant = /\/\.env[^/]*$/.test(use.target) ? namedFileGrant(use) : undefined;
        return grant === undefined ? [] : [{ grant, place: `.: ${within(project, path)}`, use }];
      }),
    );
  for (const { path, location, facts } of fillers) {
    const collector = collectorOf(location);
    if (collector?.has({ capability: "fs.read", target: "." }) !== true) continue;
    const use = facts.uses.find(({ capability, target }) => capability === "builtin" && target.startsWith("fs"));
    if (use === undefined) continue;
    for (const target of ENVIRONMENT_FILES)
      collector.grant({ capability: "fs.read", target }, within(location, path), use);
    for (const each of named) collector.grant(each.grant, each.place, each.use);
  }
}
