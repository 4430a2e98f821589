#!/usr/bin/env node
/** Programs under moat and under its neighbours, against plain Node: as tables, samples and a plot. */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { insertTables } from "./insert-tables.mjs";
import { commandsText } from "./list-commands.mjs";
import { measure } from "./measure.mjs";
import { plotOf } from "./plot.mjs";
import { PROGRAMS } from "./programs.mjs";
import { projectsIn } from "./projects.mjs";
import { cellOf } from "./results.mjs";
import { nameOf } from "./rows.mjs";
import { selectRows } from "./select-rows.mjs";
import { startProcess } from "./start-process.mjs";
import { makeTables } from "./table.mjs";
import { TOOLS } from "./tools.mjs";
import { layOut, locationOf, makeWorkspace, startAfresh } from "./workspace.mjs";

const USAGE = `usage: npm run bench -- [options]

  --list             shows the rows, with the command of each tool, and measures nothing
  --only REGEX       rows by name (eslint:process), or programs of a group (usage/ajv)
  --tools a,b        tools beside node: ${Object.keys(TOOLS).slice(1).join(", ")}
  --runs N           rounds of each program under each tool (3)
  --node BIN         the Node that all of them run on
  --projects FOLDER  projects of your own, each a folder with a package.json, as one more group
  --json FILE        writes every sample
  --markdown FILE    writes the tables, between the marks for this Node where FILE has them
  --plot FILE        writes a picture of cost against size (SVG)
`;

const { values } = readArguments();
const tools = ["node", ...values.tools.split(",").filter(Boolean)];
const rounds = Number(values.runs);
const work = makeWorkspace();
const programs = { ...PROGRAMS, ...projectsIn(work, values.projects) };

const { sections, membersOf, phases } = selectRows(values.only, programs);
if (sections.length === 0) {
  process.stderr.write(`no row is called ${values.only}; --list shows them\n`);
  process.exit(2);
}

if (values.list) process.stdout.write(commandsText(sections, tools, membersOf, placeOf, work));
else await run();

async function run() {
  const begin = performance.now();
  for (const name of phases.keys()) layOut(work, name, programs[name]);
  const results = new Map();
  let number = 0;
  for (const [name, wanted] of phases) {
    const at = `${++number}/${phases.size}`;
    const how = {
      tools,
      rounds,
      phases: wanted,
      placeOf: (tool) => placeOf(name, tool),
      startAfresh: () => startAfresh(work, name, programs[name]),
      progress,
    };
    results.set(name, await measure(name, programs[name], how));
    function progress(text) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${at} ${text}`);
    }
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  const seconds = Math.round((performance.now() - begin) / 1000);

  const resultOf = (program, tool) => results.get(program).byTool.get(tool);
  const cell = (row, tool) => (tools.includes(tool) ? cellOf(row, tool, resultOf, membersOf(row)) : {});
  const node = await versionOf(values.node);
  const setting = `Node ${node}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, ${rounds} rounds, ${seconds} s`;
  const tables = makeTables(sections, tools, cell, failuresInGroups(results));
  console.log(`${setting}\n\n${tables}`);

  const programsAsData = Object.fromEntries(
    [...results].map(([name, { byTool, size }]) => [name, { ...size, tools: Object.fromEntries(byTool) }]),
  );
  const rowsAsData = sections.flatMap(({ title, rows }) =>
    rows.map((row) => ({
      name: nameOf(row),
      section: title,
      label: row.label,
      tools: Object.fromEntries(tools.map((tool) => [tool, cell(row, tool)])),
    })),
  );
  const data = { node, rounds, seconds, rows: rowsAsData, programs: programsAsData };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(data, null, 1)}\n`);
  if (values.markdown !== undefined) insertTables(values.markdown, node, `${setting}.\n\n${tables}`);
  if (values.plot !== undefined) writeFileSync(values.plot, plotOf(data));
}

function failuresInGroups(results) {
  return [...results]
    .filter(([name]) => programs[name].group !== undefined)
    .flatMap(([program, { byTool }]) => [...byTool].map(([tool, { failure }]) => ({ program, tool, failure })))
    .filter(({ failure }) => failure !== undefined);
}

/** Each program has a cache of its own, so that emptying one leaves the others prepared. */
function placeOf(name, tool) {
  const cache = path.join(work, "cache", name);
  const home = path.join(work, "home");
  for (const folder of [cache, home]) mkdirSync(folder, { recursive: true });
  const PATH = [path.dirname(values.node), process.env.PATH].join(path.delimiter);
  const env = { PATH, HOME: home, XDG_CACHE_HOME: cache, TMPDIR: process.env.TMPDIR, LANG: "C.UTF-8" };
  return { node: values.node, work, ...locationOf(work, name, programs[name]), name, tool, cache, env };
}

async function versionOf(binary) {
  const command = [binary, "-p", "process.version"];
  return (await startProcess({ command, cwd: work, env: {} }).finished).value.trim();
}

function readArguments() {
  try {
    const parsed = parseArgs({
      options: {
        list: { type: "boolean", default: false },
        only: { type: "string", default: "" },
        tools: { type: "string", default: Object.keys(TOOLS).slice(1).join(",") },
        runs: { type: "string", default: "3" },
        node: { type: "string", default: process.execPath },
        projects: { type: "string" },
        json: { type: "string" },
        markdown: { type: "string" },
        plot: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const wrong = parsed.values.tools.split(",").filter((tool) => tool !== "" && !Object.hasOwn(TOOLS, tool));
    if (wrong.length > 0) throw new TypeError(`there is no tool ${wrong.join(", ")}`);
    if (!(Number(parsed.values.runs) >= 1)) throw new TypeError("--runs needs a number from 1");
    if (!parsed.values.help) return parsed;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}
