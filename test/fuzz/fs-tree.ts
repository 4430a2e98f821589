/** The tree of `fs-model.ts` on the disk, and what became of it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { EXECUTABLE, FILES, LINKS } from "./fs-model.ts";

export interface Tree {
  readonly root: string;
  /** Descriptors of the harness's own: what `/dev/fd/N` must not lead to. */
  readonly secretFile: number;
  readonly secretFolder: number;
  /** The path of the file or folder with this inode. */
  pathOf(inode: number): string | undefined;
  /** What was made, changed or removed since the tree was built, by path. */
  changes(): string[];
  /** Puts back what was changed. */
  restore(): void;
  remove(): void;
}

/** A file's text says which file it is, wherever it is copied to. */
export const markOf = (file: string): string => `[mark ${FILES.indexOf(file as (typeof FILES)[number])}]`;
const MARK = /\[mark (\d+)\]/g;

/** The files whose text is in a text. */
export function filesNamedIn(text: string): string[] {
  return [...text.matchAll(MARK)].map(([, index]) => FILES[Number(index)]!);
}

export function makeTree(): Tree {
  // In memory where that can be had: a case is a dozen system calls.
  const base = fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir();
  const root = fs.realpathSync(fs.mkdtempSync(path.join(base, "moat-fuzz-")));
  const at = (name: string): string => `${root}/${name}`;
  /** What each path was when it was built: the change time of a file, the names in a folder. */
  let known = new Map<string, string>();
  let inodes = new Map<number, string>();

  function look(full: string): { state: string; names: string[]; inode: number } | undefined {
    const stats = fs.lstatSync(full, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return { state: `folder ${stats.mode}`, names: fs.readdirSync(full), inode: stats.ino };
    return { state: `${stats.ino} ${stats.ctimeMs}`, names: [], inode: stats.ino };
  }

  function walk(name: string, visit: (name: string, state: string, inode: number) => void): void {
    const seen = look(at(name));
    if (seen === undefined) return;
    visit(name, seen.state, seen.inode);
    for (const one of seen.names) walk(`${name}/${one}`, visit);
  }
  const tops = ["project", "home", "tmp", "loot"];

  function build(): void {
    for (const name of fs.readdirSync(root)) fs.rmSync(at(name), { recursive: true, force: true });
    for (const file of FILES) {
      fs.mkdirSync(path.dirname(at(file)), { recursive: true });
      fs.writeFileSync(at(file), markOf(file), { mode: file === EXECUTABLE ? 0o755 : 0o644 });
    }
    for (const [link, target] of Object.entries(LINKS)) fs.symlinkSync(target.replace("ROOT", root), at(link));
    known = new Map();
    inodes = new Map();
    for (const top of tops) {
      walk(top, (name, state, inode) => {
        known.set(name, state);
        inodes.set(inode, name);
      });
    }
  }

  build();
  const hidden = { file: fs.openSync(at("home/.npmrc")), folder: fs.openSync(at("home")) };
  return {
    root,
    secretFile: hidden.file,
    secretFolder: hidden.folder,
    pathOf: (inode) => inodes.get(inode),
    changes() {
      const left = new Map(known);
      const changed: string[] = [];
      for (const name of fs.readdirSync(root)) {
        if (!tops.includes(name)) changed.push(name);
        walk(name, (one, state) => {
          if (left.get(one) !== state) changed.push(one);
          left.delete(one);
        });
      }
      return [...changed, ...left.keys()];
    },
    restore: build,
    remove() {
      fs.closeSync(hidden.file);
      fs.closeSync(hidden.folder);
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}
