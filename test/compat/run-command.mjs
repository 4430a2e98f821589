import { spawn } from "node:child_process";

const LONGEST_RUN_MS = 300_000;

/**
 * Runs a program to its end, without a terminal, and gives what it wrote.
 * @returns {Promise<{ code: number | string, stdout: string, stderr: string, ms: number }>}
 */
export function runCommand(file, args, { cwd, env }) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_RUN_MS);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, stdout, stderr, ms: Math.round(performance.now() - start) });
    });
  });
}
