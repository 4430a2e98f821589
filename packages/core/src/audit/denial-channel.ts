/** Denials on Node's `diagnostics_channel`, for the application that watches itself. */
import type { Denial } from "./denial.ts";
import { telemetryAttributes, type Attributes } from "./telemetry-attributes.ts";

/** Its name on Node's `diagnostics_channel`. */
export const DENIAL_CHANNEL = "moat:denial";

/** What subscribers get; frozen. */
export interface DenialMessage extends Denial {
  /** False in an audit, where everything goes through. */
  readonly denied: boolean;
  /** ISO 8601. */
  readonly time: string;
  readonly attributes: Attributes;
}

interface ChannelPower {
  channel(name: string): { readonly hasSubscribers: boolean; publish(message: unknown): void };
}

/**
 * Publishes each denial while somebody listens. Only code that has Node's real
 * `diagnostics_channel` does: the trusted application. The channels of packages
 * are their own, by whatever name.
 *
 * @param power asked for when there is something to publish
 */
export function makeDenialChannel(power: () => ChannelPower, audit: boolean, pid: number): (denial: Denial) => void {
  return (denial) => {
    const channel = power().channel(DENIAL_CHANNEL);
    if (channel.hasSubscribers) channel.publish(makeDenialMessage(denial, audit, pid));
  };
}

function makeDenialMessage(denial: Denial, audit: boolean, pid: number): DenialMessage {
  const { principal, capability, target, via } = denial;
  return Object.freeze({
    principal,
    capability,
    target,
    ...(via !== undefined && { via }),
    denied: !audit,
    time: new Date().toISOString(),
    attributes: Object.freeze(telemetryAttributes(denial, !audit, pid)),
  });
}
