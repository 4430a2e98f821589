import { resolve } from "node:path";
import { commandsOfLine, wordsOfPlainCommand } from "../../policy/command-line.ts";
import { isStandard } from "../fs/descriptors.ts";
import { grantsMember } from "../granted-members.ts";
import type { EndowmentContext } from "../principal.ts";
import { nodeVariables } from "./child-env.ts";
import { isNodeName, makeCommandGrants, type Program } from "./command-grants.ts";
import { isHeldBack } from "./held-arguments.ts";
import { asksForFacts, readNodeArguments, type NodeCall } from "./node-arguments.ts";
import type { ChildOptions } from "./spawn-options.ts";

/** What will really be started: absolute, checked, and not asked about again. */
export interface CommandPlan {
  readonly file: string;
  readonly args: readonly string[];
  readonly argv0: string;
  /** In the place of what `childEnv` has made. */
  readonly env?: Readonly<Record<string, string>>;
  /** For cmd.exe, which takes its line as it is. */
  readonly verbatim?: boolean;
}

export interface CommandPlanner {
  /** `file` with `args`, no shell; undefined is a denial, already reported. */
  program(file: string, args: readonly string[], options: ChildOptions, via: string): CommandPlan | undefined;
  /** A line for a shell. */
  line(line: string, options: ChildOptions, via: string): CommandPlan | undefined;
  /** A JavaScript file in a node of its own. */
  fork(file: string, args: readonly string[], options: ChildOptions): CommandPlan | undefined;
}

/** Decides for one principal what a command becomes, by its grants. */
export function makeCommandPlanner(context: EndowmentContext): CommandPlanner {
  const { principal, powers, nodeLauncher } = context;
  const grants = makeCommandGrants(context);
  const windows = powers.process.platform === "win32";
  const defaultShell = windows ? "cmd.exe" : "sh";
  const refuse = (target: string, via: string): boolean =>
    principal.denies({ capability: "command", target, via, ...(grants.isOnlyInstalled(target) && { never: true }) });
  const start = (program: Program, args: readonly string[]): CommandPlan => ({
    file: program.path,
    args,
    argv0: program.name,
  });

  /** HAZARD: a shell looks for names itself, on the `PATH` that `childEnv` gives every child: the one that grants are about. */
  const mayShellStart = ([name = "", ...args]: readonly string[], cwd: string): boolean => {
    const program = grants.programFor(name, cwd);
    if (isHeldBack(context, name, args)) return false;
    // What is run by node comes up under moat, and not by a shell.
    return program === "missing" || (program !== undefined && program.node === undefined);
  };
  const withholdsInput = ({ node: { stdio = "pipe" } }: ChildOptions): boolean => {
    const input: unknown = Array.isArray(stdio) ? stdio[0] : stdio;
    return (input === "inherit" || isStandard(input)) && !grantsMember(principal, "process", "stdin");
  };
  const pipesOf = ({ node: { stdio } }: ChildOptions): number[] =>
    Array.isArray(stdio)
      ? stdio.flatMap((one, fd) => (!isStandard(fd) && (one === "pipe" || one === "overlapped") ? [fd] : []))
      : [];
  const underMoat = (call: NodeCall, options: ChildOptions): CommandPlan | undefined => {
    const { run, args } = call;
    const entry = "file" in run ? { file: resolve(options.cwd, run.file) } : run;
    const { env, visible } = nodeVariables(context, options.node["env"] as Record<string, string>);
    const pipes = pipesOf(options);
    const launch = nodeLauncher?.(principal, {
      entry,
      args,
      visibleVariables: visible,
      ...(withholdsInput(options) && { withholdsInput: true }),
      ...(pipes.length > 0 && { pipes }),
    });
    return launch === undefined ? undefined : { file: launch.execPath, args: launch.args, argv0: "node", env };
  };
  const fileUnderMoat = (file: string, args: readonly string[], options: ChildOptions): CommandPlan | undefined =>
    underMoat({ run: { file }, args, flags: [], preload: [] }, options);
  const plan = (file: string, args: readonly string[], options: ChildOptions, via: string): CommandPlan | undefined => {
    const program = options.badCwd ? "missing" : grants.programFor(file, options.cwd);
    if (program === "missing") return undefined;
    if (program !== undefined && program.node === undefined) {
      const isRefused =
        isHeldBack(context, program.name, args) &&
        principal.denies({ capability: "command", target: [file, ...args].join(" "), via, never: true });
      return isRefused ? undefined : start(program, args);
    }
    if (program?.node === "script") {
      const launched = fileUnderMoat(program.path, args, options);
      if (launched !== undefined) return launched;
    }
    if (program?.node === "binary") {
      if (asksForFacts(args)) return start(program, args);
      const asked = readNodeArguments(args);
      const launched = asked === undefined ? undefined : underMoat(asked, options);
      if (launched !== undefined) return launched;
    }
    // Granted, but asked for something that cannot be held: `node --require`, or a file that is not to be run.
    const target = program === undefined ? file : `${file} ${args[0] ?? ""}`.trim();
    if (refuse(target, via)) return undefined;
    return { file, args, argv0: file };
  };

  return {
    program(file, args, options, via) {
      return options.shell === false
        ? plan(file, args, options, via)
        : this.line([file, ...args].join(" "), options, via);
    },
    line(line, options, via) {
      if (options.badCwd) return undefined;
      const isOtherShell = typeof options.shell === "string";
      const words = isOtherShell ? undefined : wordsOfPlainCommand(line);
      const direct = words === undefined ? undefined : grants.programFor(words[0]!, options.cwd);
      if (typeof direct === "object") return plan(words![0]!, words!.slice(1), options, via);
      const shell = isOtherShell ? (options.shell as string) : defaultShell;
      const program = grants.programFor(shell, options.cwd);
      if (typeof program === "object" && program.node === undefined) {
        const isCmd = windows && /cmd(?:\.exe)?$/i.test(program.path);
        return isCmd
          ? { ...start(program, ["/d", "/s", "/c", `"${line}"`]), verbatim: true }
          : start(program, ["-c", line]);
      }
      const commands = isOtherShell || windows ? undefined : commandsOfLine(line);
      const refused = commands?.find((command) => !mayShellStart(command, options.cwd))?.[0];
      // A shell that does nothing but start what is granted; what is not installed it says as it does.
      if (commands !== undefined && refused === undefined) {
        const path = grants.defaultShell();
        if (path !== undefined) return { file: path, args: ["-c", line], argv0: shell };
      }
      if (program === "missing" || direct === "missing") return undefined;
      // What a person would have to grant: the program where that is all, otherwise the shell.
      const isLacking = refused !== undefined && !isNodeName(refused) && !grants.programFor(refused, options.cwd);
      if (refuse(words?.[0] ?? (isLacking ? refused : shell), via)) return undefined;
      return { file: shell, args: ["-c", line], argv0: shell };
    },
    fork(file, args, options) {
      const program = options.badCwd ? undefined : grants.programFor("node", options.cwd);
      const launched = program === undefined ? undefined : fileUnderMoat(file, args, options);
      if (launched !== undefined) return launched;
      if (options.badCwd || refuse("node", "child_process.fork")) return undefined;
      return { file: powers.process.execPath, args: [resolve(options.cwd, file), ...args], argv0: "node" };
    },
  };
}
