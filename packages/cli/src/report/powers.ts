import type { Change } from "../review/review.ts";

/** What a person asks for first: who can do this? */
export type Power = "network" | "read" | "write" | "env" | "programs" | "native" | "other";

type Line = Pick<Change, "capability" | "risk" | "to">;

const OTHER: ReadonlySet<Change["capability"]> = new Set(["builtin", "global", "share", "worker"] as const);

/** By power, what a line of a package has to say for it. */
const table: Readonly<Record<Power, (line: Line) => boolean>> = {
  network: ({ capability }) => capability === "net.connect" || capability === "net.listen",
  read: ({ capability }) => capability === "fs.read",
  write: ({ capability }) => capability === "fs.write",
  env: ({ capability }) => capability === "env",
  programs: ({ capability }) => capability === "command",
  native: ({ capability }) => capability === "native",
  // Parts of Node, globals and workers that are more than computing, and that no line above bounds.
  other: ({ capability, risk }) => OTHER.has(capability) && risk !== "none" && risk !== "low",
};

/** What a package has of a power: `waits` where all of it waits for acceptance. */
export type Holding = "holds" | "waits";

/** The powers that a package's lines come to. */
export function powersIn(lines: readonly Line[]): ReadonlyMap<Power, Holding> {
  const held = new Map<Power, Holding>();
  for (const power of POWERS) {
    const telling = lines.filter(table[power]);
    if (telling.length > 0) held.set(power, telling.every(({ to }) => to === "pending") ? "waits" : "holds");
  }
  return held;
}

export const POWERS = Object.keys(table) as readonly Power[];
