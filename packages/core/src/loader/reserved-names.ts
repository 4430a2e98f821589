/**
 * Names that moat's transforms put into a guest's text. Guest code may not use
 * identifiers with this prefix, so it can't reach or shadow them.
 */
export const RESERVED_PREFIX = "moat$";

export const RESERVED = {
  /** The compartment's global object. */
  global: "moat$g",
  /** Reads a free name that is no known global: its value, or a ReferenceError. */
  free: "moat$free",
  /** The compartment's global object where a name may be missing: `typeof x`. */
  maybe: "moat$m",
  /** For strict assignments to such names. */
  strictGlobal: "moat$s",
  /** `eval` as the callee of what looks like a direct eval. */
  eval: "moat$eval",
  /** The same where it sees local variables, and these in the text that it evaluates. */
  localEval: "moat$le",
  locals: "moat$l",
  /** `import()`. */
  import: "moat$import",
  /** `import.meta`. */
  meta: "moat$meta",
  /** `this` of a sloppy function. */
  this: "moat$t",
  /** Registers a module's exports. */
  exports: "moat$x",
  /** Prefix of the objects that hold an ES module's imports. */
  imported: "moat$i",
  /** The value of `export default`. */
  default: "moat$default",
  /** The completion value of a script. */
  completion: "moat$r",
  /** `with`: makes an object of its value; binds a function to that; and the symbol of what that hides. See `rewriteWithStatements`. */
  with: "moat$with",
  withCall: "moat$b",
  unscopables: "moat$u",
  /** Prefix of a `with` statement's object, and of the functions that look names up in it. */
  withScope: "moat$w",
  /** What an assignment to a property that is often read-only is made on: see `assignmentTarget`. */
  target: "moat$to",
  /** The same where the key is computed, and the variable that holds such a key: see `computedTarget`. */
  computedTarget: "moat$at",
  key: "moat$k",
  /** What a handler of a sloppy statement caught; what throws it unless it is a failed assignment's; and what does unless that is silent. See `rewriteSilentFailures`. */
  caught: "moat$c",
  unlessSilent: "moat$q",
  silent: "moat$f",
  /** `delete` of a member in sloppy code. */
  delete: "moat$d",
  /** What calls of names that the text adds to intrinsics are made on, and what such an addition is assigned on. */
  extended: "moat$x$",
  extension: "moat$xt",
  /** The `RegExp` that tells what the package's own calls have matched: see `names-of-matches.ts`. */
  matches: "moat$n",
  /** What has the package's own constructors of functions: see `rewriteFunctionMakers`. */
  makers: "moat$h",
  /** Prefix of the label that text which closes its wrapper can't know. */
  label: "moat$e",
  /** A name for an anonymous sloppy function that uses `arguments.callee`. */
  callee: "moat$callee",
} as const;
