/**
 * HAZARD: Node leaves private keys on what it made with them, and each connection leads there: a request to its socket,
 * that to its server or to what it was connected with. Who is given one needs no key. Node reads none of them again.
 */
import { named } from "../facade.ts";
import { ownSymbol } from "../own-symbol.ts";

/** The agent's key, a text that sessions are kept under, holds the others. */
const SECRETS: readonly string[] = ["key", "pfx", "passphrase", "ticketKeys", "_agentKey"];

/** To be called before anything of TLS is made by others. */
export function forgetKeys(tls: any): void {
  const { connect } = tls;
  tls.connect = named("connect", connect.length, (...args: unknown[]): unknown => {
    const socket = Reflect.apply(connect, tls, args) as object;
    forgetKeptOptions(socket, "connect-options");
    return socket;
  });
  const { setSecureContext } = tls.Server.prototype;
  tls.Server.prototype.setSecureContext = named(
    "setSecureContext",
    setSecureContext.length,
    function (this: Record<string, unknown>, options: unknown): void {
      Reflect.apply(setSecureContext, this, [options]);
      for (const name of SECRETS) if (this[name] !== undefined) this[name] = undefined;
    },
  );
}

/** Of the options that Node keeps under a symbol, a copy without them in their place. */
export function forgetKeptOptions(holder: object, description: string): void {
  const symbol = ownSymbol(holder, description);
  const kept = symbol === undefined ? undefined : (holder as Record<symbol, unknown>)[symbol];
  if (typeof kept !== "object" || kept === null || !SECRETS.some((name) => name in kept)) return;
  const copy: Record<string, unknown> = { __proto__: null as never, ...kept };
  for (const name of SECRETS) if (name in copy) copy[name] = undefined;
  (holder as Record<symbol, unknown>)[symbol!] = copy;
}
