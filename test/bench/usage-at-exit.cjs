/**
 * Preloaded into every process that is measured: tells what it used, over file
 * descriptor 3, when it ends. What it takes is the same for all tools: a
 * thousandth of a second.
 *
 * HAZARD: everything it needs is taken before a tool locks the process down.
 */
const { readFileSync, statSync, writeSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

const PIPE = 3;
const real = process;
const weigh = process.env.BENCH_WEIGH === "1";

if (isMainThread) real.on("exit", tell);

function tell() {
  const { userCPUTime, systemCPUTime, maxRSS } = real.resourceUsage();
  const told = { cpu: (userCPUTime + systemCPUTime) / 1000, memory: (peakOfThisImage() ?? maxRSS) / 1024 };
  if (weigh) Object.assign(told, loadedModules());
  try {
    writeSync(PIPE, JSON.stringify(told));
  } catch {
    // A child that inherited the option and not the pipe: its parent is who is measured.
  }
}

/** In KiB. Where there is /proc: what `getrusage` says includes the parent's pages before `exec`. */
function peakOfThisImage() {
  try {
    return Number(/^VmHWM:\s+(\d+)/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

/** CommonJS and JSON modules that plain Node has loaded, and their bytes. */
function loadedModules() {
  const files = Object.keys(require.cache).filter((file) => file !== __filename);
  return { modules: files.length, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
}
