import path from "node:path";
import { findProject, makeDisk, makeResolver, MoatError } from "@moat/core/model";

/** A program of the project, as the policy names it and as it lies on disk. */
export interface Entry {
  /** `./index.js`, relative to the project. */
  readonly name: string;
  /** Real absolute path of the file. */
  readonly file: string;
  /** Real absolute folder of the `package.json` nearest to the file. */
  readonly project: string;
}

/**
 * Finds the file that `node <argument>` would run, and its project.
 *
 * @throws MoatError `MOAT_ENTRY_MISSING`, `MOAT_NO_PROJECT`, `MOAT_ENTRY_IN_PACKAGE`; `ERR_INVALID_PACKAGE_CONFIG`, as Node does
 */
export function findEntry(argument: string, cwd: string): Entry {
  const wanted = path.resolve(cwd, argument);
  const disk = makeDisk();
  let file: string;
  try {
    file = makeResolver(disk).resolveFrom(wanted, cwd, "require").path;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ERR_INVALID_PACKAGE_CONFIG") throw cause;
    throw new MoatError("MOAT_ENTRY_MISSING", `there is no program ${wanted}`, {
      fields: { entry: wanted },
      nextStep: "check the path; it is relative to the current folder",
      cause,
    });
  }
  const project = findProject(file, disk);
  // HAZARD: the project says which policy is read. A package that ships a
  // policy of its own must not be taken for the project.
  if (project.split(path.sep).includes("node_modules")) {
    throw new MoatError("MOAT_ENTRY_IN_PACKAGE", `${wanted} belongs to an installed package, not to a project`, {
      fields: { entry: wanted, package: project },
      nextStep: "for the command of an installed package: moat exec <command>",
    });
  }
  return { name: `./${path.relative(project, file).split(path.sep).join("/")}`, file, project };
}

/**
 * The project that the working directory lies in.
 *
 * @throws MoatError `MOAT_NO_PROJECT`, `MOAT_ENTRY_IN_PACKAGE`
 */
export function findProjectFrom(cwd: string): string {
  const disk = makeDisk();
  const project = findProject(path.join(disk.realpath(cwd) ?? cwd, "package.json"), disk);
  if (project.split(path.sep).includes("node_modules")) {
    throw new MoatError("MOAT_ENTRY_IN_PACKAGE", `${cwd} belongs to an installed package, not to a project`, {
      fields: { package: project },
      nextStep: "change to the project's folder",
    });
  }
  return project;
}
