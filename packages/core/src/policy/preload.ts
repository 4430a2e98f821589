/** A module that is loaded before the program, as Node's `--require` and `--import` do. @see https://nodejs.org/api/cli.html#-r---require-module */
export interface Preload {
  readonly mode: "require" | "import";
  /** A package's module, `dotenv/config`, or an absolute path. */
  readonly specifier: string;
}

const ENTRY = /^(require|import):(.+)$/su;

/** What an entry of a policy names besides programs: `require:dotenv/config`. Undefined for programs. */
export function preloadOf(entry: string): Preload | undefined {
  const [, mode, specifier] = ENTRY.exec(entry) ?? [];
  return specifier === undefined ? undefined : { mode: mode as Preload["mode"], specifier };
}

/** The entry of a policy that stands for a package's module. A module of the project is an entry as any other. */
export function preloadEntry({ mode, specifier }: Preload): string {
  return `${mode}:${specifier}`;
}
