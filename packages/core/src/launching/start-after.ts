import type { Powers } from "../endowments/principal.ts";
import type { World } from "../compartments/world.ts";
import type { Preload } from "../policy/preload.ts";
import { startAwaited } from "./start-awaited.ts";

/**
 * Loads what stands before a program in the name of whoever starts it, and then starts that. As in Node, one after
 * the other what is required, then together what is imported.
 *
 * @param from file whose `require` and `import` they are named in
 */
export function startAfter(
  powers: Powers,
  preloads: readonly Preload[],
  asker: World,
  from: string,
  start: () => void,
): void {
  if (preloads.length === 0) {
    start();
    return;
  }
  // What looks at `module.parent` must not take itself for the program.
  const parent = new asker.commonJs.Module("internal/preload");
  for (const { mode, specifier } of preloads)
    if (mode === "require") asker.commonJs.load(specifier, from, false, parent);
  const imported = preloads.filter(({ mode }) => mode === "import");
  if (imported.length === 0) {
    start();
    return;
  }
  startAwaited(powers, async () => {
    await Promise.all(imported.map(({ specifier }) => asker.modules.importDynamically(specifier, from)));
    start();
  });
}
