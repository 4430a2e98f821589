/**
 * Random sequences of `fs` calls on two equal trees: one by plain Node, one by a
 * package that may read and write all of its tree. Every call must answer or
 * fail alike, and the trees must come out alike: what moat believes of files
 * between two calls, and what it does by itself instead of Node, shows here.
 */
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { makeFs } from "../../packages/core/src/endowments/fs/index.ts";

const require = createRequire(import.meta.url);

interface PathForm {
  readonly text: string;
  readonly form: "absolute" | "relative" | "buffer" | "url";
}

interface Step {
  readonly call: string;
  readonly style: "Sync" | "promise" | "callback";
  readonly p: PathForm;
  readonly q: PathForm;
  readonly option: number;
}

const name = fc.constantFrom("a", "b", "c", "f", "l");
const text = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "", "", "./", "/"))
  .map(([names, start]) => start + names.join("/"));
const pathForm: fc.Arbitrary<PathForm> = fc.record({
  text,
  form: fc.constantFrom("absolute", "absolute", "relative", "buffer", "url"),
});

type Values = { readonly p: any; readonly q: any; readonly option: number; readonly target: string };
const pick = <T>(from: readonly T[], option: number): T => from[option % from.length]!;

/** Arguments of each call, and what is compared of its answer. */
const CALLS: Readonly<
  Record<string, readonly [member: string, args: (values: Values) => unknown[], shown?: (answer: any) => unknown]>
> = {
  mkdir: ["mkdir", ({ p }) => [p]],
  mkdirDeep: ["mkdir", ({ p }) => [p, { recursive: true }]],
  mkdirMode: ["mkdir", ({ p }) => [p, 0o700]],
  writeFile: ["writeFile", ({ p, option }) => [p, `text ${option}`]],
  writeFileFlag: [
    "writeFile",
    ({ p, option }) => [p, "flag", { flag: pick(["wx", "a", "r+", "ax", "w+"], option), mode: 0o600 }],
  ],
  appendFile: ["appendFile", ({ p }) => [p, "+"]],
  readFile: [
    "readFile",
    ({ p, option }) => [p, pick(["utf8", { encoding: "utf8", flag: "r" }, "hex"] as const, option)],
  ],
  rm: [
    "rm",
    ({ p, option }) => [p, pick([{}, { force: true }, { recursive: true }, { recursive: true, force: true }], option)],
  ],
  rmdir: ["rmdir", ({ p }) => [p]],
  unlink: ["unlink", ({ p }) => [p]],
  rename: ["rename", ({ p, q }) => [p, q]],
  symlink: ["symlink", ({ target, q }) => [target, q]],
  link: ["link", ({ p, q }) => [p, q]],
  readlink: ["readlink", ({ p }) => [p]],
  realpath: ["realpath", ({ p }) => [p]],
  stat: ["stat", ({ p }) => [p], shownStats],
  lstat: ["lstat", ({ p, option }) => [p, { bigint: option % 2 === 0 }], shownStats],
  readdir: ["readdir", ({ p }) => [p], (list) => list.toSorted()],
  readdirTypes: [
    "readdir",
    ({ p }) => [p, { withFileTypes: true }],
    (list) => list.map((one: fs.Dirent) => [one.name, one.isDirectory(), one.isSymbolicLink()]).toSorted(),
  ],
  access: ["access", ({ p, option }) => [p, pick([0, 2, 4, 6], option)]],
  copyFile: ["copyFile", ({ p, q, option }) => [p, q, pick([0, 1], option)]],
  truncate: ["truncate", ({ p, option }) => [p, pick([0, 2, 9], option)]],
  chmod: ["chmod", ({ p, option }) => [p, pick([0o600, 0o644], option)]],
  utimes: ["utimes", ({ p }) => [p, 1000, 2000]],
  lutimes: ["lutimes", ({ p }) => [p, 1000, 2000]],
};

const MANY_WAYS_TO_FAIL: ReadonlySet<string> = new Set(["copyFile", "link", "mkdir", "rename", "symlink"]);

function shownStats(stats: fs.Stats | fs.BigIntStats): unknown {
  return [
    stats.isFile(),
    stats.isDirectory(),
    stats.isSymbolicLink(),
    Number(stats.mode),
    stats.isDirectory() ? 0 : Number(stats.size),
  ];
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    call: fc.constantFrom(...Object.keys(CALLS)),
    style: fc.constantFrom("Sync", "promise", "callback"),
    p: pathForm,
    q: pathForm,
    option: fc.nat(59),
  }),
  { minLength: 1, maxLength: 14 },
);

interface Tree {
  readonly root: string;
  readonly fs: any;
}

function build({ root }: Tree): void {
  fs.rmSync(root, { recursive: true, force: true });
  fs.mkdirSync(`${root}/a/b`, { recursive: true });
  fs.writeFileSync(`${root}/a/f`, "f of a");
  fs.writeFileSync(`${root}/f`, "f");
  fs.symlinkSync("a", `${root}/l`);
  fs.symlinkSync("../f", `${root}/a/l`);
}

function look({ root }: Tree): unknown[] {
  const found: unknown[] = [];
  const visit = (full: string): void => {
    const stats = fs.lstatSync(full);
    const what = stats.isSymbolicLink()
      ? fs.readlinkSync(full).replaceAll(root, "ROOT")
      : stats.isFile()
        ? fs.readFileSync(full, "utf8")
        : undefined;
    found.push([full.slice(root.length), stats.mode, stats.mtimeMs === 2_000_000, what]);
    if (stats.isDirectory()) for (const one of fs.readdirSync(full).toSorted()) visit(path.join(full, one));
  };
  visit(root);
  return found;
}

function valueOf({ root }: Tree, { text: given, form }: PathForm): unknown {
  const absolute = `${root}/${given}`;
  if (form === "relative") return given.startsWith("/") ? `.${given}` : given;
  if (form === "buffer") return Buffer.from(absolute);
  return form === "url" ? pathToFileURL(absolute) : absolute;
}

function isFolder(given: string): boolean {
  try {
    return fs.statSync(given).isDirectory();
  } catch {
    return false;
  }
}

const isLink = (given: string): boolean => {
  try {
    return fs.lstatSync(given).isSymbolicLink();
  } catch {
    return false;
  }
};

function isNoWay(given: string): boolean {
  try {
    fs.statSync(given);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** Whether a link's target is a file or folder, and no link. */
function isPlace(target: string, link: string | URL | Buffer): boolean {
  const text = link instanceof URL ? fileURLToPath(link) : link.toString();
  const full = path.resolve(path.dirname(text), target);
  return fs.existsSync(full) && !isLink(full);
}

/** Whether a link on the way leads to nothing. */
function isDangling(given: string): boolean {
  if (fs.existsSync(given)) return false;
  return isLink(given) || (given.includes("/") && isDangling(path.dirname(given)));
}

async function act(tree: Tree, step: Step): Promise<unknown> {
  const [member, args, shown] = CALLS[step.call]!;
  const target = pick(["a", "f", "b", "c", "nowhere", `${tree.root}/a`], step.option);
  const given = args({ p: valueOf(tree, step.p), q: valueOf(tree, step.q), option: step.option, target });
  // Node removes what lies at the target when the source is a folder.
  if (member === "copyFile" && isFolder(given[0] as string)) return "left out";
  // What `rm` says of a file or a ring of links on the way differs between Nodes, and Node's own forms.
  if (member === "rm" && isNoWay(given[0] as string)) return "left out";
  // No package makes a second name for a link.
  if (member === "link" && isLink(given[0] as string)) return "left out";
  // Nor a link to what can't be told, such as a ring of links.
  if (member === "symlink" && target !== "nowhere" && !isPlace(target, given[1] as string)) return "left out";
  // By a link that leads to nothing moat makes the folders there, and Node none.
  if (step.call === "mkdirDeep" && isDangling(`${tree.root}/${step.p.text}`)) return "left out";
  const plain = (value: unknown): unknown =>
    typeof value === "string"
      ? value.replaceAll(path.dirname(tree.root), "PROJECT").replaceAll(/\/{2,}/g, "/")
      : Array.isArray(value)
        ? value.map(plain)
        : value;
  try {
    const answer =
      step.style === "Sync"
        ? tree.fs[`${member}Sync`](...given)
        : step.style === "promise"
          ? await tree.fs.promises[member](...given)
          : await new Promise((resolve, reject) =>
              tree.fs[member](...given, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value))),
            );
    return plain(shown === undefined ? answer : shown(answer));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Where two things are wrong, which is told first differs between Node's own forms.
    return { code: MANY_WAYS_TO_FAIL.has(member) ? "some" : code };
  }
}

const isFailure = (said: unknown): boolean => typeof said === "object" && said !== null && "code" in said;

export interface FsEquivalence {
  readonly property: fc.IAsyncProperty<[Step[]]>;
  readonly counts: { answered: number; failed: number };
  remove(): void;
}

export function makeFsEquivalence(): FsEquivalence {
  const base = fs.realpathSync(
    fs.mkdtempSync(path.join(fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir(), "moat-equal-")),
  );
  const before = process.cwd();
  const project = `${base}/moat`;
  const location = `${project}/node_modules/dep`;
  fs.mkdirSync(location, { recursive: true });
  const shared = new Map<string, any>();
  const guest = makeFs({
    principal: {
      name: "dep",
      location,
      trusted: false,
      policy: { fs: { read: ["."], write: ["."] } },
      denies: () => true,
    },
    powers: { builtin: (id) => require(`node:${id}`), process, globals: globalThis as any },
    paths: { project, cwd: project, tmp: `${base}/tmp`, home: `${base}/home` },
    loader: undefined as never,
    builtin: () => ({}),
    shared(key, make) {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key);
    },
    reservedPaths: [],
    secretPaths: [],
    entryModules: new Set<string>(),
  });
  const trees: readonly Tree[] = [
    { root: `${base}/node/out`, fs },
    { root: `${project}/out`, fs: guest },
  ];
  const counts = { answered: 0, failed: 0 };
  const property = fc.asyncProperty(steps, async (list) => {
    const outcomes: unknown[][] = [];
    for (const tree of trees) {
      build(tree);
      process.chdir(tree.root);
      const outcome: unknown[] = [];
      for (const step of list) {
        const said = await act(tree, step);
        outcome.push([step.call, step.style, said]);
        if (tree.fs === fs) counts[isFailure(said) ? "failed" : "answered"]++;
      }
      process.chdir(before);
      outcomes.push([...outcome, look(tree)]);
    }
    const [expected, found] = outcomes;
    for (let at = 0; at < expected!.length; at++) {
      if (JSON.stringify(expected![at]) !== JSON.stringify(found![at]))
        throw new Error(`step ${at}\nnode ${JSON.stringify(expected![at])}\nmoat ${JSON.stringify(found![at])}`);
    }
  });
  return {
    property,
    counts,
    remove() {
      process.chdir(before);
      fs.rmSync(base, { recursive: true, force: true });
    },
  };
}
