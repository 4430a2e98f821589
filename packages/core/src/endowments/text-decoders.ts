/**
 * `TextDecoder`, whose native converter nobody else has.
 *
 * HAZARD: it lies under a symbol, and Node's C++ takes whatever lies there for one: who puts another native handle in
 * its place (`gzip._handle`) has Node read and write what is something else. So texts are decoded by a decoder that
 * nobody sees, with the settings of the one that was asked.
 */
import { Given } from "./define-field.ts";
import { named } from "./facade.ts";
import { isObject } from "./is-object.ts";
import { defineProperty, getOwnPropertyDescriptor, lookupGetter } from "./native-definitions.ts";

const { apply } = Reflect;

type Decoder = object;
type DecoderClass = new (encoding: string, settings: { fatal: boolean; ignoreBOM: boolean }) => Decoder;

/** The decoder that works for another one, in a private field of that. */
class Asked extends Given {
  #worker: Decoder;
  constructor(asked: object, worker: Decoder) {
    super(asked);
    this.#worker = worker;
  }
  static workerOf(asked: object): Decoder | undefined {
    return #worker in asked ? asked.#worker : undefined;
  }
}

/** @param prototype of Node's decoders, before it is hardened */
export function keepConvertersOfDecoders(prototype: { readonly constructor: DecoderClass }): void {
  const Class = prototype.constructor;
  const [encodingOf, fatalOf, ignoreBOMOf] = ["encoding", "fatal", "ignoreBOM"].map(
    (name) => apply(lookupGetter, prototype, [name]) as (this: object) => never,
  );
  const descriptor = getOwnPropertyDescriptor(prototype, "decode")!;
  const decode: Function = descriptor.value;
  /** For UTF-8 that comes whole, which Node decodes without a converter and keeps nothing of: one for each settings. */
  const shared: (Decoder | undefined)[] = [undefined, undefined, undefined, undefined];
  /** Most calls are of the decoder that was asked before: to ask for its settings takes a third of a short text's time. */
  let lastAsked: object | undefined;
  let lastShared: Decoder | undefined;

  const workerFor = (asked: object, isPart: boolean): Decoder => {
    if (asked === lastAsked && !isPart) return lastShared!;
    const known = isObject(asked) ? Asked.workerOf(asked) : undefined;
    if (known !== undefined) return known;
    // Node says what is wrong with what is no decoder.
    const encoding: string = apply(encodingOf!, asked, []);
    const fatal: boolean = apply(fatalOf!, asked, []);
    const ignoreBOM: boolean = apply(ignoreBOMOf!, asked, []);
    if (encoding === "utf-8" && !isPart) {
      lastAsked = asked;
      return (lastShared = shared[(fatal ? 2 : 0) + (ignoreBOM ? 1 : 0)] ??= new Class(encoding, { fatal, ignoreBOM }));
    }
    const worker = new Class(encoding, { fatal, ignoreBOM });
    void new Asked(asked, worker);
    lastAsked = undefined;
    return worker;
  };

  const methods = {
    decode(this: object, input: unknown, options: unknown): unknown {
      if (!isObject(options)) return apply(decode, workerFor(this, false), [input, options]);
      const stream = Boolean((options as { stream?: unknown }).stream);
      return apply(decode, workerFor(this, stream), [input, { stream }]);
    },
  };
  defineProperty(prototype, "decode", { ...descriptor, value: named("decode", decode.length, methods.decode) });
}
