const HEIR_OF_ARRAYS =
  /\bObject\.create\(\s*Array\.prototype\b|\b(?:inherits|setPrototypeOf)\([^,()]*,\s*Array(?:\.prototype)?\b/;

/**
 * Whether a text makes objects that inherit from `Array.prototype` and are no arrays. What they assign to their `length`
 * would meet that of the frozen prototype, which is read-only.
 */
export function inheritsArrays(source: string): boolean {
  return HEIR_OF_ARRAYS.test(source);
}
