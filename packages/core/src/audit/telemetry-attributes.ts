/** A denial in the names of OpenTelemetry's semantic conventions; the table is in docs/denials.md. */
import type { Denial } from "./denial.ts";

/** An attribute's value. */
export type AttributeValue = string | number | boolean;
/** By name, as `docs/denials.md` lists them. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

type Describe = (target: string) => Attributes;

const table: Readonly<Record<string, Describe>> = {
  __proto__: null as never,
  "fs.read": (target) => ({ "file.path": target }),
  "fs.write": (target) => ({ "file.path": target }),
  "net.connect": (target) => endpoint(target, "server.address", "server.port"),
  "net.listen": (target) => endpoint(target, "network.local.address", "network.local.port"),
  dns: (target) => ({ "dns.question.name": target }),
  command: (target) =>
    /[\\/]/u.test(target)
      ? { "process.executable.path": target, "process.executable.name": target.replace(/^.*[\\/]/u, "") }
      : { "process.executable.name": target },
  native: (target) => ({ "file.path": target }),
};

/** What is not in the conventions is named `moat.…`; no value of a variable is ever among it. */
export function telemetryAttributes(denial: Denial, denied: boolean, pid: number): Attributes {
  const { principal, capability, target, via } = denial;
  return {
    "event.name": "moat.denial",
    "security_rule.ruleset.name": "moat.policy.json",
    "security_rule.category": capability,
    "moat.package": principal,
    "moat.denied": denied,
    ...(table[capability]?.(target) ?? { "moat.target": target }),
    ...(via !== undefined && { "code.function.name": via }),
    "process.pid": pid,
  };
}

function endpoint(target: string, address: string, port: string): Attributes {
  if (target.startsWith("unix:")) return { [address]: target.slice("unix:".length), "network.transport": "unix" };
  const [, host, number] = /^(.*):(\d+)$/u.exec(target) ?? [];
  if (host === undefined) return { [address]: target };
  return { [address]: host.replace(/^\[(.*)\]$/u, "$1"), [port]: Number(number) };
}
