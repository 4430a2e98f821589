import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Statements of a review that both policies, or the installed code, do not bear out. */
export function wrongStatements({ review, before, after, project }) {
  const wrong = [];
  for (const { package: name, movedFrom, gains, losses } of review.packages) {
    const had = grantsOf(before.packages[movedFrom ?? name]);
    const has = grantsOf(after.packages[name]);
    const wants = grantsOf(after.packages[name]?.pending);
    const say = (what) => wrong.push(`${name}: ${what}`);
    for (const { to, words, grants, carried, evidence } of gains) {
      for (const grant of grants.map(keyOf)) {
        if (!(to === "pending" ? wants : has).has(grant)) say(`${words}: ${grant} is not ${to}`);
        if (had.has(grant) && !carried) say(`${words}: it had ${grant}`);
      }
      if (evidence.length === 0) say(`${words}: nothing is quoted`);
      for (const place of evidence)
        if (!standsThere(place, project)) say(`${words}: not at ${place.file}:${place.line}`);
    }
    for (const { words, grants } of losses)
      for (const grant of grants.map(keyOf)) if (!had.has(grant) || has.has(grant)) say(`lost ${words}: ${grant}`);
  }
  return wrong;
}

function keyOf({ capability, target, member }) {
  return `${capability} ${target}${member === undefined ? "" : ` ${member}`}`;
}

/** The grants of an entry, read from the file as it stands, without moat's own code. */
function grantsOf(entry = {}) {
  const {
    packages = [],
    globals = [],
    env = [],
    commands = [],
    native = [],
    shares = [],
    changes = [],
    builtins = {},
    fs = {},
    net = {},
  } = entry;
  const lists = {
    package: packages,
    global: globals,
    env,
    command: commands,
    native,
    share: shares,
    change: changes,
    "fs.read": fs.read,
    "fs.write": fs.write,
    "net.connect": net.connect,
    "net.listen": net.listen,
  };
  const keys = Object.entries(lists).flatMap(([capability, targets = []]) =>
    targets.map((target) => `${capability} ${target}`),
  );
  for (const [module, members] of Object.entries(builtins)) {
    keys.push(`builtin ${module}`);
    for (const member of members === true ? ["*"] : members) keys.push(`builtin ${module} ${member}`);
  }
  return new Set(entry.workers === true ? [...keys, "worker "] : keys);
}

/** Whether the quoted text stands at that line of the package, which is found as Node would from the project. */
function standsThere({ package: name, file, line, snippet }, project) {
  let folder = project;
  for (const step of name === "." ? [] : name.split(">")) {
    const found = candidates(folder, project, step);
    if (found === undefined) return false;
    folder = found;
  }
  const text = readFileSync(join(folder, file), "utf8").split("\n")[line - 1] ?? "";
  return text.includes(snippet.trim());
}

function candidates(folder, project, name) {
  for (let at = folder; at.length >= project.length; at = join(at, "..")) {
    try {
      return realpathSync(join(at, "node_modules", name));
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  return undefined;
}
