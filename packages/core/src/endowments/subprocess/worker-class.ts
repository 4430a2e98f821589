import { withoutConstructor } from "../shared-prototype.ts";
import { hardenNodeObject } from "../harden-node.ts";
import type * as events from "node:events";
import type * as stream from "node:stream";
import { accessDenied } from "../access-denied.ts";
import { hardenTravellers } from "../harden-travellers.ts";
import type { EndowmentContext } from "../principal.ts";
import { readWorkerEntry } from "./worker-entry.ts";
import { readWorkerOptions } from "./worker-options.ts";

const FORWARDED = ["online", "message", "messageerror", "error", "exit"] as const;

/**
 * A principal's `Worker`. The real one stays behind it: its symbols lead to the
 * native class and to the port on which Node tells a worker what to load.
 * The launcher decides what really runs; options cannot change that.
 *
 * @param environmentData what the principal gave to `setEnvironmentData`
 */
export function makeWorkerClass(context: EndowmentContext, environmentData: ReadonlyMap<unknown, unknown>): any {
  const { principal, powers, workerLauncher } = context;
  const { EventEmitter } = powers.builtin("events") as typeof events;
  const RealWorker = powers.builtin("worker_threads").Worker;
  const { PassThrough, Writable } = hardenNodeObject(powers.builtin("stream")) as typeof stream;

  /** A pipe would show its target in its state. */
  const inFrontOf = (real: any): unknown =>
    new Writable({
      decodeStrings: false,
      write: (chunk, encoding, callback) => void real.write(chunk, encoding, () => callback()),
      final: (callback) => void real.end(() => callback()),
    });

  class Worker extends EventEmitter {
    readonly #real: any;
    #stdout: unknown;
    #stderr: unknown;
    readonly #stdin: unknown;

    constructor(filename: unknown, given?: unknown) {
      super();
      const options = readWorkerOptions(context, given);
      const entry = readWorkerEntry(context, filename, options.isEval);
      const target = "file" in entry ? entry.file : "<eval>";
      const isGranted = principal.trusted || principal.policy.workers === true;
      if (isGranted) principal.uses?.({ capability: "worker", target: "" });
      else if (principal.denies({ capability: "worker", target, via: "worker_threads.Worker" }))
        throw accessDenied("worker_threads.Worker", "worker");
      const launch = workerLauncher?.({
        principal,
        entry,
        workerData: options.workerData,
        environmentData,
        env: options.env,
        visibleVariables: options.visible,
        argv: options.argv,
        preload: options.preload,
      });
      if (launch === undefined) throw accessDenied("worker_threads.Worker", "worker");
      hardenTravellers(context);
      const worker = new RealWorker(launch.filename, {
        __proto__: null,
        ...options.node,
        workerData: launch.workerData,
        env: launch.env ?? options.env,
        argv: launch.argv ?? options.argv,
        execArgv: launch.execArgv ?? [],
        trackUnmanagedFds: true,
      });
      this.#real = worker;
      this.#stdin = worker.stdin === null ? null : inFrontOf(worker.stdin);
      for (const event of FORWARDED) worker.on(event, (...args: unknown[]) => this.emit(event, ...args));
    }

    /** HAZARD: the real streams hold the worker's internal port; these do not, and nothing in them leads there. */
    #own(stream: any): unknown {
      const own = new PassThrough();
      stream.on("end", () => own.end());
      stream.on("data", (chunk: unknown) => own.write(chunk));
      return own;
    }

    get stdin(): unknown {
      return this.#stdin;
    }

    get stdout(): unknown {
      return (this.#stdout ??= this.#own(this.#real.stdout));
    }

    get stderr(): unknown {
      return (this.#stderr ??= this.#own(this.#real.stderr));
    }

    get threadId(): number {
      return this.#real.threadId;
    }

    get threadName(): string | null {
      return this.#real.threadName;
    }

    get resourceLimits(): object {
      return { ...this.#real.resourceLimits };
    }

    get performance(): object {
      const { performance } = this.#real;
      return { eventLoopUtilization: (one?: object, other?: object) => performance.eventLoopUtilization(one, other) };
    }

    postMessage(value: unknown, transfer?: unknown): void {
      this.#real.postMessage(value, transfer);
    }

    terminate(): Promise<number> {
      return this.#real.terminate();
    }

    ref(): void {
      this.#real.ref();
    }

    unref(): void {
      this.#real.unref();
    }

    getHeapSnapshot(): never {
      throw accessDenied("worker_threads.Worker.getHeapSnapshot", "builtin");
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.#real.terminate();
    }
  }
  return withoutConstructor(Worker);
}
