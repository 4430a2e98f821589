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
  const refusing = { binding: () => { throw new Error("Access to this API has been restricted"); } };
  expect(prototypesOfBindings(net, refusing)).toBeUndefined();
});
