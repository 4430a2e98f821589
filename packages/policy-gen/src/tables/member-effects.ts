/**
 * Which members of builtins touch a resource, so that a package which uses them
 * is given a scope for it. A member that is not listed touches none (or works on
 * something, a descriptor say, that another member had to open).
 *
 * - `read`, `write`, `both`: the file system; `open`: as its flags say
 * - `tmp`: asks for the temporary folder
 * - `connect`, `listen`: the network; `dial`: connects to what its arguments name
 * - `shell`, `program`, `fork`: starts a process
 */
export type Effect =
  | "read"
  | "write"
  | "both"
  | "open"
  | "tmp"
  | "connect"
  | "dial"
  | "listen"
  | "datagram"
  | "shell"
  | "program"
  | "fork"
  | "worker";

const fsEffects: Record<string, Effect> = {
  ReadStream: "read",
  WriteStream: "write",
  FileReadStream: "read",
  FileWriteStream: "write",
  access: "read",
  appendFile: "write",
  chmod: "write",
  chown: "write",
  copyFile: "both",
  cp: "both",
  createReadStream: "read",
  createWriteStream: "write",
  exists: "read",
  glob: "read",
  lchmod: "write",
  lchown: "write",
  link: "both",
  lstat: "read",
  lutimes: "write",
  mkdir: "write",
  mkdtemp: "write",
  mkdtempDisposable: "write",
  open: "open",
  openAsBlob: "read",
  opendir: "read",
  readFile: "read",
  readdir: "read",
  readlink: "read",
  realpath: "read",
  rename: "both",
  rm: "write",
  rmdir: "write",
  stat: "read",
  statfs: "read",
  symlink: "both",
  truncate: "write",
  unlink: "write",
  unwatchFile: "read",
  utimes: "write",
  watch: "read",
  watchFile: "read",
  writeFile: "write",
};

const client: Record<string, Effect> = { request: "dial", get: "dial", ClientRequest: "dial" };
const server: Record<string, Effect> = { createServer: "listen", Server: "listen", createSecureServer: "listen" };
const resolverEffects: Record<string, Effect> = Object.fromEntries(
  [
    "lookup",
    "lookupService",
    "resolve",
    "resolve4",
    "resolve6",
    "resolveAny",
    "resolveCaa",
    "resolveCname",
    "resolveMx",
    "resolveNaptr",
    "resolveNs",
    "resolvePtr",
    "resolveSoa",
    "resolveSrv",
    "resolveTlsa",
    "resolveTxt",
    "reverse",
    "Resolver",
  ].map((name) => [name, "connect" as const]),
);

const EFFECTS: Readonly<Record<string, Readonly<Record<string, Effect>>>> = {
  fs: fsEffects,
  "fs/promises": fsEffects,
  os: { tmpdir: "tmp" },
  net: { ...server, connect: "connect", createConnection: "connect", Socket: "connect", Stream: "connect" },
  tls: { ...server, connect: "connect", TLSSocket: "connect" },
  http: { ...client, ...server, WebSocket: "dial" },
  https: { ...client, ...server },
  http2: { ...server, connect: "dial" },
  dgram: { createSocket: "datagram", Socket: "datagram" },
  dns: resolverEffects,
  "dns/promises": resolverEffects,
  _http_client: client,
  child_process: {
    exec: "shell",
    execSync: "shell",
    spawn: "program",
    spawnSync: "program",
    execFile: "program",
    execFileSync: "program",
    fork: "fork",
    ChildProcess: "program",
  },
  cluster: { fork: "fork" },
  worker_threads: { Worker: "worker" },
};

/** Global names that reach the network. */
export const GLOBAL_EFFECTS: Readonly<Record<string, Effect>> = {
  fetch: "dial",
  WebSocket: "dial",
  EventSource: "dial",
};

/** What a member of a builtin touches; `readFileSync` counts as `readFile`. */
export function memberEffect(builtin: string, member: string): Effect | undefined {
  const table = own(EFFECTS, builtin);
  if (table === undefined) return undefined;
  return own(table, member) ?? (member.endsWith("Sync") ? own(table, member.slice(0, -4)) : undefined);
}

/** All that a builtin can touch: for one that escapes as a value. */
export function builtinEffects(builtin: string): readonly Effect[] {
  return [...new Set(Object.values(own(EFFECTS, builtin) ?? {}))];
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
