/** The rows with commands that can be pasted into a shell, after the policy has been written once. */
import { nameOf } from "./rows.mjs";
import { MOAT, TOOLS } from "./tools.mjs";

/**
 * @param {{ title: string, rows: import("./rows.mjs").Row[] }[]} sections
 * @param {string[]} tools
 * @param {(row: import("./rows.mjs").Row) => import("./rows.mjs").Row[]} membersOf
 * @param {(program: string, tool: string) => import("./tools.mjs").Place & { env: object }} placeOf
 */
export function commandsText(sections, tools, membersOf, placeOf, work) {
  const short = (words) => words.map((word) => word.replaceAll(work, "$BENCH").replaceAll(MOAT, "$MOAT")).join(" ");
  const lines = [`BENCH=${work}`, `MOAT=${MOAT}`];
  for (const { title, rows } of sections) {
    lines.push("", `# ${title}`);
    for (const row of rows) {
      lines.push("", `# ${nameOf(row)}: ${row.label}`);
      const members = membersOf(row);
      if (row.group !== undefined) lines.push(`# over ${members.map(nameOf).join(", ")}; the first of them:`);
      for (const tool of tools) lines.push(...commandLines(members[0], tool));
    }
  }
  return `${lines.join("\n")}\n`;

  function commandLines({ program, phase }, tool) {
    const place = placeOf(program, tool);
    const { policy, run, forgetCommand } = TOOLS[tool];
    const command = phase.startsWith("policy") ? policy(place)[phase]?.command : run(place);
    if (command === undefined) return [];
    const settings = tool === "moat" ? [`XDG_CACHE_HOME=${place.cache}`] : [];
    const before =
      phase === "policy-cold" && tool === "moat"
        ? ["rm", "-rf", place.cache, "moat.policy.json", "&&"]
        : phase.startsWith("first") && forgetCommand !== undefined
          ? [...forgetCommand(place, phase === "first-bare"), "&&"]
          : [];
    return [short([`(cd ${place.folder} &&`, ...before, ...settings, ...command]) + ")"];
  }
}
