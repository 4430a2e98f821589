/** Every property of this folder with its share of the nightly cases. */
import fc from "fast-check";
import { makeConnectionProperty } from "./connection-property.ts";
import { endpointProperty } from "./endpoint-property.ts";
import { makeLaunchProperty } from "./launch-property.ts";
import { makeFsEquivalence } from "./fs-equivalence-property.ts";
import { makeFsProperty } from "./fs-property.ts";

interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** Part of a property's name. */
  readonly only: string;
}

interface Fuzzed {
  readonly name: string;
  /** Of all cases, how many are of this property. */
  readonly share: number;
  readonly property: fc.IProperty<any> | fc.IAsyncProperty<any>;
  readonly counts?: object;
}

function allProperties(): { list: Fuzzed[]; remove(): void } {
  const files = makeFsProperty();
  const equal = makeFsEquivalence();
  const launches = makeLaunchProperty();
  const connections = makeConnectionProperty();
  return {
    list: [
      { name: "endpoints", share: 0.5, property: endpointProperty },
      { name: "connections", share: 0.1, property: connections.property, counts: connections.counts },
      { name: "children and workers", share: 0.15, property: launches.property, counts: launches.counts },
      { name: "fs, synchronous", share: 0.2, property: files.sync, counts: files.counts },
      { name: "fs, asynchronous", share: 0.04, property: files.async, counts: files.counts },
      { name: "fs, as in Node", share: 0.01, property: equal.property, counts: equal.counts },
    ],
    remove() {
      // In the reverse order: each goes back to the folder that it was made in.
      equal.remove();
      files.remove();
      launches.remove();
    },
  };
}

/** Tries all properties, tells of each, and says how many failed. */
export async function fuzzAll({ cases, seed, only }: FuzzOptions): Promise<number> {
  const { list, remove } = allProperties();
  let failed = 0;
  let total = 0;
  console.log(`seed ${seed}, node ${process.version}`);
  try {
    for (const { name, share, property, counts } of list) {
      if (!name.includes(only)) continue;
      const numRuns = Math.ceil(cases * share);
      const start = performance.now();
      const result = await fc.check(property as fc.IAsyncProperty<any>, { numRuns, seed });
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      total += result.numRuns;
      console.log(
        `${result.failed ? "FAILED" : "ok"}  ${name}: ${result.numRuns} cases in ${seconds} s ${JSON.stringify(counts ?? {})}`,
      );
      if (!result.failed) continue;
      failed++;
      console.log(`  path ${result.counterexamplePath}\n  ${JSON.stringify(result.counterexample)}`);
      console.log(`  ${String((result as { errorInstance?: Error }).errorInstance?.stack)}`);
    }
  } finally {
    remove();
  }
  console.log(`${total} cases, ${failed} properties failed`);
  return failed;
}
