import type { Principal } from "../principal.ts";

/**
 * What a principal whose grants can be dropped has open: a connection that is
 * kept alive is a way out for every later request, so it ends with its grant.
 */
export interface OpenConnections {
  /** @param isGranted asked when grants were dropped; must not hold on to the socket or server */
  add(open: object, isGranted: () => boolean, end: (open: any) => void): void;
}

interface Entry {
  readonly open: WeakRef<object>;
  readonly isGranted: () => boolean;
  readonly end: (open: object) => void;
}

/** Undefined where nothing is ever dropped: then nothing is remembered either. */
export function makeOpenConnections({ whenNarrowed }: Principal): OpenConnections | undefined {
  if (whenNarrowed === undefined) return undefined;
  let entries: Entry[] = [];
  let sweepAt = 64;
  const sweep = (): void => {
    entries = entries.filter(({ open }) => open.deref() !== undefined);
    sweepAt = Math.max(64, entries.length * 2);
  };
  whenNarrowed(() => {
    sweep();
    for (const { open, isGranted, end } of entries) {
      const holder = open.deref();
      if (holder !== undefined && !isGranted()) end(holder);
    }
  });
  return {
    add(open, isGranted, end) {
      if (entries.length >= sweepAt) sweep();
      entries.push({ open: new WeakRef(open), isGranted, end });
    },
  };
}
