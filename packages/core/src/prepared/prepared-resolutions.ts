/** What specifiers led to, kept from run to run beside the prepared modules. */
import { Buffer } from "node:buffer";
import { makeDisk, placesOnDisk } from "../packages/disk.ts";
import { memoizeReader, type FileReader } from "../packages/file-reader.ts";
import { openKeptResolutions, type KeptResolutions, type ResolutionRecord } from "../packages/kept-resolutions.ts";
import { makeResolver, type ResolutionMode } from "../packages/resolver.ts";
import type { Resolution } from "../packages/types.ts";
import type { PreparedModules } from "./prepared-modules.ts";

export interface PreparedResolutions {
  readonly kept: KeptResolutions;
  /** Adds what this run has looked up to what `prepared` saves. */
  keep(): void;
}

/** In the place of a module's name; it is made from no source. */
const NAME = "resolutions";
const NO_SOURCE = Buffer.alloc(0);

/** @param project its real folder. */
export function openPreparedResolutions(prepared: PreparedModules, project: string): PreparedResolutions {
  const kept = openKeptResolutions(prepared.find(NAME, NO_SOURCE)?.facts as ResolutionRecord | undefined, placesOnDisk);
  const afresh = (reader: FileReader, mode: ResolutionMode, folder: string, specifier: string): Resolution | undefined => {
    try {
      return makeResolver(reader, { roots: [project] }).resolveFrom(specifier, folder, mode);
    } catch {
      // Gone by now.
      return undefined;
    }
  };
  return {
    kept,
    keep() {
      const record = kept.record(memoizeReader(makeDisk()), afresh, Date.now());
      if (record !== undefined) prepared.keep(NAME, NO_SOURCE, record, "");
    },
  };
}
