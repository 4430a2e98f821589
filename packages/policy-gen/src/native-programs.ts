import { join } from "node:path";
import type { FileReader } from "@moat/core/model";

/** `dart-sass/src/dart`. */
const DEEPEST = 2;

/**
 * The programs in a package that is made for one platform (its manifest has `os`
 * or `cpu`): `bin/esbuild`, `biome`, `esbuild.exe`. What brings them starts them by
 * a path that it computes.
 */
export function nativeProgramsOf(location: string, disk: FileReader): string[] {
  if (!isForOnePlatform(location, disk)) return [];
  const programs = (folder: string, depth: number): string[] =>
    disk.list(join(location, folder)).flatMap((name) => {
      if (!isProgram(name)) return [];
      const kind = disk.stat(join(location, folder, name));
      if (kind === "file") return [folder + name];
      return kind === "dir" && depth < DEEPEST && name !== "node_modules"
        ? programs(`${folder}${name}/`, depth + 1)
        : [];
    });
  return programs("", 0);
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
function isProgram(name: string): boolean {
  return /^[\w-]+(?:\.exe)?$/.test(name) && !/^[A-Z]+$/.test(name);
}
