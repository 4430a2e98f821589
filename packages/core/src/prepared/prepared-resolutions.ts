/** What specifiers led to, kept from run to run beside the prepared modules. */
import { Buffer } from "node:buffer";
import { placesOnDisk } from "../packages/disk.ts";
import { openKeptResolutions, type KeptResolutions, type ResolutionRecord } from "../packages/kept-resolutions.ts";
import type { PreparedModules } from "./prepared-modules.ts";

export interface PreparedResolutions {
  readonly kept: KeptResolutions;
  /** Adds what this run has looked up to what `prepared` saves. */
  keep(): void;
  /** @param listener called whenever there is something to add */
  whenAdded(listener: () => void): void;
}

/** In the place of a module's name; it is made from no source. */
const NAME = "resolutions";
const NO_SOURCE = Buffer.alloc(0);

/** @param begun when nothing had been looked up yet, in milliseconds since the epoch. */
export function openPreparedResolutions(prepared: PreparedModules, begun: number): PreparedResolutions {
  let tell = (): void => {};
  const kept = openKeptResolutions(
    prepared.find(NAME, NO_SOURCE)?.facts as ResolutionRecord | undefined,
    placesOnDisk,
    () => tell(),
  );
  return {
    kept,
    whenAdded(listener) {
      tell = listener;
    },
    keep() {
      const record = kept.record(begun);
      if (record !== undefined) prepared.keep(NAME, NO_SOURCE, record, "");
    },
  };
}
