import type { SeenNode } from "../../packages/core/src/endowments/node-table.ts";

export function lookAtNode(): SeenNode;
