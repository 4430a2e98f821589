import { evaluateModule, type ModuleRecord } from "../compartments/module-record.ts";
import type { Powers } from "../endowments/principal.ts";

/** Evaluates an ES module as the main one; what it throws ends the process or thread. */
export function startRecord(powers: Powers, record: () => ModuleRecord): void {
  let settled = false;
  powers.process.on("exit", (code) => {
    // As Node: a program that ends while its entry still awaits has not finished.
    if (!settled && code === 0) powers.process.exitCode = 13;
  });
  const run = async (): Promise<void> => {
    const main = record();
    main.link();
    await evaluateModule(main);
  };
  run().then(
    () => {
      settled = true;
    },
    (error: unknown) => {
      settled = true;
      powers.globals["setImmediate"](() => {
        throw error;
      });
    },
  );
}
