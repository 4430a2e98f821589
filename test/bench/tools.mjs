/** How each tool writes a policy and runs a program. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));

/**
 * `policy` gives the commands that write a policy, by phase; `run` the command
 * that runs the program.
 *
 * @typedef {{ node: string, work: string, folder: string, file: string, name: string, cache: string }} Place
 * @typedef {{ policy(place: Place): Record<string, { before?: () => void, command: string[] }>, run(place: Place): string[] }} Tool
 * @type {Record<string, Tool>}
 */
export const TOOLS = {
  node: {
    policy: () => ({}),
    run: ({ node, file }) => [node, file],
  },
  moat: {
    policy({ node, folder, file, cache }) {
      const command = [node, MOAT, "policy", "--write", file];
      const forget = () => rmSync(path.join(folder, "moat.policy.json"), { force: true });
      return {
        "policy cold": {
          before: () => {
            forget();
            rmSync(cache, { recursive: true, force: true });
          },
          command,
        },
        "policy warm": { before: forget, command },
      };
    },
    run: ({ node, file }) => [node, MOAT, "run", file],
  },
  lavamoat: {
    // It keeps nothing between runs: writing its policy again takes as long as the first time.
    policy: (place) => ({ "policy cold": { command: [...lavamoat(place), "--autopolicy"] } }),
    run: lavamoat,
  },
  "compartment-mapper": {
    policy: () => ({}),
    run: ({ node, work, file, folder }) => [node, path.join(work, "run-in-compartments.mjs"), path.join(folder, file)],
  },
};

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
