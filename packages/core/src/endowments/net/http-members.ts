import type { MemberTable } from "../member-table.ts";

/** What `http` has on Node 20, 22, 24 and 26. */
export const HTTP_MEMBERS: MemberTable = {
  _connectionListener: ["pass", "serves a socket that the caller has"],
  METHODS: ["pass", "names"],
  STATUS_CODES: ["pass", "names"],
  Agent: ["own", "connects"],
  ClientRequest: ["own", "connects"],
  IncomingMessage: ["pass", "reads a socket that the caller has"],
  OutgoingMessage: ["pass", "writes to a socket that the caller has"],
  Server: ["own", "listens under the principal's grants"],
  ServerResponse: ["pass", "writes to a socket that the caller has"],
  createServer: ["own", "as Server"],
  validateHeaderName: ["pass", "computes"],
  validateHeaderValue: ["pass", "computes"],
  get: ["own", "connects"],
  request: ["own", "connects"],
  setMaxIdleHTTPParsers: ["refuse", "changes all of the process"],
  setGlobalProxyFromEnv: ["refuse", "sends everybody's requests elsewhere"],
  maxHeaderSize: ["own", "a setting, read only"],
  globalAgent: ["own", "one for each principal"],
  WebSocket: ["own", "connects"],
  CloseEvent: ["own", "loads with WebSocket"],
  MessageEvent: ["own", "loads with WebSocket"],
};

/** What `https` has on Node 20, 22, 24 and 26. */
export const HTTPS_MEMBERS: MemberTable = {
  Agent: ["own", "connects"],
  globalAgent: ["own", "one for each principal"],
  Server: ["own", "listens under the principal's grants"],
  createServer: ["own", "as Server"],
  get: ["own", "connects"],
  request: ["own", "connects"],
};
