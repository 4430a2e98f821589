import type { MemberTable } from "../member-table.ts";

/** What `net` has on Node 20, 22, 24 and 26. */
export const NET_MEMBERS: MemberTable = {
  _createServerHandle: ["refuse", "makes and binds a native handle"],
  _normalizeArgs: ["pass", "computes"],
  _setSimultaneousAccepts: ["refuse", "changes all servers"],
  _TransferredBoundSocket: ["absent", "wraps a native handle"],
  BlockList: ["pass", "computes"],
  BoundSocket: ["refuse", "binds a port by itself"],
  SocketAddress: ["pass", "computes"],
  connect: ["own", "connects"],
  createConnection: ["own", "connects"],
  createServer: ["own", "its servers listen under the principal's grants"],
  isIP: ["pass", "computes"],
  isIPv4: ["pass", "computes"],
  isIPv6: ["pass", "computes"],
  Server: ["own", "as createServer"],
  Socket: ["own", "connects"],
  Stream: ["own", "the old name of Socket"],
  getDefaultAutoSelectFamily: ["own", "what the package has set, or Node's"],
  setDefaultAutoSelectFamily: ["own", "for the package's own connections"],
  getDefaultAutoSelectFamilyAttemptTimeout: ["own", "what the package has set, or Node's"],
  setDefaultAutoSelectFamilyAttemptTimeout: ["own", "for the package's own connections"],
};
