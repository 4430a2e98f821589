/**
 * Variables by which a tool tells what it brings for what it works: `process.env.NODE_ENV = "production"`
 * in vite makes React's server code the one for production. They choose among what is there,
 * and lead to no code, service or secret; others than these no package sets for all.
 */
const MODE_VARIABLES: ReadonlySet<string> = new Set(["NODE_ENV", "BABEL_ENV", "BROWSERSLIST_ENV"]);

/** `process.env.NODE_ENV` among the `shares` of a policy: it may be set for everybody, where nobody has from outside. */
export const MODE_SHARE = "process.env.";

export function isModeVariable(key: string): boolean {
  return MODE_VARIABLES.has(key);
}

export function isModeShare(share: string): boolean {
  return share.startsWith(MODE_SHARE) && isModeVariable(share.slice(MODE_SHARE.length));
}
