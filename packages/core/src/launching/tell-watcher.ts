import { join, sep } from "node:path";
import { onSource } from "../compartments/loaded-sources.ts";
import { OVERRIDES_FILE, POLICY_FILE } from "../policy/policy-files.ts";

/**
 * Under `node --watch`, tells the parent which files the program is made of, as Node's own loaders do: it starts the
 * program again when one of them changes. The policy is one, so that what was just accepted holds.
 *
 * @param project its real folder
 * @see https://nodejs.org/api/cli.html#--watch
 */
export function tellWatcher(process: NodeJS.Process, project: string): void {
  const send: ((message: object) => boolean) | undefined = process.send?.bind(process);
  if (!process.env["WATCH_REPORT_DEPENDENCIES"] || send === undefined) return;
  const tell = (file: string): void =>
    void send({ [file.startsWith("file:") ? "watch:import" : "watch:require"]: [file] });
  for (const file of [POLICY_FILE, OVERRIDES_FILE]) tell(join(project, file));
  // Nobody edits what is installed.
  onSource((file) => {
    if (!file.includes(`${sep}node_modules${sep}`) && !file.includes("/node_modules/")) tell(file);
  });
}
