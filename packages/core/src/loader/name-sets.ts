/** The names that a compartment serves, and those that must never be left free. */
export interface NameSets {
  readonly bindable: ReadonlySet<string>;
  readonly realGlobal: ReadonlySet<string>;
  /** Names that the global object has and that are looked up on it at each use. */
  readonly live?: ReadonlySet<string>;
}

export const COMMONJS_NAMES = ["exports", "require", "module", "__filename", "__dirname"] as const;
