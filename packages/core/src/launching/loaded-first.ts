/** Flags of Node's that load a module before the program, and so before moat. */
const LOADS_FIRST = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=(.*))?$/su;

/**
 * What Node loads before the program, and so before moat.
 * @param flags Node's own, those of `NODE_OPTIONS` among them
 * @see https://nodejs.org/api/cli.html#-r---require-module
 */
export function modulesLoadedFirst(flags: readonly string[]): readonly string[] {
  const names = flags.flatMap((flag, index) => {
    const [found, value] = LOADS_FIRST.exec(flag) ?? [];
    const name = value ?? flags[index + 1];
    return found === undefined || name === undefined ? [] : [name.replace(/^"|"$/gu, "")];
  });
  return [...new Set(names)];
}

/** The flags that `NODE_OPTIONS` adds. */
export function flagsOf(options: string | undefined): readonly string[] {
  return (options ?? "").split(/\s+/u).filter((flag) => flag !== "");
}
