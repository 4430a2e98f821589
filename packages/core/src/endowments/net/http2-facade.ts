import { facadeFromTable } from "../member-table.ts";
import type { MemberTable } from "../member-table.ts";
import { hardenNodeObject } from "../harden-node.ts";
import type { BuiltinFactory } from "../principal.ts";
import { agentGuard } from "./http-facade.ts";
import { hardenHttp2 } from "./http2-instances.ts";
import { makePermit } from "./network-permit.ts";
import { settleTarget } from "./socket-arguments.ts";
import type { Options } from "./socket-arguments.ts";
import { tlsParts } from "./tls-facade.ts";
import { forgetKeptOptions } from "./tls-keys.ts";

/** What `http2` has on Node 20, 22, 24 and 26. */
export const HTTP2_MEMBERS: MemberTable = {
  connect: ["own", "connects"],
  constants: ["pass", "numbers and names"],
  createServer: ["own", "listens under the principal's grants"],
  createSecureServer: ["own", "as createServer"],
  getDefaultSettings: ["pass", "computes"],
  getPackedSettings: ["pass", "computes"],
  getUnpackedSettings: ["pass", "computes"],
  performServerHandshake: ["pass", "serves a socket that the caller has"],
  sensitiveHeaders: ["pass", "a symbol"],
  Http2ServerRequest: ["pass", "reads a stream that the caller has"],
  Http2ServerResponse: ["pass", "writes to a stream that the caller has"],
};

/** `http2`: sessions connect, and servers listen, under the principal's grants. */
export const makeHttp2Facade: BuiltinFactory = (context) => {
  const http2 = context.powers.builtin("http2");
  const { authority, guard } = tlsParts(context);
  // A server's options hold the classes of `http`, for clients of the older protocol.
  agentGuard(context, false);
  context.shared("hardened.http2", () => hardenHttp2(http2, context));
  const withTag = (create: Function) => (args: unknown[]) => {
    const server = create(...args);
    hardenNodeObject(Object.getPrototypeOf(server));
    forgetKeptOptions(server, "options");
    guard.tagServer(server, authority);
    return server;
  };
  const plain = withTag(http2.createServer);
  const secure = withTag(http2.createSecureServer);

  function connect(where: unknown, given?: unknown, listener?: unknown): unknown {
    const callback = typeof given === "function" ? given : listener;
    const authorityUrl = settleAuthority(where);
    const options: Options = typeof given === "object" && given !== null ? { ...given } : {};
    const open = () => {
      return http2.connect(authorityUrl, options, callback);
    };
    if (typeof options["createConnection"] === "function") return open();
    const target = settleTarget({ ...endpointOf(authorityUrl), ...options });
    return guard.within(makePermit(authority, target, { lookups: [options["lookup"]] }), open);
  }

  return facadeFromTable(context, "http2", HTTP2_MEMBERS, {
    connect,
    createServer: function createServer(...args: unknown[]): unknown {
      return plain(args);
    },
    createSecureServer: function createSecureServer(...args: unknown[]): unknown {
      return secure(args);
    },
  });
};

const AUTHORITY_PARTS = ["protocol", "hostname", "host", "port"] as const;

/** The authority as a plain object, each of its parts read once. */
function settleAuthority(where: any): any {
  const from = typeof where === "string" ? new URL(where) : where;
  if (typeof from !== "object" || from === null) return from;
  const copy: Record<string, unknown> = {};
  for (const part of AUTHORITY_PARTS) {
    const value = from[part];
    if (value !== undefined) copy[part] = typeof value === "object" ? String(value) : value;
  }
  return copy;
}

/** The host and port that Node makes of an authority. */
function endpointOf(authority: any): { host: string; port: string } {
  const port = authority?.port !== "" ? `${authority?.port}` : authority.protocol === "http:" ? "80" : "443";
  const host: string = authority?.hostname || authority?.host || "localhost";
  return { port, host: host[0] === "[" && authority.hostname ? host.slice(1, -1) : host };
}
