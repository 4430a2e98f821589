import type * as NodeFs from "node:fs";
import type * as NodeFsPromises from "node:fs/promises";

/** Types only: the module itself comes in as a power. */
export type Fs = typeof NodeFs;
export type Stats = NodeFs.Stats;
export type NodeDir = NodeFs.Dir;
/** What `fs.promises.open` gives, of Node's own. */
export type RawFileHandle = NodeFsPromises.FileHandle;
