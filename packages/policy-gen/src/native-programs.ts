import { join } from "node:path";
import type { FileReader } from "@moat/core/model";

/**
 * The programs in a package that is made for one platform (its manifest has `os`
 * or `cpu`): `bin/esbuild`, `biome`, `esbuild.exe`. What brings them starts them by
 * a path that it computes.
 */
export function nativeProgramsOf(location: string, disk: FileReader): string[] {
  if (!isForOnePlatform(location, disk)) return [];
  const programs = (folder: string): string[] =>
    disk
      .list(join(location, folder))
      .map((name) => folder + name)
      .filter(isProgram);
  return [...programs(""), ...programs("bin/")].filter((path) => disk.stat(join(location, path)) === "file");
}

/** Whether a package's manifest says for which systems it is. */
export function isForOnePlatform(location: string, disk: FileReader): boolean {
  try {
    const { os, cpu } = Object(JSON.parse(disk.readText(join(location, "package.json")) ?? ""));
    return Array.isArray(os) || Array.isArray(cpu);
  } catch {
    // No manifest, no platform.
    return false;
  }
}

/** Without an extension, as programs are, but for LICENSE and its like. */
function isProgram(path: string): boolean {
  const name = path.replace(/^bin\//, "");
  return /^[\w-]+(?:\.exe)?$/.test(name) && !/^[A-Z]+$/.test(name);
}
