import { hardenNodeObject } from "../harden-node.ts";

/** A point or span on a timeline; times in milliseconds since the process began. */
export class PerformanceEntry {
  readonly #fields: { name: string; entryType: string; startTime: number; duration: number; detail: unknown };

  constructor(name: string, entryType: string, startTime: number, duration: number, detail: unknown) {
    this.#fields = { name, entryType, startTime, duration, detail };
  }

  get name(): string {
    return this.#fields.name;
  }

  get entryType(): string {
    return this.#fields.entryType;
  }

  get startTime(): number {
    return this.#fields.startTime;
  }

  get duration(): number {
    return this.#fields.duration;
  }

  get detail(): unknown {
    return this.#fields.detail;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration, detail } = this.#fields;
    return { name, entryType, startTime, duration, detail };
  }
}

export class PerformanceMark extends PerformanceEntry {}
export class PerformanceMeasure extends PerformanceEntry {}

/** What `PerformanceObserver`'s callback is given. */
export class PerformanceObserverEntryList {
  readonly #entries: readonly PerformanceEntry[];

  constructor(entries: readonly PerformanceEntry[]) {
    this.#entries = entries;
  }

  getEntries(): PerformanceEntry[] {
    return [...this.#entries];
  }

  getEntriesByType(type: string): PerformanceEntry[] {
    return this.#entries.filter((entry) => entry.entryType === `${type}`);
  }

  getEntriesByName(name: string, type?: string): PerformanceEntry[] {
    return this.#entries.filter(
      (entry) => entry.name === `${name}` && (type === undefined || entry.entryType === `${type}`),
    );
  }
}

/** These classes serve every principal. */
export function hardenPerformanceEntries(): void {
  for (const one of [PerformanceMark, PerformanceMeasure, PerformanceObserverEntryList]) hardenNodeObject(one);
}
