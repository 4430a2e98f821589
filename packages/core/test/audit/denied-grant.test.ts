import { expect, test } from "vitest";
import { deniedGrant } from "../../src/audit/denied-grant.ts";
import type { Denial } from "../../src/audit/denial.ts";

const denial = (capability: Denial["capability"], target: string): Denial => ({ principal: "dep", capability, target });

test("sockets that lie somewhere can be granted, abstract ones can't", () => {
  for (const capability of ["net.listen", "net.connect"] as const) {
    expect(deniedGrant(denial(capability, "unix:/run/a.sock"))).toEqual({ capability, target: "unix:/run/a.sock" });
    expect(deniedGrant(denial(capability, "unix:\0made-42.sock"))).toBeUndefined();
  }
  expect(deniedGrant(denial("net.connect", "127.0.0.1:45678"))).toEqual({
    capability: "net.connect",
    target: "127.0.0.1:*",
  });
});
