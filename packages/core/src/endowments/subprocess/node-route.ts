import { delimiter, isAbsolute, join, resolve, sep } from "node:path";
import { fileURLToPath, URL } from "node:url";
import type { EndowmentContext } from "../principal.ts";
import { isNodeName } from "./command-grants.ts";
import { isNodeScript, realPathOf } from "./program-files.ts";
import { wordsOfPlainCommand } from "../../policy/command-line.ts";
import type { NodeLaunch } from "./launchers.ts";
import { readNodeArguments } from "./node-arguments.ts";

/** The part of `child_process` options that says which program a name means. */
export interface RouteOptions {
  readonly cwd?: unknown;
  readonly env?: unknown;
  readonly shell?: unknown;
}

export interface NodeRoute {
  /** `file args…` without a shell; undefined where it is left to Node. */
  program(file: string, args: readonly string[], options: RouteOptions): NodeLaunch | undefined;
  /** A line for a shell that needs none. */
  line(line: string, options: RouteOptions): NodeLaunch | undefined;
  fork(
    file: string,
    args: readonly string[],
    execArgv: readonly string[],
    options: RouteOptions,
  ): NodeLaunch | undefined;
}

/**
 * Which of the application's commands are `node` with something of the project:
 * a file, a text, or the command of a package. They come up under moat, because
 * the packages in them are as little trusted there as here. Every other program
 * is the application's own business.
 */
export function makeNodeRoute(context: EndowmentContext): NodeRoute {
  const { nodeLauncher, paths, powers, principal } = context;
  const fs = powers.builtin("fs");
  const { execPath } = powers.process;

  const realpath = (path: string): string | undefined => realPathOf(fs, path);
  const realNode = realpath(execPath);
  const folderOf = ({ cwd }: RouteOptions): string =>
    cwd === undefined || cwd === null
      ? powers.process.cwd()
      : resolve(cwd instanceof URL ? fileURLToPath(cwd.href) : `${cwd as string}`);
  const programOf = (file: string, options: RouteOptions): string | undefined => {
    if (file.includes("/") || file.includes(sep)) return realpath(resolve(folderOf(options), file));
    const { PATH } = (options.env ?? powers.process.env) as { PATH?: unknown };
    for (const folder of `${(PATH as string | undefined) ?? ""}`.split(delimiter)) {
      const found = realpath(join(isAbsolute(folder) ? folder : resolve(folderOf(options), folder), file));
      if (found !== undefined && fs.statSync(found, { throwIfNoEntry: false })?.isFile()) return found;
    }
    return undefined;
  };
  /** The node that a command names: moat's own, or another one, which runs moat as well. */
  const nodeOf = (file: string, options: RouteOptions): string | undefined => {
    if (file === execPath) return execPath;
    const program = programOf(file, options);
    return program !== undefined && (program === realNode || isNodeName(program)) ? program : undefined;
  };

  const node = (args: readonly string[], options: RouteOptions): NodeLaunch | undefined => {
    const call = readNodeArguments(args, true);
    if (call === undefined) return undefined;
    const folder = folderOf(options);
    const { run, ...rest } = call;
    if ("file" in run) return nodeLauncher?.(principal, { entry: { file: resolve(folder, run.file) }, ...rest });
    const isInside = folder === paths.project || folder.startsWith(paths.project + sep);
    return isInside ? nodeLauncher?.(principal, { entry: run, ...rest }) : undefined;
  };
  /** A package's command: a script whose first line names node. */
  const script = (file: string, args: readonly string[], options: RouteOptions): NodeLaunch | undefined => {
    const path = programOf(file, options);
    if (path === undefined || !isNodeScript(fs, powers.builtin("buffer").Buffer, path)) return undefined;
    return nodeLauncher?.(principal, { entry: { file: path }, args });
  };

  const route: NodeRoute = {
    program(file, args, options) {
      if (options.shell !== undefined && options.shell !== false && options.shell !== null) {
        return options.shell === true ? route.line([file, ...args].join(" "), options) : undefined;
      }
      const binary = nodeOf(file, options);
      if (binary === undefined) return script(file, args, options);
      const launch = node(args, options);
      return launch && { ...launch, execPath: binary };
    },
    line(line, options) {
      const [file, ...args] = wordsOfPlainCommand(line) ?? [];
      return file === undefined ? undefined : route.program(file, args, { ...options, shell: false });
    },
    fork: (file, args, execArgv, options) => node([...execArgv, "--", file, ...args], options),
  };
  return route;
}
