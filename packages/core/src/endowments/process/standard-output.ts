import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import { types } from "node:util";
import { hardenNodeClass, hardenNodeObject } from "../harden-node.ts";
import { hardenBasics } from "../late.ts";
import { copyOf } from "../bytes-of.ts";
import { isObject } from "../is-object.ts";
import { perContext } from "../facade.ts";
import { hardenInstancesOf } from "../sample-instances.ts";
import type { EndowmentContext } from "../principal.ts";

const { hasOwn } = Object;

export type OutputName = "stdout" | "stderr";

/** Members of `tty.WriteStream` that act on the terminal's screen and nothing else. */
const TERMINAL_METHODS = ["clearLine", "clearScreenDown", "cursorTo", "getWindowSize", "moveCursor"] as const;
/** Those that say what the terminal can show; libraries call them on the prototype itself. */
const COLOR_METHODS = ["getColorDepth", "hasColors"] as const;

interface OutputClasses {
  /** For pipes and files. */
  readonly StandardOutput: new (real: Writable, fd: number, target: () => Writable) => Writable;
  /** For terminals; its prototype is what `tty.WriteStream` shows. */
  readonly TerminalOutput: new (real: Writable, fd: number, target: () => Writable) => Writable;
}

/**
 * The classes of principals' `process.stdout` and `process.stderr`.
 *
 * HAZARD: the real streams are sockets, with `connect`, `_handle` and a
 * constructor that opens descriptors; and whoever patches their `write` reads
 * what everybody prints. Each principal has its own stream that passes
 * chunks on at once: nothing may be left in a buffer when the process exits.
 */
export function outputClasses(context: EndowmentContext): OutputClasses {
  return context.shared("process.output", () => {
    const stream = hardenNodeObject(context.powers.builtin("stream"));
    hardenInstancesOf(context, "stream");
    const Base: typeof Writable = stream.Writable;
    const reals = new WeakMap<Writable, Writable>();
    const targets = new WeakMap<Writable, () => Writable>();
    const realOf = (facade: Writable): Writable => {
      const real = reals.get(facade);
      if (real === undefined) throw new TypeError("Illegal invocation");
      return real;
    };

    class StandardOutput extends Base {
      readonly fd: number;
      readonly _isStdio = true;
      readonly _type: string;

      constructor(real: Writable, fd: number, target: () => Writable) {
        super({ decodeStrings: false, emitClose: false });
        reals.set(this, real);
        targets.set(this, target);
        this.fd = fd;
        this._type = String((real as any)._type);
        audienceOf(context, real).add(this);
      }

      override write(chunk: any, encoding?: any, callback?: any): boolean {
        if (this.writableEnded || this.destroyed) return super.write(chunk, encoding, callback);
        if (typeof encoding === "function") {
          callback = encoding;
          encoding = undefined;
        }
        const done = typeof callback === "function" ? (error?: Error | null) => callback(error) : undefined;
        const target = targets.get(this);
        if (target === undefined) throw new TypeError("Illegal invocation");
        return target().write(
          settled(chunk),
          typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8",
          done,
        );
      }

      /**
       * Writes what is left and says that it is finished, and stays open: Node's
       * `pipe` and `pipeline` never end the real ones, which they know by identity.
       */
      override end(chunk?: any, encoding?: any, callback?: any): this {
        if (typeof chunk === "function") [chunk, callback] = [undefined, chunk];
        else if (typeof encoding === "function") [encoding, callback] = [undefined, encoding];
        if (typeof callback === "function") this.once("finish", callback);
        const finish = (): boolean => this.emit("finish");
        if (chunk !== undefined && chunk !== null) this.write(chunk, encoding, finish);
        else context.powers.process.nextTick(finish);
        return this;
      }

      /** Closing one's own view leaves everybody else's open, as the real one stays open too. */
      override _destroy(_error: Error | null, callback: (error?: Error | null) => void): void {
        callback(null);
      }
    }

    class TerminalOutput extends StandardOutput {
      get isTTY(): true {
        return true;
      }
      get columns(): number | undefined {
        return (reals.get(this) as WriteStream | undefined)?.columns;
      }
      get rows(): number | undefined {
        return (reals.get(this) as WriteStream | undefined)?.rows;
      }
      ref(): this {
        return this;
      }
      unref(): this {
        return this;
      }
    }
    const terminal = context.powers.builtin("tty").WriteStream.prototype;
    for (const name of [...TERMINAL_METHODS, ...COLOR_METHODS]) {
      const colors = (COLOR_METHODS as readonly string[]).includes(name);
      Object.defineProperty(TerminalOutput.prototype, name, {
        value: {
          [name](this: Writable, ...args: unknown[]) {
            const real: any = colors ? (reals.get(this) ?? terminal) : realOf(this);
            return Reflect.apply(real[name], real, args);
          },
        }[name],
        writable: true,
        enumerable: false,
        configurable: true,
      });
    }
    for (const name of ["writableLength", "writableHighWaterMark"]) {
      Object.defineProperty(StandardOutput.prototype, name, {
        get(this: Writable) {
          return (reals.get(this) as any)?.[name];
        },
        configurable: true,
      });
    }
    // A program that assigns `stdout.columns = 80` for its tests gets an own property.
    for (const name of ["isTTY", "columns", "rows"]) {
      const { get } = Object.getOwnPropertyDescriptor(TerminalOutput.prototype, name)!;
      Object.defineProperty(TerminalOutput.prototype, name, {
        get: get!,
        set(this: object, value: unknown) {
          if (reals.has(this as Writable))
            Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
        },
        enumerable: true,
        configurable: true,
      });
    }

    hardenNodeClass(StandardOutput);
    hardenNodeClass(TerminalOutput);
    return { StandardOutput, TerminalOutput };
  });
}

/**
 * HAZARD: what only looks like a buffer is refused by native code alone, in the middle of a write, and nobody's output
 * ever follows. A real one says what it likes of its length, leads to all the memory around it, and can be given away
 * while it waits; and who put a `write` of its own there may be another package.
 */
function settled(chunk: unknown): any {
  if (types.isArrayBufferView(chunk)) return Buffer.from(copyOf(chunk).buffer as ArrayBuffer);
  // Node's own error.
  return isObject(chunk) ? {} : chunk;
}

/** The principals' streams that write to a real one; they hear its events. */
function audienceOf(context: EndowmentContext, real: Writable): Set<Writable> {
  const audiences = context.shared("process.output.audiences", () => new Map<Writable, Set<Writable>>());
  let audience = audiences.get(real);
  if (audience === undefined) audiences.set(real, (audience = addressAudience(real)));
  return audience;
}

function addressAudience(real: Writable): Set<Writable> {
  const audience = new Set<Writable>();
  real.on("drain", () => {
    for (const each of audience) each.emit("drain");
  });
  real.on("resize", () => {
    for (const each of audience) each.emit("resize");
  });
  real.on("error", (error) => {
    let heard = ignoredErrors.has(error);
    for (const each of audience) {
      if (each.listenerCount("error") > 0) heard = each.emit("error", error) || heard;
    }
    if (!heard) throw error;
  });
  return audience;
}

const outputsOf = perContext((_context: EndowmentContext) => new Map<OutputName, Writable>());

/** A principal's own standard output or error. */
export function standardOutput(context: EndowmentContext, name: OutputName): Writable {
  const outputs = outputsOf(context);
  let output = outputs.get(name);
  if (output === undefined) {
    hardenBasics(context);
    const real = context.powers.process[name] as unknown as Writable;
    const { StandardOutput, TerminalOutput } = outputClasses(context);
    const Output = (real as any).isTTY === true ? TerminalOutput : StandardOutput;
    outputs.set(name, (output = new Output(real, name === "stdout" ? 1 : 2, () => targetOf(context, name))));
    if (context.principal.trusted) ofApplication(context, name).push(output);
  }
  return output;
}

/** The application's and its workspace members' streams of a name. */
function ofApplication(context: EndowmentContext, name: OutputName): Writable[] {
  return context.shared(`process.output.application.${name}`, () => []);
}

/**
 * Where a principal's stream writes to: the real one, but where the application has put a `write` of its own on its
 * `process.stdout`, which then takes what packages print too, as in Node: text, since a package to which the application
 * hands its stream may have put it there.
 */
function targetOf(context: EndowmentContext, name: OutputName): Writable {
  const replaced = context.principal.trusted
    ? undefined
    : ofApplication(context, name).find((output) => hasOwn(output, "write") && typeof output.write === "function");
  return replaced ?? (context.powers.process[name] as unknown as Writable);
}

/** Errors of what a console has written: Node's own ignores them. */
const ignoredErrors = new WeakSet<Error>();

/**
 * What a principal's console writes to: its own standard output or error if it has
 * looked at that, which it may have patched, and else the real one. Has as much of a
 * stream as Node's `Console` uses, and is shown to nobody.
 */
export function consoleOutput(context: EndowmentContext, name: OutputName): object {
  const outputs = outputsOf(context);
  const real = (): any => context.powers.process[name];
  const writeToReal = (chunk: unknown, callback?: (error?: Error | null) => void): unknown => {
    audienceOf(context, real());
    return targetOf(context, name).write(chunk, "utf8", (error?: Error | null) => {
      if (error) ignoredErrors.add(error);
      callback?.(error);
    });
  };
  return {
    write(chunk: unknown, callback?: () => void): unknown {
      const own = outputs.get(name);
      return own === undefined ? writeToReal(chunk, callback) : own.write(chunk, callback);
    },
    get isTTY() {
      return real().isTTY;
    },
    getColorDepth: (...values: unknown[]) => (outputs.get(name) ?? real()).getColorDepth(...values),
    // One listener, the audience's: Node then adds none.
    listenerCount: (event: string) => outputs.get(name)?.listenerCount(event) ?? 1,
    once: (event: string, listener: () => void) => outputs.get(name)?.once(event, listener),
    removeListener: (event: string, listener: () => void) => outputs.get(name)?.removeListener(event, listener),
    get _writableState() {
      return (outputs.get(name) ?? real())._writableState;
    },
  };
}
