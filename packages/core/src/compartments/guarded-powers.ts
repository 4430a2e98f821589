/**
 * The network guard is laid under Node's sockets before anybody can have one: when the first
 * builtin is asked for that is one of these, or may lead to one.
 *
 * HAZARD: the table names those that lead to none; another is taken to. A test asks every
 * supported Node which of its builtins load `node:net`.
 */
import { installNetworkGuard } from "../endowments/late.ts";
import type { Powers } from "../endowments/principal.ts";
import { assertStackRoom } from "../stack-room.ts";

export const WITHOUT_NETWORK: ReadonlySet<string> = new Set([
  "assert",
  "assert/strict",
  "async_hooks",
  "buffer",
  "console",
  "constants",
  "crypto",
  "diagnostics_channel",
  "events",
  "fs",
  "fs/promises",
  "module",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "perf_hooks",
  "punycode",
  "querystring",
  "stream",
  "stream/consumers",
  "stream/promises",
  "stream/web",
  "string_decoder",
  "timers",
  "timers/promises",
  "url",
  "util",
  "util/types",
  "v8",
  "vm",
  "zlib",
]);

/** The same powers. Making sockets for the guard costs as much as hello world. */
export function guardNetworkAtFirstUse(powers: Powers): Powers {
  let isGuarded = false;
  return Object.freeze({
    ...powers,
    builtin(name: string): unknown {
      if (!isGuarded && !WITHOUT_NETWORK.has(name)) {
        assertStackRoom();
        installNetworkGuard(powers);
        isGuarded = true;
      }
      return powers.builtin(name);
    },
  });
}
