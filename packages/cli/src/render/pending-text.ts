import { escapeForTerminal } from "@moat/core/model";
import type { PendingGrant } from "../project/unanswered.ts";
import { capabilityWords } from "./capability-words.ts";
import type { Paint } from "./colors.ts";
import { paintRisk } from "./paint-risk.ts";
import { tellingGrants } from "./telling-grants.ts";
import { quoteForShell } from "./quote-for-shell.ts";

/** What waits for acceptance, and the commands that accept it; empty where nothing does. */
export function pendingText(pending: readonly PendingGrant[], paint: Paint): string {
  if (pending.length === 0) return "";
  const told = tellingGrants(
    pending,
    ({ grant }) => grant,
    ({ package: name }) => name,
  );
  const lines = told.map(
    ({ package: name, grant, risk }) =>
      `  ${paintRisk(paint, risk)} ${escapeForTerminal(`${name} wants to ${capabilityWords(grant)}`)}\n`,
  );
  const names = [...new Set(pending.map(({ package: name }) => name))];
  const one =
    names.length === 1 ? `moat policy --accept ${quoteForShell(names[0]!)}` : "moat policy --accept [package…]";
  return `Waits for acceptance, and is denied until then:\n${lines.join("")}To accept it: ${escapeForTerminal(one)}\n`;
}
