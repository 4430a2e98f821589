import { allowedNodeEnvironmentFlags } from "node:process";
import util from "node:util";
import { nearestWord, quoteForShell } from "@moat/core/model";
import { usageError } from "./usage-error.ts";

/** The flags of a command. They exist in their long form only, but for `-h` and those that Node has a short one of. */
export type FlagTable = Readonly<Record<string, FlagRow>>;

interface FlagRow {
  readonly type: "boolean" | "string";
  /** One letter. */
  readonly short?: string;
  /** It may be given more than once. */
  readonly multiple?: true;
}

export type Flags<T extends FlagTable> = {
  readonly [K in keyof T]?: T[K]["type"] extends "boolean"
    ? true
    : T[K]["multiple"] extends true
      ? readonly string[]
      : string;
};

export interface Arguments<T extends FlagTable> {
  readonly flags: Flags<T>;
  readonly positionals: readonly string[];
}

/**
 * Reads a command's arguments, strictly.
 *
 * @throws MoatError `MOAT_USAGE` on a flag that the command does not have, with the one that was meant
 */
export function parseFlags<T extends FlagTable>(command: string, args: readonly string[], table: T): Arguments<T> {
  // Node loads its reader of arguments when it is asked for.
  if (args.length === 0) return { flags: {}, positionals: [] };
  const { tokens } = util.parseArgs({
    args: [...args],
    options: table,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Record<string, string | string[] | true> = Object.create(null);
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (flag === undefined || ![`--${token.name}`, `-${flag.short ?? "-"}`].includes(token.rawName))
      throw unknownFlag(command, token, table);
    if (flag.type === "boolean" && token.value !== undefined)
      throw usageError(`--${token.name} takes no value`, `moat ${command} --help`);
    if (flag.type === "string" && (token.value === undefined || token.value === ""))
      throw usageError(`--${token.name} needs a value`, `moat ${command} --help`);
    if (flag.multiple) {
      flags[token.name] = [...((flags[token.name] as string[] | undefined) ?? []), token.value!];
      continue;
    }
    if (Object.hasOwn(flags, token.name) && flag.type === "string")
      throw usageError(`--${token.name} is given twice`, `moat ${command} --help`);
    flags[token.name] = flag.type === "string" ? token.value! : true;
  }
  return { flags: flags as Flags<T>, positionals };
}

interface UnknownFlag {
  /** As it was written. */
  readonly rawName: string;
  /** What stands behind its `=`. */
  readonly value?: string | undefined;
}

function unknownFlag(command: string, { rawName, value }: UnknownFlag, table: FlagTable): Error {
  if ((command === "run" || command === "exec") && allowedNodeEnvironmentFlags.has(rawName)) {
    const given = value === undefined ? rawName : `${rawName}=${value}`;
    return usageError(
      `${rawName} is a flag of node's, not of moat ${command}`,
      `NODE_OPTIONS=${quoteForShell(given)} moat ${command}`,
    );
  }
  const near = nearestWord(rawName.replace(/^-+/u, ""), Object.keys(table));
  return usageError(
    `moat ${command} has no flag ${rawName}`,
    near === undefined ? `moat ${command} --help` : `did you mean: --${near}`,
  );
}
