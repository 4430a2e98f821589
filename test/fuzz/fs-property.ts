/**
 * Random `fs` calls of random packages on a real tree. Three things must hold:
 * no text, name or number comes back from what the model does not let it read;
 * nothing is changed that the model does not let it write; and a plain read of
 * what it may read gives what plain Node gives.
 */
import { createRequire } from "node:module";
import fs from "node:fs";
import fc from "fast-check";
import { makeFs } from "../../packages/core/src/endowments/fs/index.ts";
import { SCOPES, isWithin, makeModel, type Model } from "./fs-model.ts";
import { ASYNC, SYNC, type StepArguments } from "./fs-operations.ts";
import { filesNamedIn, makeTree, type Tree } from "./fs-tree.ts";
import { anyPath, pathOf, textOf, valueOf, type PathSpec } from "./path-forms.ts";

const require = createRequire(import.meta.url);

interface Step {
  readonly operation: string;
  readonly p: PathSpec;
  readonly q: PathSpec;
  readonly target: string;
  readonly flag: string | number;
}

export interface FsCase {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly steps: readonly Step[];
}

/** Every scope in both modes, and mixtures; few enough for a facade of each to be kept. */
const POLICIES: readonly (readonly [read: readonly string[], write: readonly string[]])[] = [
  ...SCOPES.map((scope) => [[scope], []] as const),
  ...SCOPES.map((scope) => [[], [scope]] as const),
  ...SCOPES.map((scope) => [[scope], [scope]] as const),
  // Most cases are about packages that may do a good deal: their calls get further.
  ...Array.from(
    { length: 24 },
    () =>
      [
        [".", "<package>"],
        [".", "<tmp>"],
      ] as const,
  ),
  ...Array.from(
    { length: 12 },
    () =>
      [
        ["./src", "<tmp>"],
        [".", "<package>", "ROOT/loot"],
      ] as const,
  ),
  [[".", "<package>"], ["./out"]],
  [["."], ["./out", "<tmp>"]],
  [["./src"], ["."]],
  [["./out"], ["./src"]],
  [["<package>"], [".", "<tmp>"]],
  [
    ["<tmp>", "./src"],
    ["<tmp>", "./out"],
  ],
  [[], []],
];
const flag = fc.constantFrom<string | number>(
  "r",
  "r+",
  "w",
  "wx",
  "a",
  "a+",
  "w+",
  "rs+",
  0,
  1,
  2,
  3,
  64,
  512,
  577,
  1024,
  0o100000,
  0o10000000,
  0o200000,
);
const target = fc.constantFrom(
  "../server.pem",
  "/etc",
  "../../home/.npmrc",
  "new.txt",
  "a.txt",
  "../out/o.txt",
  "deep/../../server.pem",
  ".",
  "/proc/self/root",
);

export function fsCases(operations: readonly string[]): fc.Arbitrary<FsCase> {
  const step = fc.record({ operation: fc.constantFrom(...operations), p: anyPath, q: anyPath, target, flag });
  return fc
    .tuple(fc.constantFrom(...POLICIES), fc.array(step, { minLength: 1, maxLength: 3 }))
    .map(([[read, write], steps]) => ({ read, write, steps }));
}

export interface FsProperty {
  readonly sync: fc.IProperty<[FsCase]>;
  readonly async: fc.IAsyncProperty<[FsCase]>;
  /** How many calls were made, and how many of them gave something. */
  readonly counts: { calls: number; answered: number; changed: number };
  remove(): void;
}

export function makeFsProperty(): FsProperty {
  const tree = makeTree();
  const before = process.cwd();
  process.chdir(`${tree.root}/project`);
  const counts = { calls: 0, answered: 0, changed: 0 };

  const shared = makeShared();
  const made = new Map<string, { guest: any; model: Model }>();

  function prepare({ read, write }: FsCase): { guest: any; model: Model } {
    const key = JSON.stringify([read, write]);
    const rooted = (list: readonly string[]): string[] => list.map((text) => text.replace("ROOT", tree.root));
    const known = made.get(key) ?? {
      guest: makeGuest(tree, { read: rooted(read), write: rooted(write) }, shared),
      model: makeModel(read, write),
    };
    made.set(key, known);
    return known;
  }

  function argumentsOf(step: Step): StepArguments {
    const other = `${tree.root}/home/.npmrc`;
    return {
      p: () => valueOf(step.p, tree, other),
      q: () => valueOf(step.q, tree, other),
      target: step.target,
      flag: step.flag,
      bits: typeof step.flag === "number" ? step.flag : 2,
    };
  }

  /** @throws where the step told something that the model keeps. */
  function judge(step: Step, answer: unknown, model: Model): void {
    counts.calls++;
    if (answer === undefined || answer === null) return;
    counts.answered++;
    const fail = (what: string): never => {
      throw new Error(
        `escape: ${step.operation} of ${JSON.stringify(textOf(step.p, tree)).slice(0, 300)} told ${what}`,
      );
    };
    const { stats, names, real, there } = answer as any;
    if (stats !== undefined) {
      const path = tree.pathOf(stats.ino);
      if (path !== undefined && !model.maySee(path)) fail(`the metadata of ${path}`);
    }
    if (there === true || names !== undefined) {
      const path = pathBelow(tree, realOf(pathOf(step.p, tree)));
      const isFree = names === undefined ? model.maySee(path) : model.mayRead(path);
      // A name that says nothing of this tree (`/dev/null`, a form that is no path) is no matter of the model's.
      if (path !== "" && isPath(step.p) && step.operation !== "glob" && !isFree) fail(`what is in ${path}`);
    }
    // Folders above the tree are on the way to every scope.
    if (
      typeof real === "string" &&
      !isAbove(real, tree.root) &&
      real !== "/dev/null" &&
      !model.maySee(pathBelow(tree, real))
    ) {
      fail(`the place ${real}`);
    }
    const text = typeof answer === "string" ? answer : (JSON.stringify(answer) ?? "");
    for (const file of filesNamedIn(text)) if (!model.mayRead(file)) fail(`the text of ${file}`);
  }

  /** @throws where something was changed that the model keeps. */
  function settle(model: Model): void {
    const changes = tree.changes();
    if (changes.length === 0) return;
    counts.changed++;
    tree.restore();
    shared.relink();
    // `mkdir -p node_modules/.cache` makes the folder above as well.
    const isOnTheWay = (path: string): boolean =>
      changes.some((one) => one !== path && isWithin(one, path) && model.mayWrite(one));
    const kept = changes.filter((path) => !model.mayWrite(path) && !isOnTheWay(path));
    if (kept.length > 0) throw new Error(`escape: changed ${kept.join(", ")}`);
  }

  /** @throws where the guest does not get what it may have. */
  function compare({ steps }: FsCase, model: Model, guest: any): void {
    const [step] = steps;
    if (step === undefined || steps.length > 1 || step.operation !== "readFile" || step.p.form !== "string") return;
    const text = textOf(step.p, tree);
    let plain: string;
    try {
      plain = fs.readFileSync(text, "utf8");
    } catch {
      return;
    }
    const path = pathBelow(tree, realOf(text));
    if (path === "" || !model.mayRead(path)) return;
    if (guest.readFileSync(text, "utf8") !== plain) throw new Error(`${text} reads otherwise than in Node`);
  }

  return {
    counts,
    sync: fc.property(fsCases(Object.keys(SYNC)), (one) => {
      const { guest, model } = prepare(one);
      try {
        compare(one, model, guest);
        for (const step of one.steps) {
          let answer: unknown;
          try {
            answer = SYNC[step.operation]!(guest, argumentsOf(step));
          } catch (error) {
            if (!(error instanceof Error)) throw error;
          }
          judge(step, answer, model);
        }
      } finally {
        settle(model);
      }
    }),
    async: fc.asyncProperty(fsCases(Object.keys(ASYNC)), async (one) => {
      const { guest, model } = prepare(one);
      // At once, so that they race with each other.
      const answers = await Promise.allSettled(
        one.steps.map(async (step) => ASYNC[step.operation]!(guest, argumentsOf(step))),
      );
      try {
        answers.forEach((answer, i) =>
          judge(one.steps[i]!, answer.status === "fulfilled" ? answer.value : undefined, model),
        );
      } finally {
        settle(model);
      }
    }),
    remove() {
      process.chdir(before);
      tree.remove();
    },
  };
}

const isAbove = (path: string, below: string): boolean => path === "/" || isWithin(below, path);

/** Below the root of the case; empty where it lies elsewhere. */
function pathBelow(tree: Tree, real: string): string {
  return isWithin(real, tree.root) ? real.slice(tree.root.length + 1) : "";
}

function realOf(text: string): string {
  try {
    return fs.realpathSync.native(text);
  } catch {
    return "";
  }
}

const isPath = ({ form }: PathSpec): boolean =>
  form === "string" || form === "buffer" || form === "bytes" || form === "url";

interface Shared {
  get<T>(key: string, make: () => T): T;
  /** Tells the facades that the harness itself made links: an application that does so is trusted. */
  relink(): void;
}

function makeShared(): Shared {
  const known = new Map<string, any>();
  return {
    get(key, make) {
      if (!known.has(key)) known.set(key, make());
      return known.get(key);
    },
    relink: () => known.get("fs.realPaths").relink()(),
  };
}

function makeGuest(tree: Tree, grants: { read: string[]; write: string[] }, shared: Shared): any {
  const at = (name: string): string => `${tree.root}/${name}`;
  return makeFs({
    principal: {
      name: "dep",
      location: at("project/node_modules/dep"),
      trusted: false,
      policy: { fs: grants },
      denies: () => true,
    },
    powers: { builtin: (name) => require(`node:${name}`), process, globals: globalThis as any },
    paths: { project: at("project"), cwd: at("project"), tmp: at("tmp"), home: at("home") },
    loader: undefined as never,
    builtin: () => ({}),
    shared: shared.get,
    reservedPaths: [at("reserved")],
    secretPaths: [],
    entryModules: new Set([at("project/index.js")]),
  });
}
