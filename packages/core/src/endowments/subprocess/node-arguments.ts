/** Flags of node that change nothing in a child under moat: they are left out. */
const HARMLESS_FLAGS =
  /^--(?:enable-source-maps|(?:no-)?(?:warnings|deprecation)|trace-(?:warnings|uncaught|deprecation)|max-(?:old-space|semi-space|http-header)-size=\d+|stack-trace-limit=\d+|unhandled-rejections=\w+|no-experimental-[\w-]+|experimental-vm-modules)$/;

/**
 * The file and its arguments in the arguments of `node`; undefined where they
 * ask for anything else (`-e`, `--require`, `--inspect`, standard input).
 */
export function fileOfNodeArguments(args: readonly string[]): { file: string; args: readonly string[] } | undefined {
  let at = 0;
  while (at < args.length && HARMLESS_FLAGS.test(args[at]!)) at += 1;
  if (args[at] === "--") at += 1;
  const file = args[at];
  if (file === undefined || file === "" || file.startsWith("-")) return undefined;
  return { file, args: args.slice(at + 1) };
}

/** Nothing but the question which version node is. */
export function asksForVersion(args: readonly string[]): boolean {
  return args.length === 1 && (args[0] === "-v" || args[0] === "--version");
}
