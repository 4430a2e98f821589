import { named } from "../facade.ts";
import type { EndowmentContext } from "../principal.ts";
import { nodeError } from "./path-argument.ts";
import { withoutConstructor } from "../shared-prototype.ts";

/** Where a `Dir` gets its entries from. */
export interface DirSource {
  readonly path: string;
  next(): unknown;
  nextAsync(): Promise<unknown>;
  close(): void;
  closeAsync(): Promise<void>;
}

interface DirState extends DirSource {
  closed: boolean;
}

interface SharedDirs {
  readonly Dir: any;
  readonly states: WeakMap<object, DirState>;
}

/** The `Dir` class that everybody sees: it opens nothing by itself. */
export function makeDirs(context: EndowmentContext): { Dir: any; wrap(source: DirSource): object } {
  const { nextTick } = context.powers.process;
  const { Dir, states } = context.shared<SharedDirs>("fs.dirs", () => makeSharedDirs(nextTick));
  return {
    Dir,
    wrap(source) {
      const dir = Object.create(Dir.prototype);
      states.set(dir, { ...source, closed: false });
      return dir;
    },
  };
}

function makeSharedDirs(nextTick: Function): SharedDirs {
  const states = new WeakMap<object, DirState>();
  const open = (dir: unknown): DirState => {
    const state = states.get(dir as object);
    if (state === undefined) throw new TypeError("Illegal invocation");
    if (state.closed) throw nodeError(new Error("Directory handle was closed"), "ERR_DIR_CLOSED");
    return state;
  };
  const settle = (promise: Promise<unknown>, callback: unknown): Promise<unknown> | undefined => {
    if (typeof callback !== "function") return promise;
    const guest = callback as Function;
    promise.then(
      (value) => nextTick((one: unknown) => guest(null, one), value),
      (error) => nextTick((one: unknown) => guest(one), error),
    );
    return undefined;
  };

  class Dir {
    constructor() {
      throw new TypeError("Illegal constructor: Dir");
    }
    get path(): string {
      return open(this).path;
    }
    readSync(): unknown {
      return open(this).next();
    }
    read(callback?: unknown): Promise<unknown> | undefined {
      return settle(open(this).nextAsync(), callback);
    }
    closeSync(): void {
      const state = open(this);
      state.closed = true;
      state.close();
    }
    close(callback?: unknown): Promise<unknown> | undefined {
      const state = open(this);
      state.closed = true;
      return settle(state.closeAsync(), callback);
    }
    async *entries(): AsyncGenerator<unknown> {
      const state = open(this);
      try {
        for (let entry = await state.nextAsync(); entry !== null; entry = await state.nextAsync()) yield entry;
      } finally {
        if (!state.closed) {
          state.closed = true;
          await state.closeAsync();
        }
      }
    }
  }
  const prototype = Dir.prototype as any;
  const define = (key: PropertyKey | undefined, value: unknown) => {
    if (key !== undefined) Object.defineProperty(prototype, key, { value, writable: true, configurable: true });
  };
  // Its iterators inherit from it.
  Object.freeze(prototype.entries.prototype);
  define(Symbol.asyncIterator, prototype.entries);
  define((Symbol as any).asyncDispose, async function (this: Dir) {
    if (!states.get(this)?.closed) await this.close();
  });
  define((Symbol as any).dispose, function (this: Dir) {
    if (!states.get(this)?.closed) this.closeSync();
  });
  // As long as Node's own; all principals have the same.
  return { Dir: Object.freeze(named("Dir", 3, withoutConstructor(Dir))), states };
}
