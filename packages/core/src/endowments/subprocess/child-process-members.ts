import type { MemberTable } from "../member-table.ts";

/** What `child_process` has on Node 20, 22, 24 and 26. */
export const CHILD_PROCESS_MEMBERS: MemberTable = {
  ChildProcess: ["own", "for instanceof; the real one starts anything"],
  exec: ["own", "by program"],
  execFile: ["own", "by program"],
  execFileSync: ["own", "by program"],
  execSync: ["own", "by program"],
  fork: ["own", "under moat"],
  spawn: ["own", "by program"],
  spawnSync: ["own", "by program"],
  _forkChild: ["absent", "takes a descriptor for an IPC channel"],
};
