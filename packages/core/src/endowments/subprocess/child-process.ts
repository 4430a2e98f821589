import { fileURLToPath, URL } from "node:url";
import { accessDenied } from "../access-denied.ts";
import { facadeFromTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { textsOf } from "../texts-of.ts";
import { CHILD_PROCESS_MEMBERS } from "./child-process-members.ts";
import { childProcessClass, tameChild } from "./child-class.ts";
import { makeCommandPlanner, type CommandPlan } from "./command-plan.ts";
import { failedSync, programNotFound } from "./spawn-error.ts";
import { readSpawnOptions, type ChildOptions } from "./spawn-options.ts";
import { addPromise } from "./promised-child.ts";
import { makeTrustedChildProcess, namingCommand } from "./trusted-child-process.ts";

type Callback = (error: Error | null, stdout: unknown, stderr: unknown) => void;

interface Call {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: unknown;
  readonly callback: Callback | undefined;
}

function invalidType(name: string, expected: string, value: unknown): TypeError {
  return Object.assign(
    new TypeError(`The "${name}" argument must be ${expected}. Received ${value === null ? "null" : typeof value}`),
    { code: "ERR_INVALID_ARG_TYPE" },
  );
}

/** `(file[, args][, options][, callback])`, everything coerced once. */
function readCall(file: unknown, rest: readonly unknown[]): Call {
  if (typeof file !== "string") throw invalidType("file", "of type string", file);
  if (file.length === 0)
    throw Object.assign(new TypeError("The argument 'file' cannot be empty. Received ''"), {
      code: "ERR_INVALID_ARG_VALUE",
    });
  let at = 0;
  let args: readonly string[] = [];
  if (Array.isArray(rest[0])) {
    args = textsOf(rest[0]);
    at = 1;
  } else if (rest[0] === undefined || rest[0] === null) at = rest.length > 0 ? 1 : 0;
  const isCallback = typeof rest[at] === "function";
  const options = isCallback ? undefined : rest[at];
  if (options !== undefined && options !== null && typeof options !== "object")
    throw invalidType("options", "of type object", options);
  const callback = isCallback ? rest[at] : rest[at + 1];
  return { file, args, options, callback: typeof callback === "function" ? (callback as Callback) : undefined };
}

/**
 * `child_process` by program: each command is resolved by moat against the grants
 * and its own `PATH`, gets the principal's own environment, and `node` children
 * come up under moat. Unbounded principals: see `trusted-child-process.ts`.
 */
export const makeChildProcess: BuiltinFactory = (context) => {
  if (context.principal.trusted) return makeTrustedChildProcess(context);
  const real = context.powers.builtin("child_process");
  const planner = makeCommandPlanner(context);
  const nodeOptions = (options: ChildOptions, plan: CommandPlan): Record<string, unknown> => ({
    __proto__: null,
    ...options.node,
    env: { __proto__: null, ...(plan.env ?? (options.node.env as object)) },
    argv0: plan.argv0,
    windowsVerbatimArguments: plan.verbatim === true,
    shell: false,
  });

  /** A child that fails as a missing program does; nothing is started. */
  const failingChild = (file: string, args: readonly string[], options: ChildOptions): any => {
    const { cwd: _cwd, env: _env, ...rest } = options.node;
    const child = real.spawn(`${context.powers.process.execPath}-not-granted`, [], { ...rest, env: {}, shell: false });
    // Node reports the program under these names when it tells of the failure.
    child.spawnfile = file;
    child.spawnargs = [file, ...args];
    return tameChild(context, child);
  };
  const start = (plan: CommandPlan | undefined, call: Pick<Call, "file" | "args">, options: ChildOptions): any => {
    if (plan === undefined) return failingChild(call.file, call.args, options);
    const child = real.spawn(plan.file, plan.args, nodeOptions(options, plan));
    child.spawnfile = call.file;
    child.spawnargs = [call.file, ...call.args];
    return tameChild(context, child);
  };
  /** Node's `execFile` on what was planned: it gathers the output and keeps the limits. */
  const gather = (plan: CommandPlan | undefined, call: Call, options: ChildOptions, command: string): any => {
    const { callback } = call;
    const done =
      callback &&
      ((error: any, stdout: unknown, stderr: unknown) => {
        if (error !== null && error.cmd !== undefined) {
          error.cmd = command;
          if (error.message.startsWith("Command failed: "))
            error.message = `Command failed: ${command}\n${stderr as string}`;
        }
        callback(error, stdout, stderr);
      });
    if (plan === undefined) {
      const child = failingChild(call.file, call.args, options);
      const empty = "";
      // Node's own listener keeps a failure that nobody asked about from ending the program.
      child.once("error", (error: Error) => callback?.(Object.assign(error, { cmd: command }), empty, empty));
      return child;
    }
    const child = real.execFile(plan.file, plan.args, nodeOptions(options, plan), done);
    child.spawnfile = call.file;
    child.spawnargs = [call.file, ...call.args];
    return tameChild(context, child);
  };

  function spawn(file: unknown, ...rest: unknown[]): any {
    const call = readCall(file, rest);
    const options = readSpawnOptions(context, call.options);
    return start(planner.program(call.file, call.args, options, "child_process.spawn"), call, options);
  }
  /** HAZARD: Node gives these children three pipes, whatever they ask for: the child would take numbers for its pipes that are others'. */
  const optionsToGather = (given: unknown): ChildOptions => {
    const options = readSpawnOptions(context, given);
    delete options.node.stdio;
    return options;
  };
  function execFile(file: unknown, ...rest: unknown[]): any {
    const call = readCall(file, rest);
    const options = optionsToGather(call.options);
    return gather(
      planner.program(call.file, call.args, options, "child_process.execFile"),
      call,
      options,
      [call.file, ...call.args].join(" "),
    );
  }
  function exec(command: unknown, ...rest: unknown[]): any {
    const call = readCall(command, rest);
    const options = optionsToGather(call.options);
    return gather(planner.line(call.file, options, "child_process.exec"), { ...call, args: [] }, options, call.file);
  }
  function spawnSync(file: unknown, ...rest: unknown[]): any {
    const call = readCall(file, rest);
    const options = readSpawnOptions(context, call.options);
    const plan = planner.program(call.file, call.args, options, "child_process.spawnSync");
    if (plan === undefined) return failedSync(programNotFound(context, "spawnSync", call.file, call.args));
    return real.spawnSync(plan.file, plan.args, nodeOptions(options, plan));
  }
  const runSync = (plan: CommandPlan | undefined, call: Call, options: ChildOptions): unknown => {
    if (plan === undefined) {
      const error = programNotFound(context, "spawnSync", call.file, call.args);
      throw Object.assign(error, failedSync(error));
    }
    const command = [call.file, ...call.args].join(" ");
    return namingCommand(command, () => real.execFileSync(plan.file, plan.args, nodeOptions(options, plan)));
  };
  function execFileSync(file: unknown, ...rest: unknown[]): unknown {
    const call = readCall(file, rest);
    const options = readSpawnOptions(context, call.options);
    return runSync(planner.program(call.file, call.args, options, "child_process.execFileSync"), call, options);
  }
  function execSync(command: unknown, given?: unknown): unknown {
    const call = readCall(command, [given]);
    const options = readSpawnOptions(context, given);
    return runSync(planner.line(call.file, options, "child_process.execSync"), { ...call, args: [] }, options);
  }
  function fork(modulePath: unknown, ...rest: unknown[]): any {
    const call = readCall(modulePath instanceof URL ? fileURLToPath(modulePath.href) : modulePath, rest);
    const options = readSpawnOptions(context, call.options);
    options.node.stdio ??= options.node.silent === true ? "pipe" : "inherit";
    const plan = planner.fork(call.file, call.args, options);
    if (plan === undefined) throw accessDenied("child_process.fork", "command");
    const { stdio: given } = options.node;
    const stdio = typeof given === "string" ? [given, given, given, "ipc"] : given;
    const child = real.spawn(plan.file, plan.args, { ...nodeOptions(options, plan), stdio });
    return tameChild(context, child);
  }
  for (const one of [exec, execFile]) addPromise(one);

  return facadeFromTable(context, "child_process", CHILD_PROCESS_MEMBERS, {
    ChildProcess: childProcessClass(context),
    exec,
    execFile,
    execFileSync,
    execSync,
    fork,
    spawn,
    spawnSync,
  });
};
