import type { GrantCapability } from "@moat/core/model";

const table: Readonly<Record<GrantCapability, number>> = {
  command: 0,
  native: 1,
  "net.connect": 2,
  "fs.write": 3,
  "fs.read": 4,
  change: 5,
  share: 6,
  worker: 7,
  env: 8,
  "net.listen": 9,
  package: 10,
  builtin: 11,
  global: 12,
};

/** To sort by: what a person asks about first comes first, where it is as risky. */
export function compareCapabilities(a: GrantCapability, b: GrantCapability): number {
  return table[a] - table[b];
}
