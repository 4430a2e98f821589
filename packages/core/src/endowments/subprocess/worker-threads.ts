import { facadeFromTable, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { makeBroadcastChannel } from "./broadcast-channel.ts";
import { makeWorkerClass } from "./worker-class.ts";

export const WORKER_THREADS_MEMBERS: MemberTable = {
  isInternalThread: ["own", "false: a worker of Node's own never runs packages"],
  isMainThread: ["pass", "a boolean"],
  MessagePort: ["pass", "the caller's own ports"],
  MessageChannel: ["pass", "the caller's own ports"],
  markAsUncloneable: ["pass", "marks the caller's own objects"],
  markAsUntransferable: ["pass", "marks the caller's own objects"],
  isMarkedAsUntransferable: ["pass", "a boolean"],
  moveMessagePortToContext: ["refuse", "makes objects of a foreign realm"],
  receiveMessageOnPort: ["pass", "the caller's own port"],
  resourceLimits: ["own", "a copy"],
  postMessageToThread: ["refuse", "speaks to everybody in the other thread"],
  threadId: ["pass", "a number"],
  threadName: ["pass", "a text"],
  SHARE_ENV: ["pass", "a symbol; the worker gets a copy of the principal's own"],
  Worker: ["own", "under the same policy"],
  parentPort: ["own", "for whoever started the worker, and the application"],
  workerData: ["own", "the same"],
  BroadcastChannel: ["own", "names of the principal's own"],
  setEnvironmentData: ["own", "the principal's own"],
  getEnvironmentData: ["own", "the principal's own"],
  locks: ["absent", "one space of names for the whole process"],
};

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
