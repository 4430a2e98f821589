import type { CanonicalName, Grant, GrantCapability, GrantState, Policy, Risk } from "@moat/core/model";

/**
 * What a person reviews: the difference between two policies, by package, the worst first, in words.
 * Plain data; `docs/review.md` says what the fields mean, and `review.schema.json` is their schema.
 * Every text in it may come from a package or a pull request: each renderer escapes it for its format.
 */
export interface Review {
  readonly version: 2;
  /** What it was compared with: `HEAD`, `origin/main`, a file. */
  readonly base: string;
  /** Whether a package got, or asks for, more than it had, or brings an install script: what exit code 1 stands for. */
  readonly gained: boolean;
  readonly counts: ReviewCounts;
  /** What the reader has to know about how this came about; empty mostly. */
  readonly notes: readonly string[];
  /** Changes that no package makes: entries, and whether the application is trusted. */
  readonly general: readonly GeneralChange[];
  /** Every package whose grants changed, and every one that is new or gone. */
  readonly packages: readonly PackageReview[];
  /** Packages that have another version and the same grants. */
  readonly updated: readonly UpdatedPackage[];
  /** What the lockfile says and no policy can: code that runs when packages are installed. */
  readonly installation: InstallationReview;
}

export interface ReviewCounts {
  /** Packages with a gain that is in force. */
  readonly gained: number;
  /** Packages with a gain that waits for acceptance. */
  readonly pending: number;
  readonly lost: number;
  readonly added: number;
  /** Of those, the ones that compute and nothing else. */
  readonly harmless: number;
  readonly removed: number;
  readonly updated: number;
}

export interface GeneralChange {
  readonly kind: "entry-added" | "entry-removed" | "root-changed";
  readonly words: string;
  readonly risk: Risk;
}

export type PackageStatus = "new" | "moved" | "changed" | "removed";

export interface PackageReview {
  readonly package: CanonicalName;
  /** `moved`: it stood under another name, and its grants belong to names. */
  readonly status: PackageStatus;
  readonly movedFrom?: CanonicalName;
  /** The worst of what it gained, or of what it lost where it gained nothing. */
  readonly risk: Risk;
  readonly versions: Versions;
  /** From the application to the package, by canonical name. */
  readonly path: readonly PathStep[];
  readonly gains: readonly Change[];
  readonly losses: readonly Change[];
  readonly folded: Folded;
  readonly warnings: readonly Warning[];
  /** What the overrides give as their reason. */
  readonly reason?: string;
}

export interface Versions {
  readonly before?: string;
  readonly after?: string;
  /** The version is the same and what it contains is not. */
  readonly contentChanged?: true;
}

export interface PathStep {
  readonly package: CanonicalName;
  readonly versions: Versions;
  readonly isNew: boolean;
}

/** One line of a review: grants of one kind that came to the same state. */
export interface Change {
  readonly kind: "gained" | "lost";
  readonly to: GrantState;
  readonly risk: Risk;
  readonly capability: GrantCapability;
  /** After "can" or "wants to". */
  readonly words: string;
  /** What the line stands for, in full. */
  readonly grants: readonly Grant[];
  /** Whether a person wrote it into the overrides. */
  readonly decidedBy: "policy" | "overrides";
  /** The package had this under its former name, or that of the package that it is about. */
  readonly carried?: true;
  /** It waits for an answer, and there is nothing to look at: it only computes, or imports what only computes. */
  readonly quiet?: true;
  readonly evidence: readonly Place[];
}

/** Where a package's code asks for something. */
export interface Place {
  readonly package: CanonicalName;
  /** Relative to the package, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly snippet: string;
}

/** What is no gain of power, and is counted so that nothing is silent. */
export interface Folded {
  /** Parts of Node and globals that only compute. */
  readonly harmless: number;
  /** Imports of packages that came with the same change. */
  readonly imports: number;
  /** Imports of what only has another name now. */
  readonly renamed: number;
}

export interface Warning {
  /** `exfiltration`: secrets come in, and there is a way out. `content`: the same version is not the same code. */
  readonly kind: "exfiltration" | "content";
  readonly words: string;
  readonly grants: readonly Grant[];
}

export interface UpdatedPackage {
  readonly package: CanonicalName;
  readonly versions: Versions;
}

export interface InstallationReview {
  /** Packages whose install script is new, whether the program reaches them or not. */
  readonly scripts: readonly { readonly name: string; readonly version: string; readonly reached: boolean }[];
  /** Packages that are new in the lockfile and that no entry of the policy reaches. */
  readonly unreached: number;
}

/** No policy at all: what everything is new against. */
export function emptyPolicy(root: Policy["root"]): Policy {
  return { version: 1, root, entries: [], packages: Object.create(null) };
}
