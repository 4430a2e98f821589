import type * as events from "node:events";
import type { MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";

export const DOMAIN_MEMBERS: MemberTable = {
  Domain: ["own", "catches what its own functions throw"],
  createDomain: ["own", "the same"],
  create: ["own", "the same"],
  active: ["own", "the principal's own"],
  _stack: ["own", "the principal's own"],
};

/**
 * `domain` as far as one package can have it: `run`, `bind` and `intercept` catch
 * what is thrown in them, and `add` listens to an emitter's errors. The real
 * module changes every emitter, promise and timer of the process when it is
 * loaded, and is never loaded.
 */
export const makeDomain: BuiltinFactory = (context) => {
  const { EventEmitter } = context.powers.builtin("events") as typeof events;
  const stack: Domain[] = [];
  const facade: Record<string, unknown> = { _stack: stack, active: null };
  const settle = (): void => {
    facade.active = stack.at(-1) ?? null;
  };

  class Domain extends EventEmitter {
    readonly members: unknown[] = [];
    readonly #listeners = new Map<object, (error: unknown) => void>();

    enter(): void {
      stack.push(this);
      settle();
    }

    exit(): void {
      const at = stack.lastIndexOf(this);
      if (at !== -1) stack.splice(at);
      settle();
    }

    add(emitter: any): void {
      if (this.#listeners.has(emitter)) return;
      const listener = (error: unknown): void => void this.emit("error", error);
      this.#listeners.set(emitter, listener);
      this.members.push(emitter);
      emitter?.on?.("error", listener);
    }

    remove(emitter: any): void {
      const listener = this.#listeners.get(emitter);
      if (listener === undefined) return;
      this.#listeners.delete(emitter);
      this.members.splice(this.members.indexOf(emitter), 1);
      emitter?.removeListener?.("error", listener);
    }

    run(fn: Function, ...args: unknown[]): unknown {
      this.enter();
      try {
        return Reflect.apply(fn, this, args);
      } catch (error) {
        this.exit();
        if (this.listenerCount("error") === 0) throw error;
        this.emit("error", error);
        return undefined;
      } finally {
        this.exit();
      }
    }

    bind(fn: Function): Function {
      const run = (call: () => unknown): unknown => this.run(call);
      return function (this: unknown, ...args: unknown[]) {
        return run(() => Reflect.apply(fn, this, args));
      };
    }

    intercept(fn: Function): Function {
      const run = (call: () => unknown): unknown => this.run(call);
      const report = (error: Error): void => void this.emit("error", error);
      return function (this: unknown, error: unknown, ...args: unknown[]) {
        if (error instanceof Error) return report(error);
        return run(() => Reflect.apply(fn, this, args));
      };
    }

    dispose(): void {
      this.exit();
      this.removeAllListeners();
    }
  }
  const create = (): Domain => new Domain();
  return Object.assign(facade, { Domain, createDomain: create, create });
};
