import type { GrantCapability } from "../policy/grant.ts";
import type { CanonicalName } from "../policy/types.ts";

/**
 * What a package was seen to do with a grant that it has, in the spelling of
 * policies, so that it means the same on another machine: `./data/a.json`,
 * `<tmp>/x`, `api.example.com:443`, `DEBUG`.
 */
export interface Use {
  readonly principal: CanonicalName;
  readonly capability: UsedCapability;
  /** Empty for `loaded` and `worker`. */
  readonly target: string;
  /** Of a builtin. */
  readonly member?: string;
}

/**
 * The capabilities of policies, and what a policy has no word of its own for:
 * `loaded` (the package took part in the run at all), `fs.stat` (a look that
 * needs a scope only where nothing below it is granted), `dns` (a name was
 * looked up), `env.list` (all keys were listed).
 */
export type UsedCapability = GrantCapability | "loaded" | "fs.stat" | "dns" | "env.list";

/** Told of each use of a grant; principals have one only in a learning run. */
export type UseListener = (use: Omit<Use, "principal">) => void;
