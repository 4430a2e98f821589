import type { Command } from "../command-context.ts";
export const diff: Command = async () => 2;
