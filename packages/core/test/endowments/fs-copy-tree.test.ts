import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld, type World } from "./fs-world.ts";

let world: World;
beforeAll(() => {
  world = makeWorld();
});
afterAll(() => world.remove());

/** A folder with files, folders and links; gives its path. */
function build(name: string): string {
  const root = path.join(world.project, "out", name);
  fs.rmSync(root, { recursive: true, force: true });
  fs.mkdirSync(`${root}/tree/sub/deep`, { recursive: true });
  fs.mkdirSync(`${root}/full/sub`, { recursive: true });
  fs.mkdirSync(`${root}/locked`, { mode: 0o750 });
  for (const file of ["file", "tree/a", "tree/sub/b", "full/a"])
    fs.writeFileSync(`${root}/${file}`, file, { mode: 0o640 });
  fs.linkSync(`${root}/file`, `${root}/hard`);
  for (const [link, to] of [
    ["toTree", "tree"],
    ["toSub", "tree/sub"],
    ["toFile", "file"],
    ["dangling", "nowhere"],
    ["full/link", "../file"],
  ])
    fs.symlinkSync(to!, `${root}/${link}`);
  return root;
}

function look(root: string): string[] {
  const found: string[] = [];
  const visit = (below: string): void => {
    const full = path.join(root, below);
    const stats = fs.lstatSync(full);
    const what = stats.isSymbolicLink()
      ? `-> ${fs.readlinkSync(full).replace(root, "ROOT")}`
      : stats.isFile()
        ? fs.readFileSync(full, "utf8")
        : "";
    found.push(`${below} ${(stats.mode & 0o7777).toString(8)} ${what}`);
    if (stats.isDirectory()) for (const one of fs.readdirSync(full).toSorted()) visit(`${below}/${one}`);
  };
  visit("");
  return found;
}

async function outcome(root: string, copy: () => unknown): Promise<unknown> {
  let said: unknown = "copied";
  try {
    await copy();
  } catch (error) {
    const { code, errno, syscall, message } = error as NodeJS.ErrnoException;
    said = { code, errno, syscall, message: message.replaceAll(root, "ROOT") };
  }
  return { said, tree: look(root) };
}

const CASES: readonly (readonly [from: string, to: string, options?: object])[] = [
  ["file", "file"],
  ["file", "hard"],
  ["file", "new"],
  ["file", "far/below/new"],
  ["file", "full/a"],
  ["file", "full/a", { force: false }],
  ["file", "full/a", { force: false, errorOnExist: true }],
  ["file", "full"],
  ["file", "toFile"],
  ["file", "toFile", { dereference: true }],
  ["toFile", "file", { dereference: true }],
  ["missing", "new"],
  ["dangling", "new"],
  ["dangling", "new", { dereference: true }],
  ["tree", "new"],
  ["tree", "new", { recursive: true }],
  ["tree", "full", { recursive: true }],
  ["full", "tree", { recursive: true }],
  ["locked", "new", { recursive: true }],
  ["tree", "tree", { recursive: true }],
  ["tree", "toTree", { recursive: true }],
  ["tree", "file", { recursive: true }],
  ["tree", "tree/in", { recursive: true }],
  ["tree", "toTree/in", { recursive: true }],
  ["tree/sub", "toTree/other", { recursive: true }],
  ["toTree", "new"],
  ["toTree", "new", { verbatimSymlinks: true }],
  ["toTree", "toSub"],
  ["toSub", "toTree"],
  ["toFile", "full/a"],
  ["full", "new", { recursive: true, verbatimSymlinks: true }],
  ["full", "new", { recursive: true, dereference: true }],
  ["full", "new", { recursive: true, filter: (from: string) => !from.endsWith("/a") }],
  ["file", "new", { filter: () => false }],
];

describe("cp", () => {
  it.each(CASES)("copies %s to %s %j as Node does", async (from, to, options = {}) => {
    const guest = world.fs({ fs: { read: ["./out"], write: ["./out"] } });
    const own = build("node");
    const expected = await outcome(own, () => fs.promises.cp(`${own}/${from}`, `${own}/${to}`, options));
    for (const copy of [guest.promises.cp, async (...args: unknown[]) => guest.cpSync(...args)]) {
      const root = build("moat");
      expect(await outcome(root, () => copy(`${root}/${from}`, `${root}/${to}`, options))).toEqual(expected);
    }
    expect(world.denials).toEqual([]);
  });

  // Node's own copies until names become too long.
  it("refuses to copy a folder below itself by a link further down", async () => {
    const guest = world.fs({ fs: { read: ["./out"], write: ["./out"] } });
    const root = build("moat");
    const before = look(root);
    await expect(guest.promises.cp(`${root}/tree`, `${root}/toSub/in`, { recursive: true })).rejects.toThrow(
      "subdirectory of self",
    );
    expect(() => guest.cpSync(`${root}/tree`, `${root}/toSub/in`, { recursive: true })).toThrow("subdirectory of self");
    expect(look(root)).toEqual(before);
  });
});
