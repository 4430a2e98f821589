import { RESERVED } from "../loader/reserved-names.ts";
import type { Machinery } from "./compartment.ts";
import { ownProxy } from "./own-proxy.ts";
import type { SourceTraits } from "./prepare-source.ts";
import type { World } from "./world.ts";

/**
 * What the text of one file is given, of any kind, beside what all texts of its package have.
 *
 * @param referrer what its `import()` starts from: its path, or its `data:` URL
 */
export function fileMachinery(world: World, traits: SourceTraits, referrer: string): Machinery {
  return {
    ...(traits.usesStackSettings && { Error: world.localError }),
    ...(traits.showsDescriptors && { Proxy: ownProxy() }),
    ...(traits.addsToSymbol && { Symbol: world.compartment.ownSymbol }),
    [RESERVED.import]: (specifier: unknown, options?: unknown) =>
      world.modules.importDynamically(specifier, referrer, options),
  };
}
