import type { CanonicalName } from "../policy/types.ts";

/** One use of authority that the policy does not allow: who, what, on what. */
export interface Denial {
  readonly principal: CanonicalName;
  /**
   * What was wanted: `fs.read`, `fs.write`, `net.connect`, `net.listen`, `dns`,
   * `env`, `env.set` (for the other packages of a child), `command`, `worker`, `native`, `builtin`, `global`,
   * `package`, `change`, `process`, `eval`, `extend` (`Array.prototype.last`, for everybody), `intrinsic` (the same
   * where no policy allows it), `climb` (a manifest or link that leads out of its package), `patch` (a member of Node's
   * or of the loader, which it has for itself alone).
   */
  readonly capability: string;
  /** On what: a path, endpoint, key, program, builtin or package name. */
  readonly target: string;
  /** The function that was called, where that helps: `fs.readFileSync`. */
  readonly via?: string;
  /** The importing file, real and absolute, where it names what it imports, so that an analysis finds it. */
  readonly file?: string;
  /** Programs go on as if nothing were missing: recorded, but no line for the person. */
  readonly quiet?: true;
  /** No policy allows it: the package can only do without. */
  readonly never?: true;
}
