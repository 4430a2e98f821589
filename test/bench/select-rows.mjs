/** Which rows were asked for, and what has to be measured for them. */
import { nameOf, SECTIONS } from "./rows.mjs";

const computing = SECTIONS.flatMap(({ rows }) => rows.filter((row) => row.computing));

/**
 * @param {string} asked a regular expression, or a row's very name
 * @param {Record<string, import("./programs.mjs").Program>} programs
 */
export function selectRows(asked, programs) {
  const only = new RegExp(asked, "u");
  const isNamed = (name) => name === asked || only.test(name);
  const sections = SECTIONS.map((section) => ({
    ...section,
    rows: section.rows
      .filter((row) => isNamed(nameOf(row)) || row.group !== undefined)
      .filter((row) => membersOf(row).length > 0),
  })).filter(({ rows }) => rows.length > 0);
  return { sections, membersOf, phases: phasesByProgram() };

  /** The rows of programs that a row is about: of a group's, all where the group was named. */
  function membersOf(row) {
    const all = everyMember(row, programs);
    return row.group === undefined || isNamed(nameOf(row)) ? all : all.filter((member) => isNamed(nameOf(member)));
  }

  function phasesByProgram() {
    const byProgram = new Map();
    for (const { program, phase } of sections.flatMap(({ rows }) => rows.flatMap(membersOf))) {
      if (!byProgram.has(program)) byProgram.set(program, new Set());
      byProgram.get(program).add(phase);
    }
    return byProgram;
  }
}

function everyMember(row, programs) {
  if (row.group === undefined) return [row];
  if (row.phase === "*") return computing.filter(({ program }) => row.group === "computing" || program === row.group);
  return Object.keys(programs)
    .filter((name) => programs[name].group === row.group)
    .map((program) => ({ label: row.label, program, phase: row.phase }));
}
