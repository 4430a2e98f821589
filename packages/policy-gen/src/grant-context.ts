import type { CanonicalName, FileReader } from "@moat/core/model";
import type { Use } from "./facts.ts";
import type { GrantCollector } from "./grant-collector.ts";
import type { Reached } from "./reach.ts";

/** What grants are decided from that follow from more than one package. */
export interface GrantContext {
  readonly reached: Reached;
  /** By location; nothing for what has no bounds. */
  readonly collectorOf: (location: string) => GrantCollector | undefined;
  /** Those that were asked for so far, by location. */
  readonly collectors: ReadonlyMap<string, GrantCollector>;
  readonly isDependency: (location: string) => boolean;
  /** Under which name evidence speaks of a package. */
  readonly nameOf: (location: string) => CanonicalName | undefined;
  /** The path of a package's file in that package, with `/`. */
  readonly within: (location: string, path: string) => string;
}

/** The same where the project's own files are asked, too. */
export interface ProjectContext extends GrantContext {
  readonly disk: FileReader;
  /** The project's folder. */
  readonly project: string;
  /** Says what could not be analysed. */
  readonly find: (location: string, path: string, reason: string, use: Omit<Use, "capability" | "target">) => void;
}
