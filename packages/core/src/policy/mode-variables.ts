/**
 * Variables by which a tool tells what it brings for what it works: `process.env.NODE_ENV = "production"`
 * in vite makes React's server code the one for production. They choose among what is there,
 * and lead to no code, service or secret; others than these no package sets for all.
 */
const MODE_VARIABLES: ReadonlySet<string> = new Set(["NODE_ENV", "BABEL_ENV", "BROWSERSLIST_ENV"]);

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
