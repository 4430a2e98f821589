/** What moat tells the moat that it starts in a worker or in a child `node`. */
import { MoatError } from "../errors/moat-error.ts";
import type { ScopeFolders } from "../policy/scope-place.ts";
import type { Preload } from "../policy/preload.ts";
import type { CanonicalName } from "../policy/types.ts";
import type { StoreLocation } from "../prepared/store-location.ts";
import type { StartedText } from "../endowments/subprocess/launchers.ts";

/**
 * HAZARD: only moat writes one, and only for the principal that really asked.
 * It says nothing of what that principal may do: that is read from the project again.
 * Its folders are those of the program: a child's environment and working
 * directory are the asking package's choice, and `<tmp>` or `<cwd>` must not follow them.
 */
export interface StartRequest {
  /** Who asked. */
  readonly principal: CanonicalName;
  /** Absolute path of the program's own entry. */
  readonly program: string;
  readonly paths: ScopeFolders;
  readonly audit: boolean;
  /** Absolute path of the file that denials are appended to. */
  readonly logFile?: string | undefined;
  /** Absolute path of the file that uses are noted in, in a learning run. */
  readonly learnFile?: string | undefined;
  /** Where prepared modules lie, or nowhere. */
  readonly store?: StoreLocation | undefined;
  /** What to run: an absolute file, or a text. */
  readonly entry: { readonly file: string } | StartedText;
  /** Variables that the asking principal sees; in a child all but those that every program needs. */
  readonly variables?: readonly string[] | undefined;
  /** In a child: its standard input is one that the asking principal may not read. */
  readonly withholdsInput?: boolean | undefined;
  /** In a child: numbers of the pipes that the asking principal has opened to it, besides the standard streams. */
  readonly pipes?: readonly number[] | undefined;
  /** In a worker: see `element-kinds.ts`. */
  readonly markCode?: string | undefined;
  /** Modules to load first, as `--require` and `--import` name them. */
  readonly preload?: readonly Preload[] | undefined;
}

export function printStartRequest(request: StartRequest): string {
  return JSON.stringify(request);
}

/** @throws {MoatError} `MOAT_INTERNAL` when moat did not write it. */
export function parseStartRequest(text: string | undefined): StartRequest {
  try {
    const request = JSON.parse(text ?? "") as StartRequest;
    if (typeof request.principal === "string" && typeof request.paths.project === "string") return request;
  } catch {
    // Told below.
  }
  throw new MoatError("MOAT_INTERNAL", "this file is started by moat, and not by hand");
}
