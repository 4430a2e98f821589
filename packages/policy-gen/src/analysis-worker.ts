/** Analyses texts for `analysis-pool.ts`, in a thread of its own. */
import { workerData } from "node:worker_threads";
import { READY, type AnalysisAnswer, type AnalysisRequest, type AnalysisWorkerData } from "./analysis-messages.ts";
import { analyzeFile } from "./analyze-file.ts";

const { port, signal } = workerData as AnalysisWorkerData;

function answer(...message: AnalysisAnswer): void {
  port.postMessage(message);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

port.on("message", ({ id, source, info }: AnalysisRequest) => {
  let isDeep = false;
  const facts = analyzeFile(source, info, () => (isDeep = true));
  answer(id, isDeep ? undefined : JSON.stringify(facts));
});
answer(READY, undefined);
