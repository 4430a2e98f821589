import { nodeError } from "./path-argument.ts";
import type { Fs } from "./node-fs.ts";

type Constants = Fs["constants"];

const NAMED: Readonly<Record<string, readonly (keyof Constants)[]>> = {
  r: ["O_RDONLY"],
  rs: ["O_RDONLY", "O_SYNC"],
  "r+": ["O_RDWR"],
  "rs+": ["O_RDWR", "O_SYNC"],
  w: ["O_TRUNC", "O_CREAT", "O_WRONLY"],
  wx: ["O_TRUNC", "O_CREAT", "O_WRONLY", "O_EXCL"],
  "w+": ["O_TRUNC", "O_CREAT", "O_RDWR"],
  "wx+": ["O_TRUNC", "O_CREAT", "O_RDWR", "O_EXCL"],
  a: ["O_APPEND", "O_CREAT", "O_WRONLY"],
  ax: ["O_APPEND", "O_CREAT", "O_WRONLY", "O_EXCL"],
  as: ["O_APPEND", "O_CREAT", "O_WRONLY", "O_SYNC"],
  "a+": ["O_APPEND", "O_CREAT", "O_RDWR"],
  "ax+": ["O_APPEND", "O_CREAT", "O_RDWR", "O_EXCL"],
  "as+": ["O_APPEND", "O_CREAT", "O_RDWR", "O_SYNC"],
};
const ALIASES: Readonly<Record<string, string>> = {
  sr: "rs",
  "sr+": "rs+",
  xw: "wx",
  "xw+": "wx+",
  xa: "ax",
  "xa+": "ax+",
  sa: "as",
  "sa+": "as+",
};

/** What a way of opening a file does to it. */
export interface OpenFlags {
  readonly bits: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** A link in the last place is not followed. */
  readonly noFollow: boolean;
  readonly creates: boolean;
}

/** `flags` of `fs.open`, as Node reads them. @throws for what Node does not know. */
export function openFlags(value: unknown, constants: Constants): OpenFlags {
  let bits = 0;
  if (typeof value === "number") bits = value | 0;
  else if (value === undefined || value === null) bits = constants.O_RDONLY;
  else {
    const text = typeof value === "string" ? value : "";
    const name = Object.hasOwn(ALIASES, text) ? ALIASES[text]! : text;
    if (!Object.hasOwn(NAMED, name)) {
      throw nodeError(new TypeError("The argument 'flags' is invalid."), "ERR_INVALID_ARG_VALUE");
    }
    for (const key of NAMED[name]!) bits |= constants[key] ?? 0;
  }
  const access = bits & (constants.O_WRONLY | constants.O_RDWR);
  const noFollow = constants.O_NOFOLLOW ?? 0;
  return {
    bits,
    // 3 is Linux's "neither, but both are checked": counts as both.
    reads: access !== constants.O_WRONLY,
    writes: access !== 0 || (bits & (constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND)) !== 0,
    noFollow: (bits & noFollow) !== 0 || ((bits & constants.O_CREAT) !== 0 && (bits & constants.O_EXCL) !== 0),
    creates: (bits & constants.O_CREAT) !== 0,
  };
}
