import type { NetworkAuthority } from "./network-authority.ts";

/**
 * What a package sets for all connections and look-ups of the process (`dns.setDefaultResultOrder("ipv4first")`,
 * `net.setDefaultAutoSelectFamily(false)`): it holds for the package's own. What is undefined is Node's.
 */
export interface NetworkDefaults {
  resultOrder?: string;
  autoSelectFamily?: boolean;
  /** In milliseconds. */
  attemptTimeout?: number;
}

const ORDERS: readonly unknown[] = ["verbatim", "ipv4first", "ipv6first"];
/** Less is as much, in Node. */
const SHORTEST_ATTEMPT = 10;
const LONGEST_ATTEMPT = 2 ** 31 - 1;

/** The members of `dns` and `dns/promises` that set and read the order of addresses. */
export function dnsDefaults(dns: any, { trusted, defaults }: NetworkAuthority): Record<string, unknown> {
  const own = {
    getDefaultResultOrder: () => defaults.resultOrder ?? dns.getDefaultResultOrder(),
    setDefaultResultOrder: (order: unknown): void => {
      if (!ORDERS.includes(order)) throw invalid("ERR_INVALID_ARG_VALUE", "dnsOrder", `one of ${ORDERS.join(", ")}`);
      defaults.resultOrder = order as string;
    },
  };
  return trusted ? sameOf(dns, own) : own;
}

/** The members of `net` that set and read how the addresses of one name are tried. */
export function netDefaults(net: any, { trusted, defaults }: NetworkAuthority): Record<string, unknown> {
  const own = {
    getDefaultAutoSelectFamily: () => defaults.autoSelectFamily ?? net.getDefaultAutoSelectFamily(),
    setDefaultAutoSelectFamily: (value: unknown): void => {
      if (typeof value !== "boolean") throw invalid("ERR_INVALID_ARG_TYPE", "value", "of type boolean");
      defaults.autoSelectFamily = value;
    },
    getDefaultAutoSelectFamilyAttemptTimeout: () =>
      defaults.attemptTimeout ?? net.getDefaultAutoSelectFamilyAttemptTimeout(),
    setDefaultAutoSelectFamilyAttemptTimeout: (value: unknown): void => {
      if (typeof value !== "number") throw invalid("ERR_INVALID_ARG_TYPE", "value", "of type number");
      if (!Number.isInteger(value) || value < 1 || value > LONGEST_ATTEMPT)
        throw invalid("ERR_OUT_OF_RANGE", "value", `an integer >= 1 && <= ${LONGEST_ATTEMPT}`);
      defaults.attemptTimeout = Math.max(value, SHORTEST_ATTEMPT);
    },
  };
  return trusted ? sameOf(net, own) : own;
}

/** Options of `dns.lookup`, with the package's order where they name none. */
export function inOwnOrder(options: unknown, { resultOrder: order }: NetworkDefaults): unknown {
  if (order === undefined) return options;
  if (options === undefined || options === null) return { order };
  if (typeof options === "number") return { family: options, order };
  if (typeof options !== "object") return options;
  const copy = { ...options } as Record<string, unknown>;
  return copy["order"] === undefined && copy["verbatim"] === undefined ? { ...copy, order } : copy;
}

/** Adds to options of `connect` what they leave open and the package has set. */
export function addOwnDefaults(options: Record<PropertyKey, unknown>, defaults: NetworkDefaults): void {
  const { autoSelectFamily, attemptTimeout } = defaults;
  if (autoSelectFamily !== undefined) options["autoSelectFamily"] ??= autoSelectFamily;
  if (attemptTimeout !== undefined) options["autoSelectFamilyAttemptTimeout"] ??= attemptTimeout;
}

/** Node's own, which the application changes for everybody. */
function sameOf(real: any, members: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(members).map((name) => [name, real[name]]));
}

function invalid(code: string, name: string, expected: string): Error {
  const error = code === "ERR_OUT_OF_RANGE" ? new RangeError() : new TypeError();
  error.message = `The "${name}" argument must be ${expected}`;
  return Object.assign(error, { code });
}
