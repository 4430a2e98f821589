import { escapeForTerminal } from "@moat/core/model";

/** Flags of Node's that load a module before the program, and so before moat. */
const LOADS_FIRST = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=(.*))?$/su;

/**
 * Lines about what whoever starts the program has asked of Node, and what comes out otherwise than they expect:
 * modules that are loaded before moat, and coverage.
 * @param flags Node's own, those of `NODE_OPTIONS` among them
 */
export function linesOfOutside(
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const first = flags.flatMap((flag, index) => {
    const [found, value] = LOADS_FIRST.exec(flag) ?? [];
    const name = value ?? flags[index + 1];
    return found === undefined || name === undefined ? [] : [name.replace(/^"|"$/gu, "")];
  });
  const lines = [...new Set(first)].map(
    (name) =>
      `${escapeForTerminal(name)} is loaded before moat: it runs under no policy, and its hooks are given what CommonJS modules are and export, and see nothing of ES modules`,
  );
  if (env["NODE_V8_COVERAGE"])
    lines.push(
      "coverage by NODE_V8_COVERAGE counts in what moat makes of the modules, and its figures are wrong: take it under node, or by the test runner's own (jest --coverage)",
    );
  return lines;
}
