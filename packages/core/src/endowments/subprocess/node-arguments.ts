import type { Preload } from "../../policy/preload.ts";
import type { StartedText } from "./launchers.ts";

/** Flags of node that change nothing in a child under moat: they are left out. */
const HARMLESS_FLAGS =
  /^--(?:enable-source-maps|(?:no-)?(?:warnings|deprecation)|trace-(?:warnings|uncaught|deprecation)|max-(?:old-space|semi-space|http-header)-size=\d+|stack-trace-limit=\d+|unhandled-rejections=\w+|no-experimental-[\w-]+|experimental-vm-modules)$/;

/** Flags whose value is the next argument. */
const VALUED_FLAGS =
  /^(?:-C|--conditions|--title|--env-file|--env-file-if-exists|--input-type|--diagnostic-dir|--disable-warning)$/;
const PRELOADING_FLAGS = /^(?:-r|--require|--import)$/;
const EVALUATING_FLAGS = /^(?:-e|--eval|-p|--print|-pe)$/;
/** Flags that make something else of the call than running one program. */
const OTHER_MODES =
  /^(?:-i|--interactive|-c|--check|-v|--version|-h|--help|--test|--watch|--run|--v8-options|--completion-bash|--prof-process|--build-\S+|--(?:experimental-)?loader|--experimental-sea-config|--build-snapshot|--snapshot-blob)(?:=.*)?$/;

/** What `node`'s arguments ask for. */
export interface NodeCall {
  readonly run: { readonly file: string } | StartedText;
  readonly args: readonly string[];
  readonly flags: readonly string[];
  readonly preload: readonly Preload[];
}

/**
 * What is to be run, and with which arguments; undefined where the arguments ask
 * for anything that cannot be held (`--require`, `--inspect`, standard input).
 *
 * @param everyFlag the caller may use any flag that loads no code, and preload modules
 */
export function readNodeArguments(args: readonly string[], everyFlag = false): NodeCall | undefined {
  const flags: string[] = [];
  const preload: Preload[] = [];
  let text: { source: string; print: boolean } | undefined;
  let isModule = false;
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at]!;
    const equals = arg.indexOf("=");
    const [name, value] =
      equals > 0 && arg.startsWith("--") ? [arg.slice(0, equals), arg.slice(equals + 1)] : [arg, undefined];
    if (EVALUATING_FLAGS.test(name)) {
      const source = value ?? args[(at += 1)];
      if (source === undefined) return undefined;
      text = { source, print: text?.print === true || name.includes("p", 1) };
    } else if (name === "--input-type") {
      isModule = (value ?? args[(at += 1)]) === "module";
    } else if (HARMLESS_FLAGS.test(arg)) {
      if (everyFlag) flags.push(arg);
    } else if (!arg.startsWith("-") || arg === "-" || arg === "--") {
      break;
    } else if (!everyFlag || OTHER_MODES.test(arg)) {
      return undefined;
    } else if (PRELOADING_FLAGS.test(name)) {
      const module = value ?? args[(at += 1)];
      if (module === undefined) return undefined;
      preload.push({ mode: modeOf(name), specifier: module });
    } else {
      flags.push(arg);
      if (value === undefined && VALUED_FLAGS.test(name) && at + 1 < args.length) flags.push(args[(at += 1)]!);
    }
  }
  if (args[at] === "--") at += 1;
  if (text !== undefined) {
    const run: StartedText = {
      source: text.source,
      format: isModule ? "module" : "commonjs",
      name: "[eval]",
      ...(text.print && { print: true }),
    };
    return { run, args: args.slice(at), flags, preload };
  }
  const file = args[at];
  if (file === undefined || file === "" || file === "-") return undefined;
  return { run: { file }, args: args.slice(at + 1), flags, preload };
}

/** What flags of node load before the program; the others are passed over. */
export function preloadsIn(flags: readonly string[]): Preload[] {
  return flags.flatMap((flag, at) => {
    const [, name, value = flags[at + 1]] = /^(-r|--require|--import)(?:=(.*))?$/su.exec(flag) ?? [];
    return name === undefined || value === undefined ? [] : [{ mode: modeOf(name), specifier: value }];
  });
}

const modeOf = (flag: string): Preload["mode"] => (flag === "--import" ? "import" : "require");

/** Nothing but the question which version node is, or which flags it knows: it runs no code then. */
export function asksForFacts(args: readonly string[]): boolean {
  return args.length === 1 && /^(?:-v|--version|-h|--help|--v8-options)$/.test(args[0]!);
}
