// Puts the two packages into node_modules, as `npm install` would; needs no network.
import { mkdirSync, symlinkSync, rmSync } from "node:fs";
for (const [folder, name, target] of [
  [".", "notes", "../packages/notes"],
  ["packages/notes", "shout", "../../shout"],
]) {
  const modules = new URL(`${folder}/node_modules/`, import.meta.url);
  mkdirSync(modules, { recursive: true });
  rmSync(new URL(name, modules), { recursive: true, force: true });
  symlinkSync(target, new URL(name, modules), "junction");
}
