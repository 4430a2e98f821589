import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { analyzeFile } from "./analyze-file.ts";
import { READY, type AnalysisAnswer, type AnalysisRequest, type AnalysisWorkerData } from "./analysis-messages.ts";
import type { SourceInfo } from "./facts.ts";

/** A text that is being analysed, or will be. */
export interface Analysis {
  /** Its facts as JSON, waited for. */
  readonly facts: () => string;
}

export interface AnalysisPool {
  readonly submit: (source: string, info: SourceInfo) => Analysis;
  readonly end: () => void;
}

export interface AnalysisPoolOptions {
  /** The compiled worker; without one, everything happens in this thread. */
  readonly workerFile: string | undefined;
  /** Called before each text. */
  readonly onAnalysis?: () => void;
  readonly mostWorkers?: number;
  /** So much text, in characters, must wait for each worker: V8 compiles the analyser anew in each, which takes half a second. */
  readonly textForWorker?: number;
  /** A thread that says nothing for so long is given up. */
  readonly patience?: number;
}

/** What a worker has before it, so that it need not wait for this thread. */
const TEXT_AHEAD = 1_000_000;

interface Job extends AnalysisRequest {
  facts: string | undefined;
  worker: PoolWorker | undefined;
}

interface PoolWorker {
  readonly worker: Worker;
  readonly port: MessagePort;
  isReady: boolean;
  textAhead: number;
}

/**
 * Analyses texts in this thread and in others, where there are cores and so much text that
 * it pays. Whoever asks gets the same facts: only what ran out of stack depends on the thread,
 * and is analysed again in this one, which has more of it.
 */
export function makeAnalysisPool({
  workerFile,
  onAnalysis = () => {},
  mostWorkers = Math.min(3, availableParallelism() - 1),
  textForWorker = 8_000_000,
  patience = 30_000,
}: AnalysisPoolOptions): AnalysisPool {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const workers: PoolWorker[] = [];
  const sent = new Map<number, Job>();
  const waiting = new Set<Job>();
  let textWaiting = 0;
  let seen = 0;
  /** No more texts go to workers. */
  let isOver = workerFile === undefined;
  /** Nor is anything expected of them. */
  let isGivenUp = false;

  const next = (): Job | undefined => {
    for (const job of waiting) return take(job);
    return undefined;
  };

  const take = (job: Job): Job => {
    waiting.delete(job);
    textWaiting -= job.source.length;
    return job;
  };

  const startWorker = (): void => {
    const { port1, port2 } = new MessageChannel();
    const data: AnalysisWorkerData = { port: port2, signal };
    try {
      // Less stack than this thread has: what fits into theirs fits here.
      const worker = new Worker(workerFile!, {
        workerData: data,
        transferList: [port2],
        resourceLimits: { stackSizeMb: 1 },
        execArgv: [],
        env: {},
      });
      // It is given up by its silence; the event comes when all is over.
      worker.on("error", () => {});
      worker.unref();
      port1.unref();
      workers.push({ worker, port: port1, isReady: false, textAhead: 0 });
    } catch {
      // Node's permission flags may not allow threads.
      isOver = true;
    }
  };

  const collect = (): void => {
    const count = Atomics.load(signal, 0);
    if (count === seen) return;
    seen = count;
    for (const from of workers) {
      for (
        let message = receiveMessageOnPort(from.port);
        message !== undefined;
        message = receiveMessageOnPort(from.port)
      ) {
        const [id, facts] = message.message as AnalysisAnswer;
        if (id === READY) from.isReady = true;
        const job = sent.get(id);
        if (job === undefined) continue;
        sent.delete(id);
        from.textAhead -= job.source.length;
        job.facts ??= facts ?? analyzeHere(job);
      }
    }
  };

  const supply = (): void => {
    if (isOver) return;
    if (workers.length < mostWorkers && textWaiting > textForWorker * (workers.length + 1)) startWorker();
    for (const to of workers) {
      while (to.isReady && to.textAhead < TEXT_AHEAD) {
        const job = next();
        if (job === undefined) return;
        onAnalysis();
        job.worker = to;
        sent.set(job.id, job);
        to.textAhead += job.source.length;
        const { id, source, info } = job;
        to.port.postMessage({ id, source, info } satisfies AnalysisRequest);
      }
    }
  };

  const analyzeHere = ({ source, info }: Job): string => {
    onAnalysis();
    return JSON.stringify(analyzeFile(source, info));
  };

  /** The facts of a job; meanwhile, this thread does what waits. */
  const finish = (job: Job): string => {
    for (;;) {
      collect();
      supply();
      if (job.facts !== undefined) return job.facts;
      if (waiting.has(job)) take(job);
      if (job.worker === undefined || isGivenUp) return (job.facts = analyzeHere(job));
      const other = next();
      if (other !== undefined) other.facts = analyzeHere(other);
      else if (Atomics.wait(signal, 0, seen, patience) === "timed-out") isGivenUp = isOver = true;
    }
  };

  let count = 0;
  return {
    submit(source, info) {
      const job: Job = { id: (count += 1), source, info, facts: undefined, worker: undefined };
      waiting.add(job);
      textWaiting += source.length;
      return { facts: () => finish(job) };
    },
    end() {
      isOver = true;
      for (const { worker } of workers) void worker.terminate();
    },
  };
}

/** Beside this file once it is bundled; the sources have no worker that Node could start. */
export function analysisWorkerFile(): string | undefined {
  const own = fileURLToPath(import.meta.url);
  return own.endsWith(".cjs") ? join(own, "../analysis-worker.cjs") : undefined;
}
