// The terminal of a person whose dependency turned: two replayed incidents as pictures.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { INCIDENTS } from "../../examples/incidents/incidents.mjs";
import { replayIncident } from "../../examples/incidents/replay-incident.mjs";
import { makeTerminalSvg } from "./make-terminal-svg.mjs";

const IMAGES = join(import.meta.dirname, "../../docs/images");
const TERMINAL = join(import.meta.dirname, "terminal.cjs");

/** moat's lines about the modules by which the picture is taken, which a person has none of. */
const LOADED_FIRST = /^moat: .* is loaded before moat: .*\n/gm;

/** By file name in docs/images: the incident and what is typed. */
const SHOTS = {
  "diff.svg": { incident: "node-ipc", typed: ["diff"] },
  "run.svg": { incident: "event-stream", typed: ["run", "index.js"] },
};

/** The pictures as SVG texts, by file name. */
export async function terminalPictures() {
  const pictures = {};
  for (const [file, { incident, typed }] of Object.entries(SHOTS)) {
    const found = INCIDENTS.find(({ name }) => name === incident);
    await replayIncident(found, undefined, async ({ node, moat }) => {
      const { stdout, stderr } = await node("--require", TERMINAL, moat, ...typed);
      pictures[file] = makeTerminalSvg(`npx moat ${typed.join(" ")}`, stdout + stderr.replace(LOADED_FIRST, ""));
    });
  }
  return pictures;
}

export async function makeScreenshots() {
  mkdirSync(IMAGES, { recursive: true });
  const pictures = await terminalPictures();
  for (const [file, svg] of Object.entries(pictures)) writeFileSync(join(IMAGES, file), svg);
  return Object.keys(pictures);
}
