import { join, relative, sep } from "node:path";
import type { FileReader } from "@moat/core/model";

/** Packages that look for another package's native addon and load it. */
export const ADDON_LOADERS: ReadonlySet<string> = new Set([
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "prebuild-install",
  "node-pre-gyp",
  "@mapbox/node-pre-gyp",
  "@mongodb-js/zstd",
  "node-addon-loader",
  "pkg-prebuilds",
  "require-addon",
]);

/** The `.node` files of a package, relative to it with `/`; intermediate objects of a build left out. */
export function addonsOf(location: string, disk: FileReader): string[] {
  const found: string[] = [];
  const look = (folder: string, depth: number): void => {
    for (const name of disk.list(folder)) {
      if (name === "node_modules" || name === "obj.target" || name.startsWith(".")) continue;
      const path = join(folder, name);
      if (name.endsWith(".node")) {
        if (disk.stat(path) === "file") found.push(relative(location, path).split(sep).join("/"));
      } else if (depth < 6 && !/\.[a-z]+$/.test(name) && disk.stat(path) === "dir") look(path, depth + 1);
    }
  };
  look(location, 0);
  return found.sort();
}
