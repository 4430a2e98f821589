/** Runs one process and times it from its start to its exit. */
import { spawn } from "node:child_process";

const TIMEOUT_MS = 90_000;

/**
 * @typedef {object} Outcome
 * @property {number | string | null} code exit code, or the signal, or "timeout"
 * @property {Record<string, number>} times milliseconds by phase; `process` is the whole
 * @property {string} value what the program says that it computed
 */

/**
 * @param {{ command: string[], cwd: string, env: Record<string, string | undefined> }} what
 * @returns {{ line(pattern: RegExp): Promise<string>, finished: Promise<Outcome & { stderr: string }> }}
 */
export function startProcess({ command: [program, ...args], cwd, env }) {
  const begin = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, TIMEOUT_MS);
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));

  let exited = 0;
  child.once("exit", () => (exited = performance.now()));
  const finished = new Promise((resolve) => {
    child.once("error", (error) => (stderr += error.message));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      const { times, value } = reported(stdout);
      const process = (exited || performance.now()) - begin;
      resolve({ code: timedOut ? "timeout" : (code ?? signal), times: { ...times, process }, value, stderr });
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
  return { line, finished };
}

function reported(stdout) {
  const last = /^@bench (.*)$/mu.exec(stdout);
  return last === null ? { times: {}, value: stdout } : JSON.parse(last[1]);
}
