import { hardenSignals } from "../leads-to.ts";
import { hardenPrototypesOf } from "../harden-instances.ts";
import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { textsOf } from "../texts-of.ts";
import {
  hardenPerformanceEntries,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  PerformanceObserverEntryList,
} from "./performance-entries.ts";
import { PerformanceTimeline } from "./performance-timeline.ts";

export const PERF_HOOKS_MEMBERS: MemberTable = {
  performance: ["own", "the principal's own timeline: others' entries carry URLs and details"],
  Performance: ["own", "its class"],
  PerformanceEntry: ["own", "moat's own class"],
  PerformanceMark: ["own", "moat's own class"],
  PerformanceMeasure: ["own", "moat's own class"],
  PerformanceObserver: ["own", "sees the principal's own marks and measures"],
  PerformanceObserverEntryList: ["own", "moat's own class"],
  PerformanceResourceTiming: ["own", "never made: a class without instances"],
  monitorEventLoopDelay: ["own", "numbers about the loop"],
  createHistogram: ["own", "computes"],
  createSlidingWindowHistogram: ["absent", "not yet classified"],
  importHistogram: ["absent", "not yet classified"],
  eventLoopUtilization: ["own", "numbers about the loop"],
  timerify: ["own", "times a function of the caller's"],
  constants: ["own", "a copy"],
};

const OBSERVABLE = Object.freeze(["mark", "measure"]);

/** `perf_hooks` with a timeline of the principal's own. */
export const makePerfHooks: BuiltinFactory = (context) => {
  if (context.principal.trusted) return wholeModule(context, "perf_hooks");
  hardenPerformanceEntries();
  const real = context.powers.builtin("perf_hooks");
  const clock = real.performance;
  const timeline = new PerformanceTimeline(
    () => clock.now(),
    context.powers.globals.setImmediate,
    context.powers.globals.structuredClone,
  );
  const performance = makePerformance(context, clock, timeline);

  class PerformanceObserver {
    readonly #callback: (list: PerformanceObserverEntryList, observer: object) => void;

    constructor(callback: unknown) {
      if (typeof callback !== "function")
        throw Object.assign(new TypeError('The "callback" argument must be of type function.'), {
          code: "ERR_INVALID_ARG_TYPE",
        });
      this.#callback = callback as (list: PerformanceObserverEntryList, observer: object) => void;
    }

    static get supportedEntryTypes(): readonly string[] {
      return OBSERVABLE;
    }

    observe(options: { entryTypes?: unknown; type?: unknown; buffered?: unknown } = {}): void {
      const { entryTypes, type, buffered } = options;
      const wanted = Array.isArray(entryTypes) ? textsOf(entryTypes) : [`${type as string}`];
      timeline.observe(
        this,
        wanted.filter((one) => OBSERVABLE.includes(one)),
        Boolean(buffered),
        this.#callback,
      );
    }

    disconnect(): void {
      timeline.disconnect(this);
    }

    takeRecords(): PerformanceEntry[] {
      return timeline.takeRecords(this);
    }
  }

  const OwnMark = function PerformanceMark_(name: unknown, options?: { startTime?: unknown; detail?: unknown }) {
    const startTime = options?.startTime;
    return new PerformanceMark(
      `${name as string}`,
      "mark",
      startTime === undefined ? clock.now() : Number(startTime),
      0,
      options?.detail ?? null,
    );
  };
  Object.defineProperty(OwnMark, "name", { value: "PerformanceMark" });
  OwnMark.prototype = PerformanceMark.prototype;

  return facadeFromTable(context, "perf_hooks", PERF_HOOKS_MEMBERS, {
    performance,
    Performance: performance.constructor,
    PerformanceEntry,
    PerformanceMark: OwnMark,
    PerformanceMeasure,
    PerformanceObserver,
    PerformanceObserverEntryList,
    PerformanceResourceTiming: class PerformanceResourceTiming extends PerformanceEntry {},
    monitorEventLoopDelay: (options?: { resolution?: unknown }) =>
      hardenedInstance(
        real.monitorEventLoopDelay(options === undefined ? undefined : { resolution: options.resolution ?? 10 }),
      ),
    createHistogram: (options?: { lowest?: unknown; highest?: unknown; figures?: unknown }) => {
      const { lowest, highest, figures } = options ?? {};
      return hardenedInstance(
        real.createHistogram({
          ...(lowest === undefined ? {} : { lowest }),
          ...(highest === undefined ? {} : { highest }),
          ...(figures === undefined ? {} : { figures }),
        }),
      );
    },
    eventLoopUtilization: performance.eventLoopUtilization,
    timerify: performance.timerify,
    constants: Object.freeze({ __proto__: null, ...real.constants }),
  });
};

/** The instance is the principal's own; the classes above it are everybody's. */
function hardenedInstance<T extends object>(instance: T): T {
  hardenPrototypesOf(instance, 1);
  return instance;
}

function makePerformance(context: EndowmentContext, clock: any, timeline: PerformanceTimeline): any {
  hardenSignals(context);
  const EventTarget = context.powers.globals.EventTarget;
  class Performance extends (EventTarget as { new (): object }) {
    get timeOrigin(): number {
      return clock.timeOrigin;
    }

    get nodeTiming(): object {
      const { detail: _, ...numbers } = clock.nodeTiming.toJSON();
      return numbers;
    }

    now(): number {
      return clock.now();
    }

    mark(name: unknown, options?: object): PerformanceMark {
      return timeline.mark(name, options);
    }

    measure(name: unknown, startOrOptions?: unknown, endMark?: unknown): PerformanceMeasure {
      return timeline.measure(name, startOrOptions, endMark);
    }

    clearMarks(name?: unknown): void {
      timeline.clear("mark", name);
    }

    clearMeasures(name?: unknown): void {
      timeline.clear("measure", name);
    }

    /** Clients of HTTP call it after each request; of resources there are no entries. */
    markResourceTiming(): void {}

    clearResourceTimings(): void {}

    setResourceTimingBufferSize(): void {}

    getEntries(): PerformanceEntry[] {
      return timeline.entries().getEntries();
    }

    getEntriesByName(name: string, type?: string): PerformanceEntry[] {
      return timeline.entries().getEntriesByName(name, type);
    }

    getEntriesByType(type: string): PerformanceEntry[] {
      return timeline.entries().getEntriesByType(type);
    }

    eventLoopUtilization(one?: object, other?: object): object {
      return clock.eventLoopUtilization(one, other);
    }

    timerify(fn: unknown): Function {
      if (typeof fn !== "function")
        throw Object.assign(new TypeError('The "fn" argument must be of type function.'), {
          code: "ERR_INVALID_ARG_TYPE",
        });
      const timerified = function (this: unknown, ...args: unknown[]): unknown {
        return new.target === undefined ? Reflect.apply(fn, this, args) : Reflect.construct(fn, args, fn);
      };
      Object.defineProperty(timerified, "name", { value: `timerified ${fn.name}`, configurable: true });
      Object.defineProperty(timerified, "length", { value: fn.length, configurable: true });
      return timerified;
    }

    toJSON(): object {
      return {
        nodeTiming: this.nodeTiming,
        timeOrigin: this.timeOrigin,
        eventLoopUtilization: clock.eventLoopUtilization(),
      };
    }
  }
  const performance = new Performance();
  // Node's functions work without their receiver too: `const { now } = performance`.
  for (const name of ["now", "mark", "measure", "eventLoopUtilization", "timerify"] as const) {
    Object.defineProperty(performance, name, {
      value: performance[name].bind(performance),
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
  return performance;
}
