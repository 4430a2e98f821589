import type { Grant, GrantCapability } from "@moat/core/model";

/** By builtin or global, the grants that say what can be done with it. */
const BOUNDED_BY: Readonly<Record<string, readonly GrantCapability[]>> = {
  __proto__: null as never,
  "builtin fs": ["fs.read", "fs.write"],
  "builtin fs/promises": ["fs.read", "fs.write"],
  "builtin child_process": ["command"],
  "builtin worker_threads": ["worker"],
  "builtin http": ["net.connect", "net.listen"],
  "builtin https": ["net.connect", "net.listen"],
  "builtin http2": ["net.connect", "net.listen"],
  "builtin net": ["net.connect", "net.listen"],
  "builtin tls": ["net.connect", "net.listen"],
  "builtin dgram": ["net.connect", "net.listen"],
  "builtin dns": ["net.connect"],
  "builtin dns/promises": ["net.connect"],
  "global fetch": ["net.connect"],
  "global WebSocket": ["net.connect"],
  "global EventSource": ["net.connect"],
  "global process": ["env"],
  "builtin process": ["env"],
};

/** The capabilities beside which a grant says nothing of its own; none for most. */
export function boundsOf({ capability, target, member }: Grant): readonly GrantCapability[] {
  // Of `process`, what is no part of the environment says something: `process.exit`, `process.dlopen`.
  if (target === "process" && member !== undefined && member !== "env") return [];
  return BOUNDED_BY[`${capability} ${target}`] ?? [];
}
