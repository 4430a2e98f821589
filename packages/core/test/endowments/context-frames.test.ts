import { expect, test } from "vitest";
import { hardenNodeObject } from "../../src/endowments/harden-node.ts";
import { veilContextFrames } from "../../src/endowments/reflective/context-frames.ts";

const FRAME = Symbol("context_frame");
const NUMBERS = [Symbol("async_id_symbol"), Symbol("trigger_async_id_symbol")] as const;
const map = new Map([["storage", "store"]]);

/** Resources as Node 24 and 26 have them. */
function setUp() {
  const exchanged: unknown[] = [];
  class AsyncResource {
    [key: symbol]: unknown;
    constructor(_type: string) {
      this[FRAME] = map;
      for (const key of NUMBERS) this[key] = 1;
    }
    runInAsyncScope(fn: Function, receiver?: unknown, ...args: unknown[]): unknown {
      void this[NUMBERS[0]];
      exchanged.push(this[FRAME]);
      return Reflect.apply(fn, receiver, args);
    }
    static bind(): void {}
  }
  const hooks = { AsyncResource };
  const before = new AsyncResource("before");
  veilContextFrames({ builtin: () => hooks } as never);
  return { exchanged, before, Class: hooks.AsyncResource };
}

test("a resource runs what it is given in its context, and shows it to nobody", () => {
  const { Class, exchanged } = setUp();
  const resource = new Class("mine");
  const seen: unknown[] = [];
  const look = (...args: unknown[]) => seen.push(args, resource[FRAME]);
  resource.runInAsyncScope(() => resource.runInAsyncScope(look, undefined, 1));
  expect(exchanged).toEqual([map, map]);
  expect(seen).toEqual([[1], undefined]);
  expect([resource[FRAME], Object.getOwnPropertySymbols(resource)]).toEqual([undefined, [...NUMBERS]]);
  resource[FRAME] = new Map();
  resource.runInAsyncScope(() => {});
  expect(exchanged.at(-1)).toBe(map);
});

test("no heir and no accessor is told of it", () => {
  const { Class, exchanged } = setUp();
  const told: unknown[] = [];
  class Heir extends Class {
    set [FRAME](frame: unknown) {
      told.push(frame);
    }
  }
  const heir = new Heir("mine");
  expect(heir).toBeInstanceOf(Class);
  expect(Object.getPrototypeOf(heir)).toBe(Heir.prototype);
  expect((heir as { constructor: unknown }).constructor).toBe(Heir);
  const resource = new Class("mine");
  expect((resource as { constructor: unknown }).constructor).toBe(Class);
  Object.defineProperty(resource, NUMBERS[0], { get: () => told.push(resource[FRAME]) });
  resource.runInAsyncScope(() => {});
  new Proxy(new Class("mine"), {}).runInAsyncScope(() => {});
  expect(told.filter(Boolean)).toEqual([]);
  expect(exchanged).toEqual([undefined, undefined]);
});

test("native classes lose what only a debugger asks them for", () => {
  class Handle {
    getAsyncContextFrameForDebuggingOnly() {
      return map;
    }
  }
  const handle = new Handle();
  hardenNodeObject(Handle.prototype);
  expect("getAsyncContextFrameForDebuggingOnly" in handle).toBe(false);
});
