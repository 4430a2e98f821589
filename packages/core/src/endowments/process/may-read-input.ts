import { perContext } from "../facade.ts";
import { grantsMember } from "../granted-members.ts";
import type { EndowmentContext } from "../principal.ts";

const mayRead = ({ principal }: EndowmentContext, isGranted: () => boolean, via: string): (() => boolean) => {
  let isLetThrough: boolean | undefined;
  return () => isGranted() || (isLetThrough ??= !principal.denies({ capability: "process", target: "stdin", via }));
};

/** Whether a principal may read its `process.stdin`; a denial is told of once. */
export const mayReadInput = perContext((context: EndowmentContext) =>
  mayRead(context, () => grantsMember(context.principal, "process", "stdin"), "process.stdin"),
);

/**
 * Whether it may read the process's standard input by its number. HAZARD: in a worker `process.stdin` is what the
 * worker was given by whoever started it, and the number is still the program's.
 */
export const mayReadInputByNumber = perContext((context: EndowmentContext) =>
  context.worker === undefined ? mayReadInput(context) : mayRead(context, () => context.principal.trusted, "fs.read"),
);
