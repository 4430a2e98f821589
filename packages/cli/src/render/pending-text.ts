import { escapeForTerminal, quoteForShell, type Grant, type Risk } from "@moat/core/model";
import type { PendingGrant } from "../project/unanswered.ts";
import { wordsOfEach } from "./capability-words.ts";
import type { Paint } from "./colors.ts";
import { paintRisk } from "./paint-risk.ts";
import { tellingGrants } from "./telling-grants.ts";

/**
 * What waits for acceptance, a line for each package and risk, and the command that accepts it; empty where
 * nothing does.
 */
export function pendingText(pending: readonly PendingGrant[], paint: Paint): string {
  if (pending.length === 0) return "";
  const groups = new Map<string, { readonly name: string; readonly risk: Risk; readonly grants: Grant[] }>();
  const told = tellingGrants(
    pending,
    ({ grant }) => grant,
    ({ package: name }) => name,
  );
  for (const { package: name, risk, grant } of told) {
    const key = `${risk} ${name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { name, risk, grants: [grant] });
    else group.grants.push(grant);
  }
  const lines = [...groups.values()].map(
    ({ name, risk, grants }) =>
      `  ${paintRisk(paint, risk)} ${escapeForTerminal(`${name} wants to ${wordsOfEach(grants).join("; ")}`)}\n`,
  );
  const names = [...new Set(pending.map(({ package: name }) => name))];
  const one =
    names.length === 1 ? `moat policy --accept ${quoteForShell(names[0]!)}` : "moat policy --accept [package…]";
  return `Waits for acceptance, and is denied until then:\n${lines.join("")}To accept it: ${escapeForTerminal(one)}\n`;
}
