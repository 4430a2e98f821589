import type { CanonicalName, Policy, Risk } from "@moat/core/model";
import type { Finding } from "@moat/policy-gen";
import type { Change, Review, Warning } from "../review/review.ts";
import type { Holding, Power } from "./powers.ts";

/**
 * A tree and who can do what in it, for people: plain data, which reads nothing and depends on no clock.
 * Every text in it may come from a package; whoever renders it escapes it.
 */
export interface Report {
  readonly project: Step;
  readonly entries: readonly string[];
  readonly root: Policy["root"];
  /** The worst first. */
  readonly packages: readonly ReportedPackage[];
  /** What changed since a commit; undefined where there is none to compare with. */
  readonly changes: Review | undefined;
  /** What the reader has to know about how this came about; mostly empty. */
  readonly notes: readonly string[];
}

export interface Step {
  readonly name: CanonicalName;
  /** On disk, or by the lockfile where nothing is installed. */
  readonly version: string | undefined;
}

export interface ReportedPackage extends Step {
  /** The worst of what it can do or waits to. */
  readonly risk: Risk;
  /** From the application to the package; empty for the project's own. */
  readonly path: readonly Step[];
  readonly importedBy: readonly CanonicalName[];
  readonly imports: readonly CanonicalName[];
  /** What it can do, and what it waits for, the worst first. */
  readonly lines: readonly Change[];
  /** How many grants beyond these only compute. */
  readonly harmless: number;
  readonly powers: ReadonlyMap<Power, Holding>;
  /** Secrets come in, and there is a way out. */
  readonly leak: Warning | undefined;
  /** What the overrides give as their reason. */
  readonly reason: string | undefined;
  readonly unanalyzed: readonly Finding[];
  readonly isPending: boolean;
  readonly isOverridden: boolean;
  /** Against the base. */
  readonly change: "new" | "changed" | undefined;
}
