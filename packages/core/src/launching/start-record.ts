import { evaluateModule, type ModuleRecord } from "../compartments/module-record.ts";
import type { Powers } from "../endowments/principal.ts";
import { startAwaited } from "./start-awaited.ts";

/** Evaluates an ES module as the main one; what it throws ends the process or thread. */
export function startRecord(powers: Powers, record: () => ModuleRecord): void {
  startAwaited(powers, async () => {
    const main = record();
    main.link();
    await evaluateModule(main);
  });
}
