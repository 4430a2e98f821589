/** Absolute paths in, facts about the disk out. No method throws for a path that is not there. */
export interface FileReader {
  /** The text of a file, or undefined where it can't be read. */
  readText(path: string): string | undefined;
  /** What the path leads to, links followed. */
  stat(path: string): "file" | "dir" | undefined;
  /** The path with every link resolved; undefined where it leads nowhere. */
  realpath(path: string): string | undefined;
  /** The sorted names in a folder; none where it can't be read. */
  list(folder: string): string[];
}

/** Paths that were asked for; answers that were remembered included. */
export interface Asked {
  readonly places: string[];
  readonly texts: string[];
}

export interface MemoizedReader extends FileReader {
  /** Forgets what was not there, so that it is looked for again. */
  forgetAbsent(): void;
  /** Where to note what is asked, while somebody wants to know. Who remembers answers of his own notes them too. */
  asked: Asked | undefined;
}

const memoize = <T>(
  read: (path: string) => T | undefined,
): { read: (path: string) => T | undefined; forgetAbsent: () => void } => {
  const present = new Map<string, T>();
  const absent = new Set<string>();
  return {
    read(path) {
      const known = present.get(path);
      if (known !== undefined || absent.has(path)) return known;
      const found = read(path);
      if (found === undefined) absent.add(path);
      else present.set(path, found);
      return found;
    },
    forgetAbsent: () => absent.clear(),
  };
};

/**
 * The same reader with every stat and real path remembered. Texts are not kept:
 * manifests are remembered parsed, and modules by the loader.
 */
export const memoizeReader = (reader: FileReader): MemoizedReader => {
  const stats = memoize((path) => reader.stat(path));
  const realpaths = memoize((path) => reader.realpath(path));
  const memoized = {
    __proto__: null,
    asked: undefined as Asked | undefined,
    readText(path: string) {
      memoized.asked?.texts.push(path);
      return reader.readText(path);
    },
    list: (folder: string) => reader.list(folder),
    stat(path: string) {
      memoized.asked?.places.push(path);
      return stats.read(path);
    },
    realpath(path: string) {
      memoized.asked?.places.push(path);
      return realpaths.read(path);
    },
    forgetAbsent() {
      stats.forgetAbsent();
      realpaths.forgetAbsent();
    },
  };
  return memoized;
};
