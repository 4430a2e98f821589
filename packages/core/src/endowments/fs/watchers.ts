import { hardenErrorsOf } from "../harden-errors.ts";
import type { EndowmentContext } from "../principal.ts";
import type { FsAuthority } from "./authority.ts";
import { pathArgument } from "./path-argument.ts";
import { usable } from "./path-operations.ts";
import { withoutConstructor } from "../shared-prototype.ts";
import type { Fs } from "./node-fs.ts";

interface SharedWatchers {
  readonly FSWatcher: any;
  readonly StatWatcher: any;
  readonly raws: WeakMap<object, any>;
}

/** `watch`, `watchFile` and `unwatchFile`. Node's own watchers carry a handle that starts on any path. */
export function makeWatchers(context: EndowmentContext, authority: FsAuthority, fs: Fs) {
  const { EventEmitter } = context.powers.builtin("events");
  const { FSWatcher, StatWatcher, raws } = context.shared<SharedWatchers>("fs.watchers", () =>
    makeSharedWatchers(EventEmitter),
  );
  const { realPaths, locate } = authority;
  /** By real path: the guest's listener to the one that Node knows. */
  const polled = new Map<string, Map<unknown, any>>();

  function watchOptions(value: unknown): Record<string, unknown> {
    if (typeof value === "string") return { __proto__: null as never, encoding: value };
    const { persistent, recursive, encoding, signal, ignore, maxQueue, overflow } = (value ?? {}) as Record<
      string,
      unknown
    >;
    const options: Record<string, unknown> = { __proto__: null as never };
    for (const [key, one] of Object.entries({ persistent, recursive, encoding, signal, ignore, maxQueue, overflow })) {
      if (one !== undefined) options[key] = one;
    }
    return options;
  }

  function watch(path: unknown, rawOptions?: unknown, rawListener?: unknown): object {
    const given = pathArgument(path, "filename");
    const listener = typeof rawOptions === "function" ? rawOptions : rawListener;
    const location = locate(given, { mode: "read", follow: true, syscall: "watch", via: "fs.watch" });
    hardenErrorsOf(context.powers, "fs.watch");
    const raw: any = fs.watch(
      usable(location),
      watchOptions(typeof rawOptions === "function" ? undefined : rawOptions) as any,
    );
    const watcher = Object.create(FSWatcher.prototype);
    EventEmitter.call(watcher);
    raws.set(watcher, raw);
    raw.on("change", (type: string, name: unknown) => watcher.emit("change", type, name));
    raw.on("error", (error: unknown) => watcher.emit("error", error));
    raw.on("close", () => watcher.emit("close"));
    if (typeof listener === "function") watcher.on("change", listener);
    return watcher;
  }

  async function* watchPromise(path: unknown, rawOptions?: unknown): AsyncGenerator<unknown> {
    const given = pathArgument(path, "filename");
    const location = locate(given, { mode: "read", follow: true, syscall: "watch", via: "fs.promises.watch" });
    hardenErrorsOf(context.powers, "fs.watch");
    yield* fs.promises.watch(usable(location), watchOptions(rawOptions) as any);
  }

  function watchFile(path: unknown, rawOptions?: unknown, rawListener?: unknown): object {
    const given = pathArgument(path, "filename");
    const listener = (typeof rawOptions === "function" ? rawOptions : rawListener) as Function | undefined;
    if (typeof listener !== "function") return fs.watchFile(given, undefined as any) as never;
    const { persistent, interval, bigint } = (
      typeof rawOptions === "object" && rawOptions !== null ? rawOptions : {}
    ) as Record<string, unknown>;
    const watcher = Object.create(StatWatcher.prototype);
    EventEmitter.call(watcher);
    let real: string;
    try {
      const location = realPaths.locate(given, true, "watch");
      authority.allow(location, { mode: "stat", follow: true, syscall: "watch", via: "fs.watchFile" });
      ({ real } = location);
    } catch {
      // As for a file that is not there, and never comes.
      return watcher;
    }
    const told = (now: unknown, before: unknown) => {
      watcher.emit("change", now, before);
      Reflect.apply(listener, undefined, [now, before]);
    };
    const options: any = {
      __proto__: null,
      persistent: persistent ?? true,
      interval: interval ?? 5007,
      bigint: Boolean(bigint),
    };
    const raw = fs.watchFile(real, options, told);
    raws.set(watcher, raw);
    const listeners = polled.get(real) ?? new Map<unknown, any>();
    polled.set(real, listeners);
    listeners.set(listener, told);
    return watcher;
  }

  function unwatchFile(path: unknown, listener?: unknown): void {
    const given = pathArgument(path, "filename");
    let real: string;
    try {
      ({ real } = realPaths.locate(given, true, "watch"));
    } catch {
      return;
    }
    const listeners = polled.get(real);
    if (listeners === undefined) return;
    // Node keeps one watcher a path for the whole process: never without a
    // listener, that would stop everybody's.
    for (const [guest, told] of listeners) {
      if (listener !== undefined && guest !== listener) continue;
      fs.unwatchFile(real, told);
      listeners.delete(guest);
    }
    if (listeners.size === 0) polled.delete(real);
  }

  return { watch, watchPromise, watchFile, unwatchFile };
}

function makeSharedWatchers(EventEmitter: any): SharedWatchers {
  const raws = new WeakMap<object, any>();
  class FSWatcher extends EventEmitter {
    constructor() {
      super();
      throw new TypeError("Illegal constructor: FSWatcher");
    }
    start(): void {}
    close(): void {
      raws.get(this)?.close();
    }
    ref(): this {
      raws.get(this)?.ref();
      return this;
    }
    unref(): this {
      raws.get(this)?.unref();
      return this;
    }
  }
  class StatWatcher extends EventEmitter {
    constructor() {
      super();
      throw new TypeError("Illegal constructor: StatWatcher");
    }
    start(): void {}
    /** Stopping Node's own would stop those of others on the same path. */
    stop(): void {}
    ref(): this {
      raws.get(this)?.ref();
      return this;
    }
    unref(): this {
      raws.get(this)?.unref();
      return this;
    }
  }
  return { FSWatcher: withoutConstructor(FSWatcher as any), StatWatcher: withoutConstructor(StatWatcher as any), raws };
}
