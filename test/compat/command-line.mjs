import { fileURLToPath } from "node:url";

/** The command that is compared with node; another one's file may stand in `MOAT`. */
export const MOAT = process.env["MOAT"] ?? fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

const given = process.argv.slice(2);
/** Whether what differs is to be shown. */
export const verbose = given.includes("--verbose");
/** Which cases are asked for; all where there is none. */
export const words = given.filter((word) => !word.startsWith("-"));
