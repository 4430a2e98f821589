import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runCommand } from "./run-command.mjs";

/** Where packages are installed, and stay from run to run: `MOAT_COMPAT_FOLDER`, or a folder below the temporary one. */
export const COMPAT_FOLDER = path.resolve(
  process.env["MOAT_COMPAT_FOLDER"] ?? path.join(realpathSync(tmpdir()), "moat-compat"),
);

/**
 * The environment of every program here: what programs need to start, an empty
 * home, and nothing of the person's own settings. Colours and progress are off.
 */
export function programEnvironment() {
  const home = path.join(COMPAT_FOLDER, "home");
  mkdirSync(home, { recursive: true });
  const kept = Object.fromEntries(
    ["PATH", "Path", "SystemRoot", "TEMP", "TMP", "TMPDIR"]
      .filter((key) => key in process.env)
      .map((key) => [key, process.env[key]]),
  );
  return { ...kept, HOME: home, USERPROFILE: home, NO_COLOR: "1", FORCE_COLOR: "0", CI: "1", TZ: "UTC" };
}

/**
 * Installs the packages of a manifest with npm, once; no install script runs.
 * @param more further flags for npm
 */
export async function installPackages(folder, manifest, more = []) {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const stamp = path.join(folder, "node_modules", ".moat-compat");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === text) return;
  mkdirSync(folder, { recursive: true });
  for (const name of ["node_modules", "package-lock.json"])
    rmSync(path.join(folder, name), { recursive: true, force: true });
  writeFileSync(path.join(folder, "package.json"), text);
  const flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...more];
  // Registry and proxy are the person's own; nothing else is.
  const { code, stderr } = await runCommand("npm", flags, { cwd: folder, env: process.env });
  if (code !== 0) throw new Error(`npm install in ${folder} failed:\n${stderr}`);
  writeFileSync(stamp, text);
}

/** Puts a project back to its sources: nothing of what a run made is left, caches of tools included. */
export function restoreSources(folder, sources) {
  for (const name of readdirSync(folder)) {
    if (name !== "node_modules") rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  for (const cache of [".cache", ".vite", ".vite-temp", ".vitest"])
    rmSync(path.join(folder, "node_modules", cache), { recursive: true, force: true });
  cpSync(sources, folder, { recursive: true });
}

/** Every file of a project outside of `node_modules`: path to content. */
export function filesOf(folder) {
  const files = new Map();
  const look = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules") look(full);
      } else if (entry.isFile()) files.set(path.relative(folder, full), readFileSync(full, "latin1"));
    }
  };
  look(folder);
  return files;
}
