import { createRequire } from "node:module";
import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { askForRequests, requestsOfBindings } from "../../src/endowments/net/native-requests.ts";

const builtin = createRequire(import.meta.url);

test("where Node refuses its bindings, sockets that lead nowhere tell of the same requests", async () => {
  const found: object[] = [];
  askForRequests({ builtin }, (prototype) => found.push(prototype));
  await turn();
  const expected = requestsOfBindings(process)!;
  expect(found.map((prototype) => expected.indexOf(prototype))).toEqual([0, 1, 2, 3]);
  const refusing = {
    binding: () => {
      throw new Error("Access to this API has been restricted");
    },
  };
  expect(requestsOfBindings(refusing)).toBeUndefined();
});
