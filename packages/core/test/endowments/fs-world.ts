import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import type { Denial } from "../../src/audit/denial.ts";
import { makeFs } from "../../src/endowments/fs/index.ts";
import type { EndowmentContext } from "../../src/endowments/principal.ts";

const require = createRequire(import.meta.url);

/** A project, a home with secrets, and facades of `fs` for made-up principals. */
export interface World {
  readonly root: string;
  readonly project: string;
  readonly home: string;
  readonly dep: string;
  readonly denials: Omit<Denial, "principal">[];
  context(
    policy?: object,
    more?: Partial<{ trusted: boolean; audit: boolean; entryModules: string[]; reservedPaths: string[] }>,
  ): EndowmentContext;
  fs(policy?: object, more?: object): any;
  snapshot(): string;
  remove(): void;
}

export function makeWorld(): World {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "moat-fs-")));
  const at = (...names: string[]) => path.join(root, ...names);
  const put = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), text);
  };
  put("project/package.json", '{"name":"app"}');
  put("project/index.js", "// entry");
  put("project/src/a.txt", "a");
  put("project/.env", "SECRET=env");
  put("project/server.pem", "SECRET=pem");
  put("project/.git/HEAD", "ref");
  put("project/node_modules/dep/package.json", '{"name":"dep"}');
  put("project/node_modules/dep/index.js", "");
  put("project/node_modules/dep/data.json", '{"greeting":"hello"}');
  put("project/node_modules/victim/index.js", "// victim");
  put("home/.npmrc", "//r/:_authToken=SECRET");
  put("home/.ssh/id_ed25519", "SECRET KEY");
  put("home/.cache/secret-name", "x");
  put("home/.bashrc", "# rc");
  put("home/notes.txt", "SECRET notes");
  fs.mkdirSync(at("tmp"));
  fs.mkdirSync(at("loot"));
  const denials: Omit<Denial, "principal">[] = [];
  const shared = new Map<string, unknown>();

  const context: World["context"] = (policy = { fs: { read: ["<package>", "."] } }, more = {}) => {
    const facades = new Map<string, unknown>();
    const one: EndowmentContext = {
      principal: {
        name: "dep",
        location: at("project/node_modules/dep"),
        trusted: more.trusted ?? false,
        policy,
        denies(denial) {
          denials.push(denial);
          return more.audit !== true;
        },
      },
      powers: { builtin: (name) => require(`node:${name}`), process, globals: globalThis as any },
      paths: { project: at("project"), cwd: at("project"), tmp: at("tmp"), home: at("home") },
      loader: undefined as never,
      builtin(name) {
        if (!facades.has(name)) facades.set(name, makeFs(one));
        return facades.get(name);
      },
      shared<T>(key: string, make: () => T): T {
        if (!shared.has(key)) shared.set(key, make());
        return shared.get(key) as T;
      },
      reservedPaths: more.reservedPaths ?? [at("reserved")],
      secretPaths: [at("reserved/secret")],
      entryModules: new Set(more.entryModules ?? [at("project/index.js")]),
    };
    return one;
  };
  return {
    root,
    project: at("project"),
    home: at("home"),
    dep: at("project/node_modules/dep"),
    denials,
    context,
    fs: (policy, more) => context(policy as object, more as object).builtin("fs"),
    /** Every file with its text and mode: what an attack may not change. */
    snapshot() {
      const lines: string[] = [];
      const walk = (folder: string) => {
        for (const entry of fs
          .readdirSync(folder, { withFileTypes: true })
          .sort((a, b) => (a.name < b.name ? -1 : 1))) {
          const full = path.join(folder, entry.name);
          const { mode } = fs.lstatSync(full);
          lines.push(
            `${path.relative(root, full)} ${mode.toString(8)} ${entry.isFile() ? fs.readFileSync(full, "utf8") : entry.isSymbolicLink() ? fs.readlinkSync(full) : ""}`,
          );
          if (entry.isDirectory()) walk(full);
        }
      };
      walk(root);
      return lines.join("\n");
    },
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}
