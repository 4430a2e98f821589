/**
 * A server that the parent sends (`child.send("here", server)`) listens already: Node makes an object
 * for its handle as the message comes in, for nobody in particular, before a listener sees it.
 */
import type { EventEmitter } from "node:events";
import type { NetworkGuard } from "./network-guard.ts";

const { apply } = Reflect;

/** Lets Node's own listener of the channel, which it has had since before anybody's code ran, make such servers. */
export function receiveServers(
  process: EventEmitter & { readonly channel?: unknown },
  listening: NetworkGuard["listeningForWorkers"],
): void {
  const [own] = process.channel ? (process.listeners("internalMessage") as ((...args: unknown[]) => void)[]) : [];
  if (own === undefined) return;
  process.removeListener("internalMessage", own);
  process.prependListener("internalMessage", function (this: unknown, ...args: unknown[]) {
    const [message] = args as [{ cmd?: unknown; type?: unknown } | null];
    const pass = (): unknown => apply(own, this, args);
    // HAZARD: no listener of anybody's is called meanwhile; what listens is the handle that came with the message.
    if (message?.cmd === "NODE_HANDLE" && message.type === "net.Server") listening(pass);
    else pass();
  });
}
