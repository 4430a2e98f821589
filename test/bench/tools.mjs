/** How each tool writes a policy, runs a program, and forgets what it keeps. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
/** Stores that hold V8's code of moat itself name its files; programs' stores don't. */
const OWN_FILES = "packages/(core|cli)/dist/";
const LAVAMOAT_POLICY_MS = 400_000;

/**
 * @typedef {{ node: string, work: string, folder: string, file: string, name: string, cache: string }} Place
 *
 * @typedef {object} Tool
 * @property {(place: Place) => Record<string, { before?: () => void, command: string[], timeout?: number }>} policy
 *   the commands that write a policy, by phase
 * @property {string[]} policyPhases those that it has
 * @property {(place: Place) => string[]} run the command that runs the program
 * @property {(place: Place, ownCode: boolean) => void} [forget] takes away what earlier runs have prepared,
 *   and with `ownCode` the tool's own compiled code; missing where a tool keeps nothing
 * @property {(place: Place, ownCode: boolean) => string[]} [forgetCommand] the same for a shell
 *
 * @type {Record<string, Tool>}
 */
export const TOOLS = {
  node: {
    policyPhases: [],
    policy: () => ({}),
    run: ({ node, file }) => [node, file],
  },
  moat: {
    policyPhases: ["policy-cold", "policy-warm"],
    policy({ node, folder, file, cache }) {
      const command = [node, MOAT, "policy", "--write", file];
      const forget = () => {
        rmSync(path.join(folder, "moat.policy.json"), { force: true });
        rmSync(cache, { recursive: true, force: true });
      };
      return { "policy-cold": { before: forget, command }, "policy-warm": { command } };
    },
    run: ({ node, file }) => [node, MOAT, "run", file],
    forget: ({ cache }, ownCode) => forgetPrepared(path.join(cache, "moat"), ownCode),
    forgetCommand: ({ cache }, ownCode) => [
      ...["find", path.join(cache, "moat"), "-type", "f", "-not", "-name", "key"],
      ...(ownCode ? [] : ["-not", "-exec", "grep", "-qE", `'${OWN_FILES}'`, "{}", "';'"]),
      "-delete",
    ],
  },
  lavamoat: {
    policyPhases: ["policy-cold"],
    // It keeps nothing between runs: writing its policy again takes as long as the first time.
    policy: (place) => {
      const made = { command: [...lavamoat(place), "--autopolicy"], timeout: LAVAMOAT_POLICY_MS };
      return { "policy-cold": made };
    },
    run: lavamoat,
  },
  "compartment-mapper": {
    policyPhases: [],
    policy: () => ({}),
    run: ({ node, work, file, folder }) => [node, path.join(work, "run-in-compartments.mjs"), path.join(folder, file)],
  },
};

/** All that moat keeps in the user's cache but the user's secret; its own code only where that is asked for. */
function forgetPrepared(folder, ownCode) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== "key")
    .map((entry) => path.join(entry.parentPath, entry.name));
  const own = files.filter((file) => new RegExp(OWN_FILES, "u").test(readFileSync(file, "latin1")));
  if (own.length === 0) throw new Error(`no store in ${folder} holds code of moat's own`);
  for (const file of files) if (ownCode || !own.includes(file)) rmSync(file);
}

function lavamoat({ node, work, file, name }) {
  const policies = path.join(work, "lavamoat-policies", name);
  mkdirSync(policies, { recursive: true });
  const at = (option, fileName) => [option, path.join(policies, fileName)];
  return [
    node,
    path.join(work, "node_modules/lavamoat/src/cli.js"),
    file,
    ...at("--policyPath", "policy.json"),
    ...at("--policyOverridePath", "policy-override.json"),
    ...at("--policyDebugPath", "policy-debug.json"),
  ];
}
