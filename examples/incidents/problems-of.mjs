// What has to hold of a replay, said where it does not.

const WHERE = {
  committed: "under the committed policy",
  ratcheted: "under the policy written anew",
  stopped: "at import",
};

/** Sentences about what did not hold; none where all did. */
export function problemsOf(incident, result, expectedComment) {
  const { checked, before, plain, committed, written, review, ratcheted, imported, stopped } = result;
  const problems = [];
  const demand = (what, holds) => {
    if (!holds) problems.push(what);
  };
  demand(`the committed policy is that of the project: ${checked.stderr}`, checked.code === 0);
  demand("the program runs before the update", before.code === 0 && before.stdout !== "" && before.loot.length === 0);
  demand("the attack succeeds without moat", plain.loot.length > 0);
  if (imported !== undefined) demand("the attack succeeds at import without moat", imported.loot.length > 0);
  const runs = { committed, ratcheted, ...(stopped !== undefined && { stopped }) };
  for (const [name, run] of Object.entries(runs)) {
    const where = WHERE[name];
    demand(`the attack gets nothing ${where}, and not ${run.loot}`, run.loot.length === 0);
    demand(`nobody else's server is asked ${where}: ${run.foreign}`, run.foreign.length === 0);
    const refused = incident.refused?.[name];
    if (refused === undefined)
      demand(
        `the program does what it did ${where}: ${run.stdout}${run.stderr}`,
        run.code === 0 && run.stdout === before.stdout,
      );
    else
      demand(
        `the program stops ${where}: ${run.stderr}`,
        run.code === 1 && run.stderr.includes(`Cannot find module '${refused}'`),
      );
  }
  demand(`the policy is written: ${written.stderr}`, written.code === 0);
  demand("the comment is the one that is committed", review.stdout === expectedComment);
  return problems;
}
