import { hardenNodeObject } from "../harden-node.ts";
import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { Channel, invalidArgument, type ChannelEnvironment, type Subscriber } from "./own-channels.ts";
import { TracingChannel } from "./tracing-channel.ts";

export const DIAGNOSTICS_CHANNEL_MEMBERS: MemberTable = {
  channel: ["own", "in the principal's own registry: Node's channels show others' requests and headers"],
  hasSubscribers: ["own", "the same"],
  subscribe: ["own", "the same"],
  unsubscribe: ["own", "the same"],
  tracingChannel: ["own", "the same"],
  Channel: ["own", "the class of the principal's own channels"],
  boundedChannel: ["absent", "not yet classified"],
  BoundedChannel: ["absent", "not yet classified"],
};

/** Names on which Node and moat (`moat:denial`) speak: nobody else may be taken for them. */
const RESERVED_NAMES =
  /^(?:moat|http2?|https?|net|tls|udp|dgram|dns|fs|undici|websocket|process|child_process|worker_threads|module|console|inspector|web-?locks|node:.*|tracing:(?:module|net|child_process|node:).*)(?:[.:]|$)/;

/** The application may hand one on. While somebody listens, Node has it be of another class. */
function hardenChannels({ channel, Channel }: any): boolean {
  const sample = channel(Symbol("moat"));
  const listener = (): void => {};
  sample.subscribe(listener);
  for (const prototype of [Channel.prototype, Object.getPrototypeOf(sample)]) hardenNodeObject(prototype);
  sample.unsubscribe(listener);
  return true;
}

/**
 * `diagnostics_channel` over a registry of the principal's own. What it publishes
 * also reaches unbounded principals (the application's own monitoring), never
 * the other way round, and never under a name on which Node or moat speaks.
 */
export const makeDiagnosticsChannel: BuiltinFactory = (context) => {
  const real = context.powers.builtin("diagnostics_channel");
  if (context.principal.trusted) {
    context.shared("diagnostics_channel.hardened", () => hardenChannels(real));
    return wholeModule(context, "diagnostics_channel");
  }
  const nextTick = context.powers.process.nextTick;
  const environment: ChannelEnvironment = {
    outerChannel: (name) => (typeof name === "string" && !RESERVED_NAMES.test(name) ? real.channel(name) : undefined),
    runsOuterStores: context.isTraced === true,
    report: (error) =>
      nextTick(() => {
        throw error;
      }),
  };
  const channels = new Map<string | symbol, Channel>();
  const channel = (name: unknown): Channel => {
    if (typeof name !== "string" && typeof name !== "symbol") throw invalidArgument("channel", "string or symbol");
    const known = channels.get(name);
    if (known !== undefined) return known;
    const made = new OwnChannel(name);
    channels.set(name, made);
    return made;
  };
  class OwnChannel extends Channel {
    constructor(name: string | symbol) {
      super(name, environment);
    }
  }
  Object.defineProperty(OwnChannel, "name", { value: "Channel" });
  // Its base class and TracingChannel are moat's own and serve every package.
  hardenNodeObject(OwnChannel);
  hardenNodeObject(TracingChannel);

  return facadeFromTable(context, "diagnostics_channel", DIAGNOSTICS_CHANNEL_MEMBERS, {
    channel,
    Channel: OwnChannel,
    hasSubscribers: (name: string | symbol) => channels.get(name)?.hasSubscribers ?? false,
    subscribe: (name: unknown, subscriber: Subscriber) => channel(name).subscribe(subscriber),
    unsubscribe: (name: unknown, subscriber: Subscriber) => channel(name).unsubscribe(subscriber),
    tracingChannel: (nameOrChannels: unknown) => new TracingChannel(nameOrChannels, channel),
  });
};
