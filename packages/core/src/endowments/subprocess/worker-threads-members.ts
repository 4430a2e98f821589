import type { MemberTable } from "../member-table.ts";

/** What `worker_threads` has on Node 20, 22, 24 and 26. */
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
