/**
 * Whose text each script is, by the name that V8 knows it by. All guest text is
 * compiled by compartments, so every such script has a name here before it runs.
 *
 * HAZARD: guests choose the names of texts that they evaluate (`vm`). A name that
 * two principals have used stands for neither of them.
 */
import type { Principal } from "../endowments/principal.ts";

const { get: mapGet, has: mapHas, set: mapSet } = Map.prototype;
const { apply } = Reflect;

/** Names of evaluated texts can be made up without end; those beyond are nobody's. */
const MOST_SCRIPTS = 100_000;

/** What Node calls text that has no name. */
const UNNAMED = "evalmachine.<anonymous>";

const owners = new Map<string, Principal | undefined>();

/** To be called before the script is compiled. */
export function noteScriptOwner(fileName: string, owner: Principal | undefined): void {
  if (apply(mapHas, owners, [fileName]) as boolean) {
    if (!isSame(ownerOfScript(fileName), owner)) apply(mapSet, owners, [fileName, undefined]);
  } else if (owners.size < MOST_SCRIPTS) {
    apply(mapSet, owners, [fileName, owner]);
  }
}

/**
 * The name under which evaluated text is compiled: what it asks for, unless that is
 * another's already. Its own text would then stand for nobody, and neither would the other's.
 */
export function nameForEvaluated(fileName: string, owner: Principal | undefined): string {
  const known = ownerOfScript(fileName);
  if (known === undefined || isSame(known, owner) || fileName === UNNAMED) return fileName;
  return `${fileName} (evaluated by ${owner?.name ?? "nobody"})`;
}

/** One package may be loaded twice in a process, under two policies: then what each may change is what both may. */
function isSame(a: Principal | undefined, b: Principal | undefined): boolean {
  if (a === b) return true;
  return (
    a !== undefined &&
    b !== undefined &&
    a.location === b.location &&
    a.trusted === b.trusted &&
    `${a.policy.changes}` === `${b.policy.changes}`
  );
}

/** The one principal whose text has this name; undefined where there is none, or more than one. */
export function ownerOfScript(fileName: string): Principal | undefined {
  return apply(mapGet, owners, [fileName]) as Principal | undefined;
}
