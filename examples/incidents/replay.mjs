// Tells the story of the incidents on the terminal: `npm run incidents`, or `npm run incidents -- axios`.
// `--write` writes what is committed beside each: the policy and the comment.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { INCIDENTS } from "./incidents.mjs";
import { problemsOf } from "./problems-of.mjs";
import { replayIncident } from "./replay-incident.mjs";

const args = process.argv.slice(2);
const write = args.includes("--write");
const names = args.filter((arg) => arg !== "--write");
const chosen = names.length === 0 ? INCIDENTS : INCIDENTS.filter(({ name }) => names.includes(name));
if (chosen.length < names.length) throw new Error(`The incidents are: ${INCIDENTS.map(({ name }) => name).join(", ")}`);

let wrong = 0;
for (const incident of chosen) {
  console.log(`\n━━━ ${incident.title}`);
  const result = await replayIncident(incident, (title, command, text) => {
    console.log(`\n${title}\n   $ ${command}`);
    if (text.trim() !== "") console.log(text.trimEnd().replace(/^/gm, "   | "));
  });
  const comment = fileURLToPath(new URL(`${incident.name}/comment.md`, import.meta.url));
  if (write) writeFileSync(comment, result.review.stdout);
  const problems = problemsOf(incident, result, readFileSync(comment, "utf8"));
  for (const problem of problems) console.log(`\n   FAIL ${problem}`);
  wrong += problems.length;
}
console.log(wrong === 0 ? "\nAll of it held." : `\n${wrong} did NOT hold.`);
process.exitCode = wrong === 0 ? 0 : 1;
