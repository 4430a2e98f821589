import { withoutConstructor } from "../shared-prototype.ts";
import { promisify } from "node:util";
import { facadeFromTable } from "../member-table.ts";
import { assertMayUse } from "../access-denied.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { DNS_MEMBERS, DNS_QUERIES } from "./dns-members.ts";
import { networkAuthority } from "./network-authority.ts";
import { nameNotFound } from "./network-errors.ts";
import { dnsDefaults, inOwnOrder } from "./own-defaults.ts";

/** What `lookupService` asks the system. */
const ADDRESS_QUERY = "getnameinfo";

/**
 * `dns`: a query is a message to whoever serves the name, so only granted
 * names are asked for. The others do not exist.
 */
export const makeDnsFacade: BuiltinFactory = (context) => {
  const dns = context.powers.builtin("dns");
  const lookup = callbackLookup(context, dns);
  Object.defineProperty(lookup, promisify.custom, { value: promiseLookup(context), enumerable: false });
  const own: Record<string, unknown> = {
    ...dnsDefaults(dns, networkAuthority(context)),
    lookup,
    lookupService: callbackQuery(context, dns, dns.lookupService, ADDRESS_QUERY),
    Resolver: resolverClass(context, dns.Resolver, callbackQuery),
  };
  for (const [name, syscall] of Object.entries(DNS_QUERIES)) {
    if (typeof dns[name] === "function") own[name] = callbackQuery(context, dns, dns[name], syscall);
  }
  const facade = facadeFromTable(context, "dns", DNS_MEMBERS, own);
  // `dns.promises === require("dns/promises")`, made when it is asked for.
  Object.defineProperty(facade, "promises", {
    get: () => context.builtin("dns/promises"),
    enumerable: true,
    configurable: true,
  });
  return facade;
};

/** `dns/promises`: as `dns`. */
export const makeDnsPromisesFacade: BuiltinFactory = (context) => {
  const dns = context.powers.builtin("dns/promises");
  const own: Record<string, unknown> = {
    ...dnsDefaults(dns, networkAuthority(context)),
    lookup: promiseLookup(context),
    lookupService: promiseQuery(context, dns, dns.lookupService, ADDRESS_QUERY),
    Resolver: resolverClass(context, dns.Resolver, promiseQuery),
  };
  for (const [name, syscall] of Object.entries(DNS_QUERIES)) {
    if (typeof dns[name] === "function") own[name] = promiseQuery(context, dns, dns[name], syscall);
  }
  return facadeFromTable(context, "dns/promises", DNS_MEMBERS, own);
};

type QueryMaker = (context: EndowmentContext, self: unknown, real: Function, syscall: string) => Function;

/** A name that no principal is asked about: an address, or what Node itself will refuse. */
const isHarmless = ({ powers }: EndowmentContext, name: unknown): boolean =>
  typeof name !== "string" || name === "" || powers.builtin("net").isIP(name) !== 0;

function callbackLookup(context: EndowmentContext, dns: any): Function {
  const authority = networkAuthority(context);
  return function lookup(hostname: unknown, options: unknown, callback?: unknown): unknown {
    const done = typeof options === "function" ? options : callback;
    const rest = typeof options === "function" ? [] : [options];
    if (authority.trusted || isHarmless(context, hostname) || typeof done !== "function")
      return dns.lookup(hostname, ...rest, done);
    const name = hostname as string;
    if (!authority.mayResolve(name, "dns.lookup")) return later(context, done, nameNotFound(name));
    return dns.lookup(
      name,
      inOwnOrder(rest[0], authority.defaults) ?? {},
      (error: unknown, found: unknown, family: unknown) => {
        if (!error) note(context, name, found);
        Reflect.apply(done, undefined, error ? [error] : [null, found, family]);
      },
    );
  };
}

function promiseLookup(context: EndowmentContext): Function {
  const authority = networkAuthority(context);
  const dns = context.powers.builtin("dns/promises");
  return async function lookup(hostname: unknown, options?: unknown): Promise<unknown> {
    if (authority.trusted || isHarmless(context, hostname)) return dns.lookup(hostname, options);
    const name = hostname as string;
    if (!authority.mayResolve(name, "dns.lookup")) throw nameNotFound(name);
    const found = await dns.lookup(name, inOwnOrder(options, authority.defaults));
    note(context, name, found);
    return found;
  };
}

/** HAZARD: Node 20 asks what is no text for one, and hands it to native code, which ends the process. */
function assertText(name: unknown, syscall: string): void {
  if (typeof name === "string" || syscall !== ADDRESS_QUERY) return;
  const error = new TypeError(`The "address" argument must be of type string. Received ${typeof name}`);
  throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
}

const callbackQuery: QueryMaker = (context, self, real, syscall) => {
  const authority = networkAuthority(context);
  const query = function (...args: unknown[]): unknown {
    const [name] = args;
    assertText(name, syscall);
    if (authority.trusted || typeof name !== "string") return Reflect.apply(real, self, args);
    // HAZARD: Node takes no notice of what follows its callback. Without one among these it asks for nothing, and throws.
    const asked = args.slice(0, typeof args[1] === "function" ? 2 : 3);
    const done = asked.at(-1);
    if (typeof done !== "function") return Reflect.apply(real, self, asked);
    if (!authority.mayResolve(name, `dns.${real.name}`)) return later(context, done, nameNotFound(name, syscall));
    const settled = (error: unknown, found: unknown, ...more: unknown[]) => {
      if (!error) note(context, name, found);
      Reflect.apply(done, undefined, [error, found, ...more]);
    };
    return Reflect.apply(real, self, [...asked.slice(0, -1), settled]);
  };
  return named(query, real);
};

const promiseQuery: QueryMaker = (context, self, real, syscall) => {
  const authority = networkAuthority(context);
  const query = async function (...args: unknown[]): Promise<unknown> {
    const [name] = args;
    assertText(name, syscall);
    if (authority.trusted || typeof name !== "string") return Reflect.apply(real, self, args);
    if (!authority.mayResolve(name, `dns.${real.name}`)) throw nameNotFound(name, syscall);
    const found = await Reflect.apply(real, self, args);
    note(context, name, found);
    return found;
  };
  return named(query, real);
};

/** A principal's `Resolver`: its queries are checked, and go to the default servers. */
function resolverClass(context: EndowmentContext, Real: any, makeQuery: QueryMaker): any {
  const inner = new WeakMap<object, any>();
  const realOf = (resolver: object): any => {
    const real = inner.get(resolver);
    if (real === undefined) throw new TypeError("Illegal invocation");
    return real;
  };
  class Resolver {
    constructor(options?: unknown) {
      inner.set(this, new Real(options));
    }
    cancel(): void {
      realOf(this).cancel();
    }
    getServers(): string[] {
      return realOf(this).getServers();
    }
    setServers(servers: unknown): void {
      assertMayUse(context, "dns.Resolver.setServers", "dns");
      realOf(this).setServers(servers);
    }
    setLocalAddress(...addresses: unknown[]): void {
      realOf(this).setLocalAddress(...addresses);
    }
  }
  for (const [name, syscall] of Object.entries(DNS_QUERIES)) {
    const method = Real.prototype[name];
    if (typeof method !== "function") continue;
    const value = function (this: object, ...args: unknown[]): unknown {
      return Reflect.apply(makeQuery(context, realOf(this), method, syscall), undefined, args);
    };
    Object.defineProperty(Resolver.prototype, name, {
      value: named(value, method),
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
  return withoutConstructor(Resolver);
}

/** Keeps the addresses of an answer, whose form depends on the query. */
function note(context: EndowmentContext, name: string, found: unknown): void {
  const authority = networkAuthority(context);
  for (const entry of Array.isArray(found) ? found : [found]) {
    const address = typeof entry === "string" ? entry : (entry as { address?: unknown } | null)?.address;
    if (typeof address === "string" && context.powers.builtin("net").isIP(address) !== 0)
      authority.noteResolution(name, address);
  }
}

function later(context: EndowmentContext, callback: Function, error: Error): void {
  context.powers.process.nextTick(() => Reflect.apply(callback, undefined, [error]));
}

function named(made: Function, real: Function): Function {
  Object.defineProperty(made, "name", { value: real.name, configurable: true });
  return made;
}
