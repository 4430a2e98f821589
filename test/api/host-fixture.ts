import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CORE = fileURLToPath(new URL("../../packages/core", import.meta.url));

// With the second wall the host has what it imported, and no globals.
const PROLOGUE = `import process from "node:process";
import { setTimeout } from "node:timers";
import { Buffer } from "node:buffer";
import { moat } from "@moat/core";
const results = {};
const out = (label, value) => { results[label] = value; };
const caught = async (act) => { try { return await act(); } catch (error) { return error.cause?.code ?? error.code ?? error.message; } };`;
const EPILOGUE = `process.stdout.write(JSON.stringify(results), () => process.exit());`;

export interface Host {
  readonly folder: string;
  /** Runs a host program, an ES module that has `moat` and `out(label, value)`; returns what it put out. */
  run(text: string): Record<string, unknown>;
  dispose(): void;
}

/** A project in a folder of its own, whose host programs use the built `@moat/core`. */
export function makeHost(files: Readonly<Record<string, string>>): Host {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-api-")));
  const folder = path.join(home, "project");
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  mkdirSync(path.join(folder, "node_modules/@moat"), { recursive: true });
  symlinkSync(CORE, path.join(folder, "node_modules/@moat/core"), "junction");
  return {
    folder,
    run(text) {
      write("host.mjs", `${PROLOGUE}\n${text}\n${EPILOGUE}`);
      const env = { PATH: process.env["PATH"], HOME: home, SECRET: "s3cret", APP: "app" };
      const { stdout, stderr } = spawnSync(process.execPath, ["host.mjs"], {
        cwd: folder,
        env,
        encoding: "utf8",
        timeout: 50_000,
      });
      try {
        return { ...(JSON.parse(stdout) as Record<string, unknown>), stderr };
      } catch {
        throw new Error(`the host failed:\n${stdout}\n${stderr}`);
      }
    },
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}
