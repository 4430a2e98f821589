import type { Command } from "../command-context.ts";
export const explain: Command = async () => 2;
