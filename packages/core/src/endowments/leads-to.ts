/**
 * What objects of Node's lead to that none of their properties shows: what their methods make, and call back with.
 *
 * HAZARD: the hardener follows properties. Who has a socket, and nothing else, comes by what is in its
 * state to `StringDecoder.prototype`, which decodes everybody's texts, and could replace `write` there.
 * So what leads on stands here, whichever builtin, global or instance a package comes by.
 */
import { disarmClones, isCloningGlobal } from "./disarm-clones.ts";
import { hardenWebCrypto } from "./crypto.ts";
import { makeFieldDefiner } from "./define-field.ts";
import { methodFor } from "./facade.ts";
import { makeHandedBuiltin, reach } from "./handed-builtin.ts";
import { hardenNodeObject, isHardenedNodeObject, whenHardened } from "./harden-node.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";
import { ownSymbol } from "./own-symbol.ts";
import { hardenInstancesOf, hardenInstancesOfGlobal, hardenSamples } from "./sample-instances.ts";
import type { EndowmentContext } from "./principal.ts";

/** To be called once, before anything of Node's is hardened. */
export function hardenWhatIsLedTo(context: EndowmentContext): void {
  const { builtin } = context.powers;
  const stream = builtin("stream");
  const { Duplex, PassThrough, Readable, Writable } = stream;
  // A stream leads to all of `stream`, by its class; a text that is read, to a decoder; `map` and its like, to a signal.
  whenHardened(stream, () => {
    makeHandedBuiltin(context, "stream");
    hardenInstancesOf(context, "string_decoder");
    hardenSignals(context);
  });
  // Few programs call these, and the samples of what they make cost more than all others.
  beforeCall(Duplex, "from", (real) =>
    hardenSamples(context, "hardened.instances.stream.from", () => {
      const joined = Reflect.apply(real, Duplex, [{ readable: new PassThrough(), writable: new PassThrough() }]);
      joined.on("error", () => {});
      return [joined];
    }),
  );
  beforeCall(stream, "duplexPair", (real) =>
    hardenSamples(context, "hardened.instances.stream.duplexPair", () => real()),
  );
  const toWeb = () => hardenWebStreams(context);
  for (const Class of [Readable, Writable, Duplex])
    for (const name of ["toWeb", "fromWeb"]) beforeCall(Class, name, toWeb);
  for (const name of ["stream", "textStream"]) beforeCall(builtin("buffer").Blob.prototype, name, toWeb);
  const { Event, CustomEvent } = context.powers.globals;
  if (Event !== undefined) hardenEventsAsTheyAreMade(Event, CustomEvent?.prototype);
  beforeRead(builtin("events"), "EventEmitterAsyncResource", () => hardenInstancesOf(context, "events"));
}

/** The same for globals: one of a family leads to all of it. */
export function hardenBehindGlobal(context: EndowmentContext, name: string): void {
  if (isCloningGlobal(name)) disarmClones(context);
  if (name.startsWith("URL")) hardenInstancesOf(context, "url");
  if (/^(?:Abort|Broadcast|Message)|Event/.test(name)) hardenSignals(context);
  if (name.startsWith("Message")) hardenInstancesOfGlobal(context, "MessageChannel");
  if (/Stream|Strategy/.test(name)) hardenWebStreams(context);
  // HAZARD: its methods are replaced before the class is hardened, by whichever of these names somebody comes to it.
  if (/crypto/i.test(name)) hardenWebCrypto(context, context.powers.builtin("crypto").webcrypto);
  // Within are streams of `zlib`.
  if (/ompression/.test(name)) hardenNodeObject(reach(context, "zlib", "createGzip"));
}

/** Events that Node makes itself, besides those that every target makes, of classes that it loads with the first one. */
const MADE_BY_NODE: ReadonlySet<unknown> = new Set([
  "MessageEvent",
  "MessagePortCloseEvent",
  "ErrorEvent",
  "CloseEvent",
]);

/**
 * Whoever has a port comes by the class of its messages, which would cost as much to load as a start.
 * Each event assigns itself a target as it is made: there its class is known before anybody has it.
 */
function hardenEventsAsTheyAreMade(Event: any, ofTargets: object | undefined): void {
  const { prototype } = Event;
  const target = ownSymbol(new Event("x"), "kTarget");
  if (target === undefined) throw new TypeError("This version of Node does not show when it makes an event");
  if (Object.hasOwn(prototype, target)) return;
  const define = makeFieldDefiner(target);
  const accessors = {
    get: () => undefined,
    set(this: object, value: unknown) {
      define(this, value);
      const own: object = Object.getPrototypeOf(this);
      if (own === prototype || isHardenedNodeObject(own)) return;
      const constructor: unknown = getOwnPropertyDescriptor(own, "constructor")?.value;
      if (own === ofTargets || (typeof constructor === "function" && MADE_BY_NODE.has(constructor.name)))
        hardenNodeObject(own);
    },
  };
  Object.defineProperty(prototype, target, { ...accessors, enumerable: false, configurable: false });
}

/** Hardens the classes of signals, and of the events that they send. */
export function hardenSignals(context: EndowmentContext): void {
  for (const name of ["AbortController", "EventTarget"] as const) hardenInstancesOfGlobal(context, name);
}

/** Hardens the classes of web streams, also those that no module exports. */
export function hardenWebStreams(context: EndowmentContext): void {
  reach(context, "stream/web", "ReadableStream");
}

/** Has something done before the first call of a method. */
function beforeCall(holder: object, name: string, harden: (real: Function) => void): void {
  const descriptor = getOwnPropertyDescriptor(holder, name);
  if (typeof descriptor?.value !== "function" || descriptor.configurable !== true) return;
  const real: Function = descriptor.value;
  const first = once(() => harden(real));
  const value = methodFor(name, real.length, (receiver, args) => {
    first();
    return Reflect.apply(real, receiver, args);
  });
  Object.defineProperty(holder, name, { ...descriptor, value });
}

/** Has something done before an accessor is first read. */
function beforeRead(holder: object, name: string, harden: () => void): void {
  const descriptor = getOwnPropertyDescriptor(holder, name);
  if (descriptor?.get === undefined || descriptor.configurable !== true) return;
  const { get: real } = descriptor;
  const first = once(harden);
  const get = function (this: unknown): unknown {
    first();
    return Reflect.apply(real, this, []);
  };
  Object.defineProperty(holder, name, { ...descriptor, get });
}

/** What fails, near the end of the stack, is done again; what it does may come here, too. */
function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    try {
      run();
    } catch (error) {
      isDone = false;
      throw error;
    }
  };
}
