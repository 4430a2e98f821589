/** Absolute paths in, facts about the disk out. No method throws for a path that is not there. */
export interface FileReader {
  /** The text of a file, or undefined where it can't be read. */
  readText(path: string): string | undefined;
  /** What the path leads to, links followed. */
  stat(path: string): "file" | "dir" | undefined;
  /** The path with every link resolved; undefined where it leads nowhere. */
  realpath(path: string): string | undefined;
}

/**
 * The same reader with every stat and real path remembered for good. Texts are
 * not kept: manifests are remembered parsed, and modules by the loader.
 */
export const memoizeReader = (reader: FileReader): FileReader => {
  const stats = new Map<string, "file" | "dir" | undefined>();
  const realpaths = new Map<string, string | undefined>();
  return Object.freeze({
    __proto__: null,
    readText: (path: string) => reader.readText(path),
    stat: (path: string) => {
      const known = stats.get(path);
      if (known !== undefined || stats.has(path)) return known;
      const found = reader.stat(path);
      stats.set(path, found);
      return found;
    },
    realpath: (path: string) => {
      const known = realpaths.get(path);
      if (known !== undefined || realpaths.has(path)) return known;
      const found = reader.realpath(path);
      realpaths.set(path, found);
      return found;
    },
  }) as FileReader;
};
