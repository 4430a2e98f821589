import { fileURLToPath, URL } from "node:url";
import { promisify } from "node:util";
import { wholeModule } from "../member-table.ts";
import type { EndowmentContext } from "../principal.ts";
import { textsOf } from "../texts-of.ts";
import { guardChildren } from "./child-guard.ts";
import { makeNodeRoute, type RouteOptions } from "./node-route.ts";
import { addPromise } from "./promised-child.ts";

/**
 * `child_process` of the application, which starts what it likes: Node's own
 * functions, but for `node` with something of the project, which comes up under moat.
 */
export function makeTrustedChildProcess(context: EndowmentContext): object {
  guardChildren(context.powers);
  const facade: any = wholeModule(context, "child_process");
  if (context.nodeLauncher === undefined) return facade;
  const real = context.powers.builtin("child_process");
  const route = makeNodeRoute(context);

  for (const name of ["spawn", "spawnSync", "execFile", "execFileSync"] as const) {
    replace(name, (file: unknown, ...rest: unknown[]) => {
      const { args, options, tail } = readTail(rest);
      const launch = typeof file === "string" && file !== "" ? route.program(file, args, options) : undefined;
      if (launch === undefined) return real[name](file, ...rest);
      const command = [file as string, ...args].join(" ");
      const callbacks = tail.map((one) => withCommand(one, command));
      return namingCommand(command, () =>
        asAsked(
          real[name](launch.execPath, launch.args, { ...options, shell: false }, ...callbacks),
          file as string,
          args,
        ),
      );
    });
  }
  for (const [name, direct] of [
    ["exec", "execFile"],
    ["execSync", "execFileSync"],
  ] as const) {
    replace(name, (line: unknown, ...rest: unknown[]) => {
      const { options, tail } = readTail(rest);
      const isPlainShell = options.shell === undefined || options.shell === null;
      const launch = typeof line === "string" && isPlainShell ? route.line(line, options) : undefined;
      if (launch === undefined) return real[name](line, ...rest);
      const given = { ...options, shell: false } as Record<string, unknown>;
      const callbacks = tail.map((one) => withCommand(one, line as string));
      return namingCommand(line as string, () => real[direct](launch.execPath, launch.args, given, ...callbacks));
    });
  }
  replace("fork", (modulePath: unknown, ...rest: unknown[]) => {
    const { args, options, tail } = readTail(rest);
    const file = modulePath instanceof URL ? fileURLToPath(modulePath.href) : modulePath;
    const execArgv: unknown = options.execArgv ?? context.powers.process.execArgv;
    const launch =
      typeof file === "string" && options.execPath === undefined && Array.isArray(execArgv)
        ? route.fork(file, args, textsOf(execArgv), options)
        : undefined;
    if (launch === undefined) return real.fork(modulePath, ...rest);
    const { flagCount = 0 } = launch;
    const [program, ...others] = launch.args.slice(flagCount);
    const given = { ...options, shell: false, execArgv: launch.args.slice(0, flagCount) };
    return real.fork(program, others, given, ...tail);
  });
  return facade;

  function replace(name: string, call: (...args: any[]) => unknown): void {
    const original = real[name];
    Object.defineProperty(call, "name", { value: name });
    Object.defineProperty(call, "length", { value: original.length });
    facade[name] = call;
    if (original[promisify.custom] !== undefined) addPromise(call as (...args: any[]) => any);
  }
}

interface Tail {
  readonly args: readonly string[];
  readonly options: RouteOptions & Record<string, unknown>;
  /** What follows the options: a callback. */
  readonly tail: readonly unknown[];
}

/** `([args][, options][, callback])`, of which Node itself checks the types. */
function readTail(rest: readonly unknown[]): Tail {
  let at = 0;
  let args: readonly string[] = [];
  if (Array.isArray(rest[0])) {
    args = textsOf(rest[0]);
    at = 1;
  } else if (rest.length > 0 && (rest[0] === undefined || rest[0] === null)) at = 1;
  const options = typeof rest[at] === "object" && rest[at] !== null ? rest[at] : {};
  const tail = rest.slice(at).filter((one) => typeof one === "function");
  return { args, options: options as Tail["options"], tail };
}

/** What programs print of a child is what they asked for. */
function asAsked<T>(child: T, file: string, args: readonly string[]): T {
  if (typeof child === "object" && child !== null && "spawnargs" in child) {
    Object.assign(child, { spawnfile: file, spawnargs: [file, ...args] });
  }
  return child;
}

/** Failures of the synchronous functions name what was asked for, too. */
export function namingCommand<T>(command: string, start: () => T): T {
  try {
    return start();
  } catch (error) {
    const failure = error as Error & { stderr?: unknown };
    if (failure.message.startsWith("Command failed: ")) {
      const details = `${(failure.stderr ?? "") as string}`;
      failure.message = `Command failed: ${command}${details === "" ? "" : `\n${details}`}`;
    }
    throw failure;
  }
}

function withCommand(callback: unknown, command: string): unknown {
  return (error: (Error & { cmd?: string }) | null, stdout: unknown, stderr: unknown) => {
    if (error !== null && error.cmd !== undefined) {
      error.cmd = command;
      if (error.message.startsWith("Command failed: "))
        error.message = `Command failed: ${command}\n${stderr as string}`;
    }
    (callback as (...args: unknown[]) => void)(error, stdout, stderr);
  };
}
