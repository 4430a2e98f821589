import { evaluateModule, type ModuleRecord } from "../compartments/module-record.ts";
import type { Powers } from "../endowments/principal.ts";

/** Evaluates an ES module as the main one; what it throws ends the process or thread. */
export function startRecord(powers: Powers, record: () => ModuleRecord): void {
  const { process } = powers;
  const tellUnsettled = (): void => {
    // As Node: a program that ends while its entry still awaits has not finished.
    // One that calls `process.exit()` has: that sets the code before.
    process.exitCode ??= 13;
  };
  process.on("exit", tellUnsettled);
  const run = async (): Promise<void> => {
    const main = record();
    main.link();
    await evaluateModule(main);
  };
  run().then(
    () => {
      process.off("exit", tellUnsettled);
    },
    (error: unknown) => {
      process.off("exit", tellUnsettled);
      powers.globals["setImmediate"](() => {
        throw error;
      });
    },
  );
}
