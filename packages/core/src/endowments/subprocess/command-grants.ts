import { basename, join, resolve, sep } from "node:path";
import { assertAnswer } from "../../errors/assert-answer.ts";
import { placeOfScope } from "../../policy/scope-place.ts";
import type { EndowmentContext } from "../principal.ts";
import { programFolders } from "./child-env.ts";
import { isNodeScript, realPathOf } from "./program-files.ts";

/** A program that may be started: by this absolute path and under this name. */
export interface Program {
  readonly path: string;
  /** `argv[0]`: several programs in one binary (busybox) tell by it what they are. */
  readonly name: string;
  /** It is `node`, or a script of the project that `node` runs. */
  readonly node: "binary" | "script" | undefined;
}

/** Whether a path ends in what node is called. */
export function isNodeName(path: string): boolean {
  return /^node(?:js)?(?:\.exe)?$/i.test(basename(path));
}

/**
 * Reads the policy's `commands`:
 *
 * - `git`: the program of that name on moat's own `PATH`;
 * - `./scripts/x.sh`, `<package>/bin/esbuild`, `<home>/bin/x`, `/usr/bin/x`: that
 *   very file, also where a caller reaches it by another path;
 * - `<dependency>/bin/esbuild`: that file of a package which this one may import, as
 *   native programs are brought by one package for each platform;
 * - `node`: children that run JavaScript, under moat;
 * - `*`: any program.
 *
 * The answer is `missing` where there is nothing to refuse: no such file, or a
 * granted name that is not installed. `undefined` is a denial.
 */
export function makeCommandGrants(context: EndowmentContext): {
  programFor(file: string, cwd: string): Program | "missing" | undefined;
  /** Whether a name means a command of the project's packages alone: no grant leads there by a name. */
  isOnlyInstalled(file: string): boolean;
  /** The path of `sh`, whatever is granted: for lines that start nothing but what is. */
  defaultShell(): string | undefined;
} {
  const { principal, powers, paths } = context;
  const fs = powers.builtin("fs");
  const windows = powers.process.platform === "win32";
  const execPath = powers.process.execPath;

  const realpath = (path: string): string | undefined => realPathOf(fs, path);
  const isName = (file: string): boolean => !file.includes("/") && !(windows && file.includes("\\"));
  const isExecutable = (path: string): boolean => {
    try {
      if (!fs.statSync(path).isFile()) return false;
      fs.accessSync(path, fs.constants.X_OK);
      return true;
    } catch (error) {
      assertAnswer(error);
      return false;
    }
  };
  const onPath = (name: string): string | undefined => {
    // Batch files need cmd.exe, a shell: only real programs are found.
    const names = windows && !/\.(?:exe|com)$/i.test(name) ? [`${name}.exe`, `${name}.com`] : [name];
    for (const folder of programFolders(context)) {
      for (const one of names) {
        const path = join(folder, one);
        if (isExecutable(path)) return path;
      }
    }
    return undefined;
  };
  /** The files that a grant by path means. */
  const expand = (grant: string): readonly string[] => {
    if (grant.startsWith("<dependency>/"))
      return (context.importable ?? []).map((folder) => join(folder, grant.slice("<dependency>".length)));
    const path = placeOfScope(grant, principal.location, paths);
    return path === undefined ? [] : [path];
  };
  const filesNamed = (name: string): readonly string[] => {
    const path = name === "node" ? execPath : onPath(name);
    return path === undefined ? [] : [path];
  };
  const nodeKind = (path: string): Program["node"] => {
    // HAZARD: another node than moat's own runs JavaScript just as well.
    const real = realpath(path);
    if (real === realpath(execPath) || (real !== undefined && isNodeName(real))) return "binary";
    // HAZARD: a package's own command is mostly a script for node: it has to come up under moat too.
    if (!path.startsWith(paths.project + sep) && !path.startsWith(principal.location + sep)) return undefined;
    return isNodeScript(fs, powers.builtin("buffer").Buffer, path) ? "script" : undefined;
  };
  const program = (path: string, name: string): Program => ({ path, name, node: nodeKind(path) });
  /** The grant that covered it; under `*`, the program itself. */
  const noteUse = (target: string): void => principal.uses?.({ capability: "command", target });

  return {
    programFor(file, cwd) {
      if (file === "" || file.includes("\0")) return undefined;
      const grants = principal.policy.commands ?? [];
      const isAnything = principal.trusted || grants.includes("*");
      if (isName(file)) {
        if (!isAnything && !grants.includes(file) && !(windows && grants.includes(file.replace(/\.exe$/i, ""))))
          return undefined;
        const found = file === "node" ? execPath : onPath(file);
        if (found !== undefined) noteUse(windows && !grants.includes(file) ? file.replace(/\.exe$/i, "") : file);
        if (file === "node") return { path: execPath, name: "node", node: "binary" };
        return found === undefined ? "missing" : program(found, file);
      }
      const asked = resolve(cwd, file);
      const real = realpath(asked);
      if (real === undefined) return "missing";
      if (isAnything) {
        if (!isExecutable(asked)) return undefined;
        noteUse(asked.startsWith(paths.project + sep) ? `.${asked.slice(paths.project.length)}` : asked);
        return program(asked, basename(asked));
      }
      for (const grant of grants) {
        const byName = !grant.includes("/");
        const candidates = byName ? filesNamed(grant) : expand(grant);
        const granted = candidates.find((path) => realpath(path) === real);
        // A name covers no other name of the same file: busybox as `sh` is not busybox as `ls`.
        if (granted === undefined || (byName && basename(asked) !== basename(granted))) continue;
        if (!isExecutable(granted)) return undefined;
        noteUse(grant);
        return program(granted, byName ? grant : basename(granted));
      }
      return undefined;
    },
    defaultShell: () => onPath("sh"),
    isOnlyInstalled: (file) =>
      file !== "node" &&
      isName(file) &&
      onPath(file) === undefined &&
      isExecutable(join(paths.project, "node_modules", ".bin", file)),
  };
}
