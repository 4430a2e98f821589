import type { PerformanceEntry } from "./performance-entries.ts";
import { PerformanceMark, PerformanceMeasure, PerformanceObserverEntryList } from "./performance-entries.ts";

type ObserverCallback = (list: PerformanceObserverEntryList, observer: object) => void;

interface MeasureOptions {
  readonly start?: unknown;
  readonly end?: unknown;
  readonly duration?: unknown;
  readonly detail?: unknown;
}

/** The marks and measures of one principal, and who observes them. */
export class PerformanceTimeline {
  readonly #now: () => number;
  readonly #later: (task: () => void) => void;
  readonly #clone: (value: unknown) => unknown;
  #entries: PerformanceEntry[] = [];
  readonly #observers = new Map<
    object,
    { types: Set<string>; pending: PerformanceEntry[]; callback: ObserverCallback }
  >();

  constructor(now: () => number, later: (task: () => void) => void, clone: (value: unknown) => unknown) {
    this.#now = now;
    this.#clone = clone;
    this.#later = later;
  }

  mark(name: unknown, options?: { startTime?: unknown; detail?: unknown }): PerformanceMark {
    const startTime = options?.startTime;
    const time = startTime === undefined ? this.#now() : Number(startTime);
    if (!(time >= 0)) throw new TypeError('The "startTime" option must be a non-negative number');
    return this.#add(new PerformanceMark(`${name as string}`, "mark", time, 0, this.#copyOf(options?.detail)));
  }

  measure(name: unknown, startOrOptions?: unknown, endMark?: unknown): PerformanceMeasure {
    let start = startOrOptions;
    let end = endMark;
    let duration: unknown;
    let detail: unknown = null;
    if (typeof startOrOptions === "object" && startOrOptions !== null) {
      ({ start, end, duration, detail } = startOrOptions as MeasureOptions);
    }
    const to =
      end !== undefined
        ? this.#timeOf(end)
        : start !== undefined && duration !== undefined
          ? this.#timeOf(start) + Number(duration)
          : this.#now();
    const from = start !== undefined ? this.#timeOf(start) : duration !== undefined ? to - Number(duration) : 0;
    return this.#add(new PerformanceMeasure(`${name as string}`, "measure", from, to - from, this.#copyOf(detail)));
  }

  entries(): PerformanceObserverEntryList {
    return new PerformanceObserverEntryList([...this.#entries].sort((one, other) => one.startTime - other.startTime));
  }

  clear(type: string, name: unknown): void {
    const only = name === undefined ? undefined : `${name as string}`;
    this.#entries = this.#entries.filter(
      (entry) => entry.entryType !== type || (only !== undefined && entry.name !== only),
    );
  }

  observe(observer: object, types: readonly string[], buffered: boolean, callback: ObserverCallback): void {
    const known = this.#observers.get(observer);
    const record = known ?? { types: new Set<string>(), pending: [], callback };
    for (const type of types) record.types.add(type);
    this.#observers.set(observer, record);
    if (buffered) for (const entry of this.#entries) if (types.includes(entry.entryType)) this.#queue(observer, entry);
  }

  disconnect(observer: object): void {
    this.#observers.delete(observer);
  }

  takeRecords(observer: object): PerformanceEntry[] {
    return this.#observers.get(observer)?.pending.splice(0) ?? [];
  }

  #add<T extends PerformanceEntry>(entry: T): T {
    this.#entries.push(entry);
    for (const [observer, record] of this.#observers)
      if (record.types.has(entry.entryType)) this.#queue(observer, entry);
    return entry;
  }

  #queue(observer: object, entry: PerformanceEntry): void {
    const record = this.#observers.get(observer)!;
    record.pending.push(entry);
    if (record.pending.length > 1) return;
    this.#later(() => {
      const entries = record.pending.splice(0);
      if (entries.length > 0) record.callback(new PerformanceObserverEntryList(entries), observer);
    });
  }

  #timeOf(markOrTime: unknown): number {
    if (typeof markOrTime === "number") return markOrTime;
    const name = `${markOrTime as string}`;
    const found = this.#entries.findLast((entry) => entry.entryType === "mark" && entry.name === name);
    if (found === undefined) {
      throw Object.assign(new SyntaxError(`The "${name}" performance mark has not been set`), {
        code: "ERR_INVALID_PERFORMANCE_MARK",
      });
    }
    return found.startTime;
  }

  #copyOf(detail: unknown): unknown {
    return detail === undefined || detail === null ? null : this.#clone(detail);
  }
}
