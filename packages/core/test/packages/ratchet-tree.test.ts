import { expect, test } from "vitest";
import { buildGraph } from "../../src/packages/build-graph.ts";
import { makeRatchetTree } from "../../src/packages/ratchet-tree.ts";
import { makeDisk } from "../../src/packages/disk.ts";
import { makeTree } from "./tree.ts";

test("what a package needs comes with it; what it only looks for may be somebody else's", () => {
  const root = makeTree({
    "package.json": { name: "app", dependencies: { victim: "1", hostile: "1" } },
    "node_modules/victim/package.json": {
      dependencies: { needed: "1", both: "1" },
      optionalDependencies: { both: "1", rare: "1" },
      peerDependencies: { peer: "1", extra: "1" },
      peerDependenciesMeta: { extra: { optional: true }, more: { optional: true } },
    },
    "node_modules/hostile/package.json": {
      dependencies: { both: "npm:evil@1", rare: "npm:evil@1", extra: "npm:evil@1", more: "npm:evil@1", found: "1" },
    },
    ...Object.fromEntries(
      ["needed", "both", "rare", "peer", "extra", "more", "found"].map((name) => [
        `node_modules/${name}/package.json`,
        {},
      ]),
    ),
  });
  const phantom = new Map([[`${root}/node_modules/victim`, new Set(["found"])]]);
  const graph = buildGraph(root, makeDisk(), { phantom });
  const { brings } = makeRatchetTree(() => graph, undefined);
  const nameOf = (name: string) => graph.byLocation.get(`${root}/node_modules/${name}`)!.name;
  const brought = (importer: string) =>
    ["needed", "both", "rare", "peer", "extra", "more", "found"].filter((name) => brings(importer, nameOf(name)));
  expect(brought("victim")).toEqual(["needed", "peer"]);
  expect(brought("hostile")).toEqual(["both", "rare", "extra", "more", "found"]);
  expect(brought("nobody")).toEqual([]);
  expect(brings("victim", "nobody")).toBe(false);
});

test("names that lead to one package now, whatever they led to", () => {
  const root = makeTree({
    "package.json": { name: "app", dependencies: { a: "1", b: "1" } },
    "node_modules/a/package.json": { dependencies: { powerful: "1" } },
    "node_modules/b/package.json": { dependencies: { powerful: "1", fresh: "1" } },
    "node_modules/powerful/package.json": {},
    "node_modules/fresh/package.json": {},
  });
  const graph = buildGraph(root, makeDisk());
  const previous = {
    version: 1,
    root: "trusted",
    entries: [],
    packages: { a: {}, b: {}, "b>powerful": {}, "b>powerful>gone": {} },
  } as const;
  const { formerNames } = makeRatchetTree(() => graph, previous);
  expect(["a", "a>powerful", "b>fresh", "nowhere"].map((name) => formerNames(name))).toEqual([
    ["a"],
    ["b>powerful"],
    [],
    [],
  ]);
});
