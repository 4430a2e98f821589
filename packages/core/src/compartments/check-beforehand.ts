/**
 * Looks, before anything of the program runs, at the modules that it is certain
 * to load, and refuses to start when one of them is no JavaScript. What is read
 * here is kept for the loaders: nothing is parsed twice.
 */
import { MoatError } from "../errors/moat-error.ts";
import type { Principal } from "../endowments/principal.ts";
import type { Resolution } from "../packages/types.ts";
import { isTypeScriptElsewhere, isTypeScriptOfPackage } from "../packages/typescript.ts";
import { prepareAhead, requestsOf, type PreparedSource } from "./prepare-source.ts";
import type { Realm } from "./realm.ts";
import type { World } from "./world.ts";

/**
 * Returns how the entry is to be run.
 * @throws {MoatError} `MOAT_SYNTAX` with the file and the place.
 */
export function checkBeforehand(realm: Realm, entry: World, resolution: Resolution): "commonjs" | "module" {
  const seen = new Set<string>();
  const own: Resolution[] = [resolution];
  const others: Resolution[] = [];
  // Its own first: what they import says what clock other packages have, whose worlds are made with it.
  for (let file = own.shift(); file !== undefined; file = own.shift() ?? others.shift()) {
    if (seen.has(file.path) || (file.format !== "commonjs" && file.format !== "module")) continue;
    seen.add(file.path);
    const world = file === resolution ? entry : realm.worldAt(file.location!);
    for (const next of certainFiles(realm, world, file, file === resolution))
      (next.location === entry.principal.location ? own : others).push(next);
  }
  return resolution.format === "commonjs" ? prepareAhead(entry, resolution).kind : "module";
}

function nextStepFor(path: string, { trusted, name }: Principal): string {
  if (!trusted) return `reinstall the package or report it to its authors: ${name}`;
  return isTypeScriptElsewhere(path)
    ? "run it with Node 22.18 or later, which knows TypeScript, or have it compiled (-r ts-node/register)"
    : "correct the file";
}

function certainFiles(realm: Realm, world: World, file: Resolution, isFirst: boolean): Resolution[] {
  let prepared: PreparedSource;
  try {
    prepared = prepareAhead(world, file);
  } catch (error) {
    const message = messageOf(error, file.path);
    if (message === undefined) throw error;
    // What compiles it is set up by then.
    if (realm.projectHooks?.includes(world.principal) && !isFirst) return [];
    throw new MoatError("MOAT_SYNTAX", message, {
      fields: { file: file.path, package: world.principal.name },
      nextStep: nextStepFor(file.path, world.principal),
      cause: error,
    });
  }
  const mode = prepared.kind === "module" ? "import" : "require";
  const files: Resolution[] = [];
  for (const specifier of requestsOf(prepared)) {
    let next: Resolution;
    try {
      next = realm.resolver.resolve(specifier, file.path, mode);
    } catch {
      // Not there: the program learns it when it asks, as under node.
      continue;
    }
    // What it may not import is denied when it asks.
    if (next.location === undefined || !realm.mayCross(world, next.location)) continue;
    files.push(next);
  }
  return files;
}

/** `file:line` and what is wrong there, from a stack in Node's form; undefined where it is not the text that is wrong. */
function messageOf(error: unknown, path: string): string | undefined {
  if (isTypeScriptOfPackage(error)) return error.message;
  if (!(error instanceof SyntaxError)) return undefined;
  const [place = path] = String(error.stack).split("\n");
  const column = /\n( *)\^/.exec(String(error.stack))?.[1]?.length;
  return `${place}${column === undefined ? "" : `:${column + 1}`}: ${error.message}`;
}
