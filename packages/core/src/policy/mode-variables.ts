/**
 * Variables by which a tool tells what it brings for what it works: `process.env.NODE_ENV = "production"`
 * in vite makes React's server code the one for production. They choose among what is there,
 * and lead to no code, service or secret; others than these no package sets for all.
 */
export const MODE_VARIABLES: ReadonlySet<string> = new Set(["NODE_ENV", "BABEL_ENV", "BROWSERSLIST_ENV"]);

const PREFIX = "process.env.";

/** Whether an environment variable is one of these. */
export function isModeVariable(key: string): boolean {
  return MODE_VARIABLES.has(key);
}

/** `process.env.NODE_ENV` among the `shares` of a policy: it may be set for everybody, where nobody has from outside. */
export function modeShareOf(key: string): string {
  return PREFIX + key;
}

/** The variable that such a share is about; undefined for every other share. */
export function modeVariableOf(share: string): string | undefined {
  const key = share.startsWith(PREFIX) ? share.slice(PREFIX.length) : "";
  return isModeVariable(key) ? key : undefined;
}

const WORD = /^[\w-]{1,64}$/;
/** What tools call them. */
const COMMON_MODE = /^(?:development|production|test)$/;

/**
 * Whether a package may set a mode for everybody to this.
 * HAZARD: programs put it into paths (`require("./config/" + process.env.NODE_ENV)`) and commands, and who sets it must
 * not say where that leads: nowhere else, and to no module that the same package has just made there.
 */
export const isCommonMode = (key: string, value: string): boolean =>
  (key === "NODE_ENV" ? COMMON_MODE : WORD).test(value);

/** The same for a package that reads the program's own `.env`, where any name may stand. */
export const isModeName = (value: string): boolean => WORD.test(value);
