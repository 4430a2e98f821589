import type { Powers } from "../endowments/principal.ts";

/** Runs what a program begins with and awaits; what it throws ends the process or thread. */
export function startAwaited(powers: Powers, run: () => Promise<void>): void {
  const { process } = powers;
  const tellUnsettled = (): void => {
    // As Node: a program that ends while its entry still awaits has not finished.
    // One that calls `process.exit()` has: that sets the code before.
    process.exitCode ??= 13;
  };
  process.on("exit", tellUnsettled);
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
