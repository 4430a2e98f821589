import type { EndowmentContext } from "../principal.ts";
import { tamedPrototype } from "../tamed-prototype.ts";

const MEMBERS = ["close", "postMessage", "ref", "unref", "onmessage", "onmessageerror", "@@Symbol.toStringTag"];

/**
 * `BroadcastChannel` among a principal's own threads: names are a space of its
 * own, where Node has one for the whole process in which anybody can listen.
 */
export function makeBroadcastChannel(context: EndowmentContext): any {
  const Real = context.powers.builtin("worker_threads").BroadcastChannel;
  const { name: owner } = context.principal;
  // HAZARD: Node ends a name at its first NUL; the length says where the owner's ends.
  const prefix = `${owner.length}:${owner}:`;
  const names = new WeakMap<object, string>();
  // HAZARD: on the real prototype `constructor` is the class without the prefix.
  const prototype = tamedPrototype(Real.prototype, MEMBERS, Object.getPrototypeOf(Real.prototype));
  const BroadcastChannel = function BroadcastChannel(given: unknown) {
    if (new.target === undefined)
      throw new TypeError("Class constructor BroadcastChannel cannot be invoked without 'new'");
    const name = `${given as string}`;
    const channel = new Real(prefix + name);
    Object.setPrototypeOf(channel, new.target === BroadcastChannel ? prototype : new.target.prototype);
    names.set(channel, name);
    return channel;
  };
  Object.defineProperties(prototype, {
    constructor: { value: BroadcastChannel, writable: true, configurable: true },
    name: {
      get(this: object) {
        return names.get(this);
      },
      enumerable: true,
      configurable: true,
    },
  });
  BroadcastChannel.prototype = prototype;
  // Node knows an EventTarget by a symbol on its constructor.
  Object.setPrototypeOf(BroadcastChannel, Object.getPrototypeOf(Real));
  return BroadcastChannel;
}
