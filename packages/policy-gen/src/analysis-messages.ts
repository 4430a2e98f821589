import type { MessagePort } from "node:worker_threads";
import type { SourceInfo } from "./facts.ts";

/** One text to analyse. */
export interface AnalysisRequest {
  readonly id: number;
  readonly source: string;
  readonly info: SourceInfo;
}

/** Facts as JSON; undefined where the stack ran out. */
export type AnalysisAnswer = readonly [id: number, facts: string | undefined];

/** In place of an id: the thread is up. */
export const READY = -1;

export interface AnalysisWorkerData {
  readonly port: MessagePort;
  /** Counts answers: the other side waits for it. */
  readonly signal: Int32Array;
}
