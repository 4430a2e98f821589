/**
 * What a principal may do to a process or thread that was started for it alone:
 * end it, listen to its messages, read the environment that it gave to it. None
 * of it reaches the program that it was started from.
 */
import { nodeModule } from "../packages/node-module.ts";
import { builtinRisk } from "../policy/builtin-risk.ts";
import { isHarmlessGlobal } from "../policy/global-risk.ts";
import { BASELINE_VARIABLES, matchesVariable } from "../endowments/subprocess/loader-variables.ts";
import { GLOBAL_RULES } from "../endowments/global-names.ts";
import type { PackagePolicy } from "../policy/types.ts";

/** Members and events of `process` that concern this process only. */
const OWN_PROCESS = [
  "abort",
  "chdir",
  "disconnect",
  "exit",
  "exitCode",
  "message",
  "on",
  "reallyExit",
  "send",
  "stdin",
  "title",
  "umask",
  "uncaughtException",
  "unhandledRejection",
  "warning",
];

/** Of the variables that a principal gave to a child, all but what every program needs. */
export function withoutUsual(names: readonly string[]): readonly string[] {
  return names.filter((name) => name !== "PATH" && !matchesVariable(BASELINE_VARIABLES, name));
}

/**
 * @param variables names that the principal may read
 * @param withholdsInput its standard input is that of a process in which it may not read it
 */
export function ownProcessPolicy(
  policy: PackagePolicy,
  variables: readonly string[],
  withholdsInput = false,
): PackagePolicy {
  const { builtinModules } = nodeModule();
  const builtins: Record<string, true | readonly string[]> = { ...policy.builtins };
  for (const name of builtinModules) {
    if (builtinRisk(name).risk === "harmless") builtins[name] = true;
  }
  if (builtins["process"] !== true)
    builtins["process"] = [
      ...(builtins["process"] ?? []),
      ...OWN_PROCESS.filter((name) => name !== "stdin" || !withholdsInput),
    ];
  const globals = [...GLOBAL_RULES.keys()].filter(isHarmlessGlobal);
  return Object.freeze({
    ...policy,
    builtins: Object.freeze(builtins),
    globals: Object.freeze([...(policy.globals ?? []), ...globals, "process"]),
    // HAZARD: a name that ends in a star would be a pattern among the grants.
    env: Object.freeze([...(policy.env ?? []), ...variables.filter((name) => !name.includes("*"))]),
  });
}
