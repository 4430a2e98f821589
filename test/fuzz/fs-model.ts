/**
 * What a principal may do to which file, worked out from labels of the names in
 * a small tree, and from nothing of moat's. No path is resolved here: what
 * really happened is looked up on the disk.
 */

/** The files of each case, by path below its root; each holds its own mark. */
export const FILES = [
  "project/index.js",
  "project/package.json",
  "project/run.sh",
  "project/.env",
  "project/server.pem",
  "project/.git/HEAD",
  "project/src/a.txt",
  "project/src/deep/b.txt",
  "project/src/id_rsa",
  "project/out/o.txt",
  "project/out/.npmrc",
  "project/out/keys/tls.key",
  "project/.cache/c.txt",
  "project/moat.policy.json",
  "project/node_modules/dep/package.json",
  "project/node_modules/dep/data.json",
  "project/node_modules/dep/sub/d.txt",
  "project/node_modules/victim/index.js",
  "project/node_modules/.cache/n.txt",
  "home/.npmrc",
  "home/.ssh/id_ed25519",
  "home/.cache/h.txt",
  "home/notes.txt",
  "tmp/t.txt",
  "loot/l.txt",
] as const;

/** Links of the tree, and where they lead; `ROOT` is the folder of the case. */
export const LINKS: Readonly<Record<string, string>> = {
  "project/src/up": "..",
  "project/src/homelink": "../../home",
  "project/src/secretlink": "../server.pem",
  "project/src/outlink": "../out",
  "project/out/absolute": "ROOT/home/notes.txt",
  "project/out/dangling": "../src/nothing",
  "project/out/loop": "loop",
  "project/node_modules/dep/outside": "../victim",
  "tmp/project": "ROOT/project",
};

/** The module that the program starts from: nobody writes it by a scope that only holds it among others. */
const ENTRY = "project/index.js";
export const EXECUTABLE = "project/run.sh";

/** `secret` and `reserved` count below every scope that does not name them, `orders` below a broad one. */
type Label = "secret" | "orders" | "reserved";
const NAMES: Readonly<Record<string, Label>> = {
  "server.pem": "secret",
  "prod.pem": "secret",
  "tls.key": "secret",
  id_rsa: "secret",
  id_ed25519: "secret",
  ".env": "secret",
  ".ENV": "secret",
  ".env.local": "secret",
  ".npmrc": "secret",
  ".ssh": "secret",
  "package.json": "orders",
  "Package.json": "orders",
  "ｐackage.json": "orders",
  "package-lock.json": "orders",
  "vite.config.mjs": "orders",
  Dockerfile: "orders",
  ".git": "reserved",
  ".hidden": "reserved",
  "moat.policy.json": "reserved",
  "MOAT.policy.json": "reserved",
  "moat.overrides.json": "reserved",
  "node_modules\u200b": "reserved",
};
/** Names that are not in the tree. */
export const NEW_NAMES = ["new.txt", "New.TXT", "NODE_MODULES", ...Object.keys(NAMES)];

const BASES = { "<package>": "project/node_modules/dep", "<cwd>": "project", "<tmp>": "tmp", "<home>": "home" };

export const SCOPES = [
  ".",
  "./src",
  "./out",
  "./src/deep/b.txt",
  "./server.pem",
  "<package>",
  "<package>/sub",
  "<tmp>",
  "<cwd>/out",
  "<home>/.cache",
  "ROOT/loot",
] as const;

interface Scope {
  readonly root: string;
  readonly isBroad: boolean;
  /** Holds no secrets of others: the package's own folder, and what a person wrote in full. */
  readonly isOpen: boolean;
}

function scopeOf(text: string): Scope {
  if (text === ".") return { root: "project", isBroad: true, isOpen: false };
  if (text.startsWith("./")) return { root: `project/${text.slice(2)}`, isBroad: false, isOpen: false };
  if (text.startsWith("ROOT/")) return { root: text.slice(5), isBroad: false, isOpen: true };
  const [, token, rest] = /^(<\w+>)(.*)$/.exec(text)!;
  const isBroad = rest === "" && token !== "<tmp>";
  return { root: BASES[token as keyof typeof BASES] + rest, isBroad, isOpen: token === "<package>" };
}

export const isWithin = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`);

/** The labels of the names between a scope's root and a path. */
function labelsBelow(path: string, root: string): Set<Label> {
  const labels = new Set<Label>();
  const names = path.slice(root.length).split("/");
  names.forEach((name, i) => {
    if (NAMES[name] !== undefined) labels.add(NAMES[name]);
    if (name.toLowerCase() === "node_modules" && names[i + 1] !== ".cache") labels.add("reserved");
    // A secret's name begins with a dot too.
    if (name.startsWith(".") && name !== ".cache") labels.add("reserved");
  });
  return labels;
}

export interface Model {
  mayRead(path: string): boolean;
  /** Whether it may be known that something is there: readable, or on the way to a scope. */
  maySee(path: string): boolean;
  mayWrite(path: string): boolean;
}

export function makeModel(read: readonly string[], write: readonly string[]): Model {
  const reads = read.map(scopeOf);
  const writes = write.map(scopeOf);
  const mayRead = (path: string): boolean =>
    reads.some(({ root, isOpen }) => isWithin(path, root) && (isOpen || !labelsBelow(path, root).has("secret")));
  return {
    mayRead,
    maySee: (path) => mayRead(path) || [...reads, ...writes].some(({ root }) => isWithin(root, path)),
    mayWrite: (path) =>
      writes.some(({ root, isBroad, isOpen }) => {
        if (!isWithin(path, root) || (path === ENTRY && root !== ENTRY)) return false;
        const labels = labelsBelow(path, root);
        if (path === EXECUTABLE) labels.add("orders");
        if (root === "loot") return true;
        if (labels.has("secret") && !isOpen) return false;
        return !labels.has("reserved") && !(isBroad && labels.has("orders"));
      }),
  };
}
