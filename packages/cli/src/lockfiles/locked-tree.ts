import type { CanonicalName } from "@moat/core/model";

/** One package as a lockfile has it. Every text is from a file that a pull request may change: escape it. */
export interface LockedPackage {
  /** The lockfile's own key, one for each place or resolution. */
  readonly key: string;
  /** As specifiers write it: `debug`, `@babel/core`. */
  readonly name: string;
  /** What the registry calls it, where that is another name: `"debug": "npm:other@1"`. */
  readonly realName?: string;
  readonly version: string;
  /** The hash of its content, as the lockfile writes it. */
  readonly integrity?: string;
  /** Whether it runs a script when it is installed; undefined where the lockfile does not say. */
  readonly installScript?: boolean;
}

/** What a lockfile says of the packages that a policy names. */
export interface LockedTree {
  /** `package-lock.json` */
  readonly file: string;
  readonly packages: readonly LockedPackage[];
  /** The package that a canonical name leads to, by the look-up of the package manager; undefined where it can't be told. */
  find(name: CanonicalName): LockedPackage | undefined;
}

/** Something in a lockfile that dependencies can be looked up from. */
export interface LockedNode {
  readonly locked: LockedPackage | undefined;
  /** What `dependency` means there. */
  step(dependency: string): LockedNode | undefined;
}

/** A tree over nodes: names are walked step by step, as the package manager installed them. */
export function makeLockedTree(
  file: string,
  packages: readonly LockedPackage[],
  member: (folder: string) => LockedNode | undefined,
): LockedTree {
  const byName = new Map<string, LockedPackage[]>();
  for (const locked of packages) byName.set(locked.name, [...(byName.get(locked.name) ?? []), locked]);
  return {
    file,
    packages,
    find(name) {
      const steps = name === "." ? [] : name.split(">").map(decodeURIComponent);
      const folder = steps[0]?.startsWith("./") ? steps.shift()!.slice("./".length) : "";
      let node = member(folder);
      for (const step of steps) node = node?.step(step);
      if (node?.locked !== undefined) return node.locked;
      // An import that no manifest declares: where there is one package of this name, it is the one.
      const last = steps.at(-1);
      const alike = last === undefined ? [] : (byName.get(last) ?? []);
      return alike.length === 1 ? alike[0] : undefined;
    },
  };
}
