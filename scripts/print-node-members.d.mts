import type { NodeModuleTable } from "../packages/core/src/endowments/node-table.ts";

export function printNodeMembers(table: {
  modules: Readonly<Record<string, NodeModuleTable>>;
  globals: NodeModuleTable;
  otherNames: Readonly<Record<string, string>>;
  withheld: Readonly<Record<string, string>>;
}): string;
