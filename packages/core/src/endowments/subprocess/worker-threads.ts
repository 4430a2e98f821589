import { facadeFromTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { WORKER_THREADS_MEMBERS } from "./worker-threads-members.ts";
import { makeBroadcastChannel } from "./broadcast-channel.ts";
import { makeWorkerClass } from "./worker-class.ts";

/** `worker_threads`: workers come up under the same policy, whatever their options. */
export const makeWorkerThreads: BuiltinFactory = (context) => {
  const { principal, worker, powers } = context;
  const real = powers.builtin("worker_threads");
  const isAddressed = worker !== undefined && (principal.trusted || principal.name === worker.principal);
  const environmentData = new Map<unknown, unknown>(isAddressed ? worker.environmentData : []);
  return facadeFromTable(context, "worker_threads", WORKER_THREADS_MEMBERS, {
    isInternalThread: false,
    resourceLimits: Object.freeze({ ...real.resourceLimits }),
    Worker: makeWorkerClass(context, environmentData),
    parentPort: isAddressed ? worker.parentPort : null,
    workerData: isAddressed ? worker.workerData : null,
    BroadcastChannel: makeBroadcastChannel(context),
    getEnvironmentData: (key: unknown) => environmentData.get(key),
    setEnvironmentData: (key: unknown, value: unknown) => {
      if (value === undefined) environmentData.delete(key);
      else environmentData.set(key, value);
    },
  });
};
