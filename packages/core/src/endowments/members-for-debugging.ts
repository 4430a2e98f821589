/**
 * Members of Node's native classes by which a debugger looks at what is everybody's.
 *
 * HAZARD: from Node 24 on each native handle, that of a stream of `zlib` too, gives the map in which all storages of its
 * context keep what they hold: who has it empties the context of everybody's code, or puts another request's into it.
 */
const NAMES = ["getAsyncContextFrameForDebuggingOnly"] as const;

const { deleteProperty } = Reflect;

/** @param prototype before it is locked */
export function dropMembersForDebugging(prototype: object): void {
  for (let index = 0; index < NAMES.length; index += 1) deleteProperty(prototype, NAMES[index]!);
}
