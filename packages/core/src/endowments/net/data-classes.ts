import { hardenNodeObject } from "../harden-node.ts";
import { hardenPrototypesOf } from "../harden-instances.ts";
import { defineProperty } from "../native-definitions.ts";

const { apply } = Reflect;

/**
 * Replaces `forEach` of `Headers` and `FormData`. Before any class of `fetch` is
 * hardened, since each leads to the others.
 *
 * HAZARD: Node's calls back with the real global object where no receiver is
 * given, and by the callback's own `call`.
 */
export function tameForEach(Class: any): void {
  const real: unknown = Class.prototype.forEach;
  if (typeof real !== "function") return;
  const forEach = {
    forEach(this: unknown, callback: unknown, receiver: unknown = undefined): void {
      const call = typeof callback === "function" ? (...args: unknown[]) => apply(callback, receiver, args) : callback;
      apply(real, this, arguments.length === 0 ? [] : [call, null]);
    },
  }.forEach;
  defineProperty(forEach, "length", { value: 1 });
  defineProperty(Class.prototype, "forEach", { value: forEach, writable: true, enumerable: true, configurable: true });
}

/** Hardens one of the classes of `fetch` that compute and hold data. */
export function hardenDataClass(Class: any): unknown {
  hardenNodeObject(Class);
  for (const sample of samplesOf(Class)) hardenPrototypesOf(sample);
  return Class;
}

/** Instances with what only hangs on them: lists of headers, iterators, streams of bodies. */
function samplesOf(Class: any): unknown[] {
  switch (Class.name) {
    case "Headers":
    case "FormData": {
      const sample = new Class();
      return [sample, sample.entries(), sample.keys(), sample.values()];
    }
    case "Request": {
      const sample = new Class("http://moat.invalid/", { method: "POST", body: "x" });
      // Up to Node 20 a request shows the settings of all of them: origin and policy of referrers.
      for (const key of Object.getOwnPropertySymbols(sample)) hardenNodeObject(sample[key]?.client);
      return [sample];
    }
    case "Response": {
      const sample = new Class("x");
      return [sample, sample.body, sample.clone()];
    }
    default:
      return [];
  }
}
