import {
  compareRisk,
  escapeForTerminal,
  grantKey,
  OVERRIDES_FILE,
  POLICY_FILE,
  riskOf,
  type Grant,
} from "@moat/core/model";
import type { Decision } from "../review/decide.ts";
import { wordsOfEach } from "./capability-words.ts";

interface Outcome {
  readonly accepted: readonly Grant[];
  /** Other grants than those that waited. */
  readonly narrowed: readonly Grant[];
  readonly denied: readonly Grant[];
}

function outcomeOf({ decided, keep }: Decision): Outcome {
  const waited = new Set(decided.map(grantKey));
  const kept = new Set(keep.map(grantKey));
  return {
    accepted: keep.filter((grant) => waited.has(grantKey(grant))),
    narrowed: keep.filter((grant) => !waited.has(grantKey(grant))),
    denied: decided.filter((grant) => !kept.has(grantKey(grant))),
  };
}

/** What was decided, and where it is written. */
export function decisionsText(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return "Nothing waits for acceptance.\n";
  const lines = decisions.flatMap((decision) => {
    const { accepted, narrowed, denied } = outcomeOf(decision);
    const line = (verb: string, grants: readonly Grant[]): string[] => {
      const worstFirst = grants.toSorted((a, b) => compareRisk(riskOf(a), riskOf(b)));
      return wordsOfEach(worstFirst).map((words) => `  ${escapeForTerminal(`${decision.package} ${verb} ${words}`)}\n`);
    };
    return [...line("can", accepted), ...line("can", narrowed), ...line("can't", denied)];
  });
  const toOverrides = decisions.some((decision) => {
    const { narrowed, denied } = outcomeOf(decision);
    return narrowed.length + denied.length > 0 || decision.reason !== undefined;
  });
  return `Decided, and written to ${toOverrides ? `${POLICY_FILE} and ${OVERRIDES_FILE}` : POLICY_FILE}:\n${lines.join("")}`;
}

export function decisionsJson(decisions: readonly Decision[]): string {
  const told = (name: string, grants: readonly Grant[]): object[] =>
    grants.map((grant) => ({ package: name, ...grant, risk: riskOf(grant) }));
  const outcomes = decisions.map((decision) => ({ name: decision.package, ...outcomeOf(decision) }));
  return `${JSON.stringify(
    {
      version: 1,
      accepted: outcomes.flatMap(({ name, accepted }) => told(name, accepted)),
      narrowed: outcomes.flatMap(({ name, narrowed }) => told(name, narrowed)),
      denied: outcomes.flatMap(({ name, denied }) => told(name, denied)),
    },
    undefined,
    2,
  )}\n`;
}
