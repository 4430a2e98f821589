import { expect, test, vi } from "vitest";
import { facadeClass } from "../../src/endowments/net/facade-class.ts";

const KEPT = Symbol("controller");

// HAZARD: up to Node 22 a WebSocket keeps the client under everybody's requests so.
test("an heir is told nothing of what Node's constructor keeps on an instance, and is an EventTarget", () => {
  class Socket extends EventTarget {
    [key: symbol]: unknown;
    constructor() {
      super();
      this[KEPT] = "the client";
    }
  }
  const Facade = facadeClass(Socket, {
    heirsAfterwards: true,
    made: (socket) => Object.defineProperty(socket, KEPT, { value: "hidden", configurable: false }),
  });
  const told = vi.fn();
  class Heir extends Facade {
    set [KEPT](value: unknown) {
      told(value);
    }
    own = 1;
  }
  const heir: any = new Heir();
  expect(told).not.toHaveBeenCalled();
  expect([heir[KEPT], heir.own]).toEqual(["hidden", 1]);
  expect([heir instanceof Heir, heir instanceof Facade, heir instanceof Socket]).toEqual([true, true, true]);
  const heard = vi.fn();
  heir.addEventListener("open", heard);
  heir.dispatchEvent(new Event("open"));
  expect(heard).toHaveBeenCalledTimes(1);
});
