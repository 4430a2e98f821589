import type { Output } from "./command-context.ts";
import { dispatch } from "./dispatch.ts";

// The only place of the command that touches the process: everything below gets what it needs as an argument.
// HAZARD: the runtime takes `process` out of the global object, and denials are told after that.
const host = process;
/** Node 22.15 and later; not on Windows. */
const { execve, permission } = host as typeof host & {
  execve?(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never;
};

void dispatch(host.argv.slice(2), {
  cwd: host.cwd(),
  env: host.env,
  setVariable: (name, value) => {
    host.env[name] = value;
  },
  stdout: outputOf("stdout"),
  stderr: outputOf("stderr"),
  openTerminal: async () => (await import("./open-terminal.ts")).openTerminal(host),
  isBelted: permission !== undefined,
  // A message channel to a parent would not outlive it.
  restartWith:
    execve !== undefined && host.send === undefined
      ? (flags) =>
          execve.call(host, host.execPath, [host.execPath, ...host.execArgv, ...flags, ...host.argv.slice(1)], host.env)
      : undefined,
  startAgain: async (args, input) => {
    const { spawnSync } = await import("node:child_process");
    const { status, stdout, error } = spawnSync(host.execPath, [...host.execArgv, host.argv[1]!, ...args], {
      input,
      encoding: "utf8",
      maxBuffer: Infinity,
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (error !== undefined) throw error;
    return { code: status, output: stdout };
  },
  get nodeFlags() {
    return host.allowedNodeEnvironmentFlags;
  },
  exit: (code) => {
    host.exitCode = code;
  },
  atExit,
});

/** Node makes its streams when they are first looked at, which costs milliseconds. */
function outputOf(name: "stdout" | "stderr"): Output {
  return {
    get isTerminal() {
      return host[name].isTTY === true;
    },
    write: (text) => void host[name].write(text),
  };
}

/** Also where a signal ends the process: a server is stopped by one. Signals that the program handles are its own. */
function atExit(listener: () => void): void {
  let isTold = false;
  const tell = (): void => {
    if (!isTold) listener();
    isTold = true;
  };
  host.once("exit", tell);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const onSignal = (): void => {
      if (host.listenerCount(signal) > 1) return;
      tell();
      host.off(signal, onSignal);
      host.kill(host.pid, signal);
    };
    host.on(signal, onSignal);
  }
}
