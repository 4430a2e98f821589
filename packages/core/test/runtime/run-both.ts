import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MOAT = fileURLToPath(new URL("../../../cli/bin/moat.js", import.meta.url));

/** What a program did: its output, and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Project {
  readonly folder: string;
  node(entry: string): Promise<Outcome>;
  /** Under a policy that moat writes for the entry, unless `policy` is given; with Node's own `flags`. */
  moat(entry: string, policy?: object, flags?: readonly string[]): Promise<Outcome>;
  remove(): Promise<void>;
}

/** Writes files into a new temporary folder; names are paths, with `/`. */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "moat-runtime-")));
  for (const [name, text] of Object.entries({ "package.json": '{"name":"app"}', ...files })) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const start = (args: readonly string[]): Promise<Outcome> =>
    new Promise((done) => {
      execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : ((error.code as unknown as number) ?? null), stdout, stderr });
      });
    });
  return {
    folder,
    node: (entry) => start([entry]),
    async moat(entry, policy, flags = []) {
      if (policy === undefined) {
        const written = await start([MOAT, "policy", "--write", entry]);
        if (written.code !== 0) return written;
      } else {
        await writeFile(join(folder, "moat.policy.json"), JSON.stringify(policy));
      }
      return start([...flags, MOAT, "run", entry]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A policy for an entry whose packages have the given grants. */
export function policyFor(entry: string, packages: Readonly<Record<string, object>>): object {
  return { version: 1, root: "trusted", entries: [`./${entry}`], packages };
}
