/** Runs one process and times it from its start to its exit. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const TIMEOUT_MS = 90_000;
const PRELOADED = fileURLToPath(new URL("usage-at-exit.cjs", import.meta.url));

/**
 * @typedef {object} Outcome
 * @property {number | string | null} code exit code, or the signal, or "timeout"
 * @property {Record<string, number>} times milliseconds by phase; `process` is the whole
 * @property {{ cpu?: number, memory?: number, modules?: number, bytes?: number }} used
 *   milliseconds of processor, peak of resident memory in MiB; nothing where it was killed
 * @property {string} [value] what the program says that it computed
 * @property {Record<string, unknown>} [values] the same by phase, where phases stand each for itself
 */

/**
 * @param {{ command: string[], cwd: string, env: Record<string, string | undefined>, timeout?: number }} what
 *   the command's first word is a Node
 * @returns {{ line(pattern: RegExp): Promise<string>, finished: Promise<Outcome & { stderr: string }>, stop(): void }}
 */
export function startProcess({ command: [program, ...args], cwd, env, timeout = TIMEOUT_MS }) {
  const begin = performance.now();
  const stdio = ["ignore", "pipe", "pipe", "pipe"];
  const child = spawn(program, ["--require", PRELOADED, ...args], { cwd, env, stdio });
  let stdout = "";
  let stderr = "";
  let usage = "";
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, timeout);
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  child.stdio[3].setEncoding("utf8").on("data", (text) => (usage += text));

  let exited = 0;
  child.once("exit", () => (exited = performance.now()));
  const finished = new Promise((resolve) => {
    child.once("error", (error) => (stderr += error.message));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      const { times, value, values } = reported(stdout);
      const process = (exited || performance.now()) - begin;
      const used = usage === "" ? {} : JSON.parse(usage);
      resolve({
        code: timedOut ? "timeout" : (code ?? signal),
        times: { ...times, process },
        used,
        value,
        values,
        stderr,
      });
    });
  });
  const line = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stdout);
        if (match !== null) resolve(match[1]);
      };
      child.stdout.on("data", look);
      look();
      finished.then(() => reject(new Error(`the program ended before it printed ${pattern}: ${stderr}`)));
    });
  return { line, finished, stop: () => child.kill("SIGKILL") };
}

function reported(stdout) {
  const last = /^@bench (.*)$/mu.exec(stdout);
  return last === null ? { times: {}, value: stdout } : JSON.parse(last[1]);
}
