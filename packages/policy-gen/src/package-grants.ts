import {
  addonProblem,
  commandProblem,
  endpointProblem,
  envProblem,
  globalProblem,
  isModeVariable,
  memberProblem,
  modeShareOf,
  scopeProblem,
  STACK_SHARE,
} from "@moat/core/model";
import type { Grant } from "@moat/core/model";
import type { Use } from "./facts.ts";

/**
 * The grants that one use of authority asks for. Nothing that the policy's own
 * grammar refuses: such a use stays without a grant.
 * @param depth in how many folders of its package the file lies; unless it is said, no path is known to stay in there
 */
export function grantsOfUse(use: Use, depth = -1): readonly Grant[] {
  const { target } = use;
  switch (use.capability) {
    case "global":
      return globalProblem(target, "policy") ? [] : [{ capability: "global", target }];
    case "builtin": {
      const dot = target.indexOf(".");
      if (dot === -1) return [{ capability: "builtin", target }];
      const [name, member] = [target.slice(0, dot), target.slice(dot + 1)];
      if (member !== "*" && memberProblem(member, "policy")) return [];
      return [
        { capability: "builtin", target: name },
        { capability: "builtin", target: name, member },
      ];
    }
    case "env":
      return envProblem(target, "policy") ? [] : [{ capability: "env", target }];
    case "fs":
      return fsGrants(target, depth);
    case "connect":
      return endpointProblem(target, "policy")
        ? [{ capability: "net.connect", target: "*" }]
        : [{ capability: "net.connect", target }];
    case "listen":
      return [{ capability: "net.listen", target: "*" }];
    case "command":
      return commandProblem(target, "policy") ? [] : [{ capability: "command", target }];
    case "worker":
      return [{ capability: "worker", target: "" }];
    case "defines":
      // Tools that map stacks to sources; of other names both sides are asked, see `sharedGlobals`.
      return target === STACK_SHARE ? [{ capability: "share", target }] : [];
    case "sets-env":
      return isModeVariable(target) ? [{ capability: "share", target: modeShareOf(target) }] : [];
    default:
      return [];
  }
}

const read = (target: string): Grant => ({ capability: "fs.read", target });
const write = (target: string): Grant => ({ capability: "fs.write", target });

/** A file's use of the file system says what, and not where but in its own package: the wide scopes that DESIGN gives. */
function fsGrants(target: string, depth: number): readonly Grant[] {
  if (target.startsWith("own ") && Number(target.slice("own ".length)) <= depth) return [read("<package>")];
  if (target === "read" || target.startsWith("own ")) return [read("<package>"), read(".")];
  if (target === "write") return [write(".")];
  if (target === "tmp") return [read("<tmp>"), write("<tmp>")];
  return [];
}

/** A secret-bearing file of the project that a package which reads files names itself: `./.env`. */
export function namedFileGrant(use: Use): Grant | undefined {
  return use.capability === "fs" && use.target.startsWith("./") && !scopeProblem(use.target, "policy")
    ? read(use.target)
    : undefined;
}

/** A native addon by its path inside the package. */
export function addonGrant(path: string): Grant | undefined {
  return addonProblem(path, "policy") ? undefined : { capability: "native", target: path };
}
