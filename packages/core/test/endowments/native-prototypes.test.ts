import net from "node:net";
import process from "node:process";
import { expect, test } from "vitest";
import { prototypesOfBindings, prototypesOfSockets } from "../../src/endowments/net/native-handles.ts";

test("both ways lead to the same prototypes and the same symbol", () => {
  const quick = prototypesOfBindings(net, process)!;
  const slow = prototypesOfSockets(net);
  expect(quick.tcp).toBe(slow.tcp);
  expect(quick.pipe).toBe(slow.pipe);
  expect(quick.ownerSymbol).toBe(slow.ownerSymbol);
});

test("where Node refuses its bindings there is none, and sockets are made", () => {
  const refusing = {
    binding: () => {
      throw new Error("Access to this API has been restricted");
    },
  };
  expect(prototypesOfBindings(net, refusing)).toBeUndefined();
});

test("nobody is warned of moat's own use of the bindings", () => {
  const warned: unknown[] = [];
  const telling = {
    noDeprecation: undefined as boolean | undefined,
    binding(name: string): unknown {
      if (this.noDeprecation !== true) warned.push(name);
      return (process as unknown as { binding(name: string): unknown }).binding(name);
    },
  };
  expect(prototypesOfBindings(net, telling)).toBeDefined();
  expect(warned).toEqual([]);
  expect(telling.noDeprecation).toBeUndefined();
});
