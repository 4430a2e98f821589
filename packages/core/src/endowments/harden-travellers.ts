/**
 * Classes of Node's whose instances come from other threads: who is sent a key has one without
 * any builtin, and could change for everybody in its own thread what keys do.
 *
 * @see https://nodejs.org/api/worker_threads.html#considerations-when-cloning-objects-with-prototypes-classes-and-accessors
 */
import { disarmClones } from "./disarm-clones.ts";
import { hardenWebCrypto } from "./crypto.ts";
import { hardenPrototypesOf } from "./harden-instances.ts";
import { hardenNodeObject } from "./harden-node.ts";
import type { EndowmentContext } from "./principal.ts";
import { hardenWebStreams } from "./leads-to.ts";
import { sampleKeys } from "./sample-instances.ts";

/**
 * Hardens what can be cloned and transferred. To be called before a thread can be sent anything:
 * in a worker at its start, in the main thread before the first worker's.
 */
export function hardenTravellers(context: EndowmentContext): void {
  context.shared("hardened.travellers", () => {
    const { builtin, globals } = context.powers;
    disarmClones(context);
    hardenWebStreams(context);
    const { webcrypto, X509Certificate } = builtin("crypto");
    hardenWebCrypto(context, webcrypto);
    const { BlockList, SocketAddress } = builtin("net");
    const made = [
      ...sampleKeys(builtin("crypto")),
      new BlockList(),
      new SocketAddress(),
      builtin("perf_hooks").createHistogram(),
    ];
    // What arrives is of heirs of these classes that Node makes for clones alone.
    for (const object of made) for (const one of [object, globals["structuredClone"](object)]) hardenPrototypesOf(one);
    for (const Class of [BlockList, SocketAddress, X509Certificate]) hardenNodeObject(Class);
    return true;
  });
}
