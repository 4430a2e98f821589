import type { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import type { ReadStream } from "node:tty";
import { hardenNodeClass, hardenNodeObject } from "../harden-node.ts";
import type { EndowmentContext } from "../principal.ts";
import { mayReadInput } from "./may-read-input.ts";

/** What a standard input reads from, and whether it may. */
interface Source {
  readonly real: () => ReadStream;
  readonly mayRead: () => boolean;
  readonly isTerminal: boolean;
  stop: (() => void) | undefined;
  /** Whether `read` is being called for what there is, and not by the stream itself, to read ahead. */
  isAsked: boolean;
}

type InputClass = new (source: Source) => Readable;

function inputClass(context: EndowmentContext): InputClass {
  return context.shared("process.input", () => {
    const Base: typeof Readable = hardenNodeObject(context.powers.builtin("stream")).Readable;
    const { from } = context.powers.builtin("buffer").Buffer;
    const sources = new WeakMap<object, Source>();
    const sourceOf = (facade: object): Source => {
      const source = sources.get(facade);
      if (source === undefined) throw new TypeError("Illegal invocation");
      return source;
    };

    class StandardInput extends Base {
      readonly fd = 0;

      constructor(source: Source) {
        super({ highWaterMark: 65536 });
        sources.set(this, source);
      }

      override _read(): void {
        const source = sourceOf(this);
        if (!source.mayRead()) {
          this.push(null);
          return;
        }
        // A stream reads ahead once more after it was paused in the middle of a chunk (`rl.close()` in an answer):
        // that would begin to read the terminal again, and the process would never end.
        if (!source.isAsked && this.readableFlowing === false && this.listenerCount("readable") === 0) {
          (this as any)._readableState.reading = false;
          return;
        }
        const real = source.real();
        if (source.stop === undefined) {
          const onData = (chunk: Buffer): void => {
            // A copy: another principal that reads too must not share the memory.
            if (!this.push(from(chunk))) real.pause();
          };
          const onEnd = (): void => void this.push(null);
          const onError = (error: Error): void => void this.destroy(error);
          real.on("data", onData).on("end", onEnd).on("error", onError);
          source.stop = () => {
            real.off("data", onData).off("end", onEnd).off("error", onError);
            real.pause();
          };
          if (real.readableEnded) this.push(null);
        }
        real.resume();
      }

      override read(size?: number): any {
        const source = sourceOf(this);
        source.isAsked = size !== 0;
        try {
          return super.read(size);
        } finally {
          source.isAsked = false;
        }
      }

      override pause(): this {
        super.pause();
        const source = sourceOf(this);
        if (source.stop !== undefined) source.real().pause();
        return this;
      }

      override resume(): this {
        super.resume();
        const source = sourceOf(this);
        if (source.stop !== undefined) source.real().resume();
        return this;
      }

      override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
        sourceOf(this).stop?.();
        callback(error);
      }

      get isTTY(): boolean | undefined {
        return sourceOf(this).isTerminal ? true : undefined;
      }

      get isRaw(): boolean | undefined {
        return sourceOf(this).isTerminal ? sourceOf(this).real().isRaw : undefined;
      }

      get setRawMode(): ((mode: unknown) => this) | undefined {
        const source = sourceOf(this);
        if (!source.isTerminal) return undefined;
        return (mode) => {
          if (source.mayRead()) source.real().setRawMode(Boolean(mode));
          return this;
        };
      }

      ref(): this {
        const source = sourceOf(this);
        if (source.stop !== undefined) (source.real() as any).ref?.();
        return this;
      }

      unref(): this {
        const source = sourceOf(this);
        if (source.mayRead()) (source.real() as any).unref?.();
        return this;
      }
    }
    // Tests assign to these on their own stream, as they may on the real one.
    for (const name of ["isTTY", "isRaw", "setRawMode"]) {
      const { get } = Object.getOwnPropertyDescriptor(StandardInput.prototype, name)!;
      Object.defineProperty(StandardInput.prototype, name, {
        get: get!,
        set(this: object, value: unknown) {
          if (sources.has(this))
            Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
        },
        enumerable: true,
        configurable: true,
      });
    }
    return hardenNodeClass(StandardInput) as InputClass;
  });
}

/**
 * A principal's own standard input: reads the real one where the policy's
 * `builtins.process` names `stdin`, and is at its end at once where not.
 */
export function makeStandardInput(context: EndowmentContext): Readable {
  const { powers } = context;
  const StandardInput = inputClass(context);
  return new StandardInput({
    real: () => powers.process.stdin as ReadStream,
    mayRead: mayReadInput(context),
    isTerminal: powers.builtin("tty").isatty(0),
    stop: undefined,
    isAsked: false,
  });
}
