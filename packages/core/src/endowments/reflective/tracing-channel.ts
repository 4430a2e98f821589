import { invalidArgument, type Channel, type Subscriber } from "./own-channels.ts";

const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;
type EventName = (typeof EVENTS)[number];
type Context = Record<string, unknown>;

/** The five channels of one traced operation. */
export class TracingChannel {
  declare readonly start: Channel;
  declare readonly end: Channel;
  declare readonly asyncStart: Channel;
  declare readonly asyncEnd: Channel;
  declare readonly error: Channel;

  constructor(nameOrChannels: unknown, channel: (name: string) => Channel) {
    const isName = typeof nameOrChannels === "string";
    if (!isName && (typeof nameOrChannels !== "object" || nameOrChannels === null))
      throw invalidArgument("nameOrChannels", "string or an instance of Channel");
    for (const event of EVENTS) {
      const value = isName
        ? channel(`tracing:${nameOrChannels}:${event}`)
        : (nameOrChannels as Record<string, unknown>)[event];
      Object.defineProperty(this, event, { value, enumerable: true });
    }
  }

  get hasSubscribers(): boolean {
    return EVENTS.some((event) => this[event]?.hasSubscribers);
  }

  subscribe(handlers: Partial<Record<EventName, Subscriber>>): void {
    for (const event of EVENTS) if (handlers[event] !== undefined) this[event]?.subscribe(handlers[event]);
  }

  unsubscribe(handlers: Partial<Record<EventName, Subscriber>>): boolean {
    let done = true;
    for (const event of EVENTS)
      if (handlers[event] !== undefined && !this[event]?.unsubscribe(handlers[event])) done = false;
    return done;
  }

  traceSync(fn: Function, context: Context = {}, thisArg?: unknown, ...args: unknown[]): unknown {
    if (!this.hasSubscribers) return Reflect.apply(fn, thisArg, args);
    return this.start.runStores(context, () => {
      try {
        context.result = Reflect.apply(fn, thisArg, args);
        return context.result;
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  tracePromise(fn: Function, context: Context = {}, thisArg?: unknown, ...args: unknown[]): unknown {
    if (!this.hasSubscribers) return Reflect.apply(fn, thisArg, args);
    const settled = (): void => {
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
    };
    return this.start.runStores(context, () => {
      try {
        const promise = Promise.resolve(Reflect.apply(fn, thisArg, args));
        return promise.then(
          (result) => {
            context.result = result;
            settled();
            return result;
          },
          (error) => {
            context.error = error;
            this.error.publish(context);
            settled();
            throw error;
          },
        );
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  traceCallback(fn: Function, position = -1, context: Context = {}, thisArg?: unknown, ...args: unknown[]): unknown {
    if (!this.hasSubscribers) return Reflect.apply(fn, thisArg, args);
    const at = position < 0 ? args.length + position : position;
    const callback = args[at];
    if (typeof callback !== "function") throw invalidArgument("callback", "function");
    const { asyncStart, asyncEnd, error: failures } = this;
    args[at] = function (this: unknown, error: unknown, result: unknown, ...rest: unknown[]) {
      if (error) {
        context.error = error;
        failures.publish(context);
      } else context.result = result;
      return asyncStart.runStores(context, () => {
        try {
          return Reflect.apply(callback, this, [error, result, ...rest]);
        } finally {
          asyncEnd.publish(context);
        }
      });
    };
    return this.start.runStores(context, () => {
      try {
        return Reflect.apply(fn, thisArg, args);
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }
}
