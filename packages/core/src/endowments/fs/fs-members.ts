/**
 * Every member of `fs` and `fs/promises` on Node 20, 22, 24 and 26, and what it
 * does to the world. A member that is not here is not on any facade.
 */

/** A path among the arguments. */
export interface PathRole {
  readonly at: number;
  /** `stat` is what reading a folder's or file's metadata needs: also allowed on the way to a scope. */
  readonly mode: "read" | "write" | "stat";
  /** Whether the system call follows a link in the last place. */
  readonly follow: boolean;
}

/** `s`: `nameSync`, `c`: `name` with a callback, `p`: `promises.name`. */
export type Forms = "s" | "sc" | "scp" | "cp" | "p" | "c" | "sp";

export type MemberRow =
  /** Constants and classes of plain data. */
  | { readonly kind: "harmless"; readonly on?: "fs" | "both" }
  /** A system call on paths, which the roles describe in full. */
  | { readonly kind: "path"; readonly forms: Forms; readonly roles: readonly PathRole[] }
  /** Acts on a descriptor; `changes` what only somebody who may write may change. */
  | { readonly kind: "descriptor"; readonly forms: Forms; readonly changes?: boolean }
  /** Has an attenuator of its own. */
  | { readonly kind: "own"; readonly forms?: Forms }
  /** Known, and refused. */
  | { readonly kind: "refused"; readonly why: string };

const read = (at = 0, follow = true): PathRole => ({ at, mode: "read", follow });
const stat = (at = 0, follow = true): PathRole => ({ at, mode: "stat", follow });
const write = (at = 0, follow = true): PathRole => ({ at, mode: "write", follow });
const entry = (at = 0): PathRole => write(at, false);
const path = (forms: Forms, ...roles: PathRole[]): MemberRow => ({ kind: "path", forms, roles });
const own = (forms?: Forms): MemberRow => (forms === undefined ? { kind: "own" } : { kind: "own", forms });
const descriptor = (changes = false): MemberRow => ({ kind: "descriptor", forms: "sc", changes });

export const FS_MEMBERS: Readonly<Record<string, MemberRow>> = {
  access: path("scp", stat()),
  appendFile: own("scp"),
  chmod: path("scp", write()),
  chown: path("scp", write()),
  close: own("sc"),
  copyFile: own("scp"),
  cp: own("scp"),
  createReadStream: own(),
  createWriteStream: own(),
  exists: own("sc"),
  fchmod: descriptor(true),
  fchown: descriptor(true),
  fdatasync: descriptor(),
  fstat: descriptor(),
  fsync: descriptor(),
  ftruncate: descriptor(),
  futimes: descriptor(true),
  glob: own("scp"),
  lchmod: path("scp", entry()),
  lchown: path("scp", entry()),
  link: own("scp"),
  lstat: path("scp", stat(0, false)),
  lutimes: path("scp", entry()),
  mkdir: own("scp"),
  mkdtemp: own("scp"),
  mkdtempDisposable: own("sp"),
  open: own("scp"),
  openAsBlob: own(),
  openAsBlobSync: own(),
  opendir: own("scp"),
  read: descriptor(),
  readFile: own("scp"),
  readdir: own("scp"),
  readlink: own("scp"),
  readv: descriptor(),
  realpath: own("scp"),
  rename: own("scp"),
  rm: own("scp"),
  rmdir: own("scp"),
  stat: path("scp", stat()),
  statfs: path("scp", read()),
  symlink: own("scp"),
  truncate: path("scp", write()),
  unlink: path("scp", entry()),
  unwatchFile: own(),
  utimes: path("scp", write()),
  watch: own("cp"),
  watchFile: own(),
  write: descriptor(),
  writeFile: own("scp"),
  writev: descriptor(),

  ReadStream: own(),
  WriteStream: own(),
  FileReadStream: own(),
  FileWriteStream: own(),
  promises: own(),
  Dir: own(),
  Dirent: { kind: "harmless" },
  Stats: { kind: "harmless" },
  F_OK: { kind: "harmless" },
  R_OK: { kind: "harmless" },
  W_OK: { kind: "harmless" },
  X_OK: { kind: "harmless" },
  constants: { kind: "harmless", on: "both" },
  _toUnixTimestamp: { kind: "harmless" },
  Utf8Stream: { kind: "refused", why: "opens any path or descriptor through an fs of its own" },
};

/** The keys that a row stands for, on `fs` and on `fs.promises`. */
export function memberKeys(name: string, row: MemberRow): { fs: string[]; promises: string[] } {
  if (row.kind === "harmless") return { fs: [name], promises: row.on === "both" ? [name] : [] };
  if (row.kind === "refused" || row.forms === undefined) return { fs: [name], promises: [] };
  const { forms } = row;
  const fs: string[] = [];
  if (forms.includes("c")) fs.push(name);
  if (forms.includes("s") && name !== "openAsBlobSync") fs.push(`${name}Sync`);
  return { fs, promises: forms.includes("p") ? [name] : [] };
}
