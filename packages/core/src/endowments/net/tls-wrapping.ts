/**
 * The stream that TLS is put over, and the certificates that it works with.
 *
 * HAZARD: Node's C++ takes the handles of both for what Node's JavaScript says that they are, and reads and writes what
 * lies behind them. That one asks a flag and a prototype, which whoever has any handle can give it
 * (`Object.setPrototypeOf(gzip._handle, …)`), of properties that may be accessors and answer otherwise the second time. A
 * package needs no socket for any of it: TLS works over every stream. So what Node will read are values that stay, and
 * V8 is asked what the handles are.
 */
import { types } from "node:util";
import { named } from "../facade.ts";
import { isReceiverOf } from "../genuine-handles.ts";
import { isObject } from "../is-object.ts";
import { getOwnPropertyDescriptor } from "../native-definitions.ts";
import { isStreamHandle } from "./native-arguments.ts";

const { getPrototypeOf, prototype: objectPrototype } = Object;
const { apply } = Reflect;
const { isProxy } = types;

/**
 * @param TLSSocket Node's own class, before it is hardened
 * @param nativeContext the handle of a context that nobody else has
 */
export function wrapGenuineHandles(TLSSocket: any, nativeContext: any): void {
  const { _wrapHandle: wrapHandle } = TLSSocket.prototype;
  const { getTicketKeys } = nativeContext;
  if (typeof wrapHandle !== "function" || typeof getTicketKeys !== "function")
    throw new TypeError("This version of Node does not show what TLS is put over");
  TLSSocket.prototype._wrapHandle = named(
    "_wrapHandle",
    wrapHandle.length,
    function (this: object, ...args: unknown[]): unknown {
      const handle = args[1];
      if (handle && !(isObject(handle) && isStreamHandle(handle) && lastingValue(handle, "isStreamBase") === true))
        throw new TypeError("Not the handle of a stream");
      const options = lastingValue(this, "_tlsOptions");
      if (!isObject(options)) throw new TypeError("Not the options of TLS");
      // Asked before the others, by Node too.
      lastingValue(options, "pipe");
      const context = lastingValue(options, "secureContext") || lastingValue(options, "credentials");
      if (context) {
        const native = isObject(context) ? lastingValue(context, "context") : undefined;
        if (!isObject(native) || !isReceiverOf(getTicketKeys, native, [])) throw invalidContext();
      }
      return apply(wrapHandle, this, args);
    },
  );
}

/** As Node's own. */
function invalidContext(): TypeError {
  return Object.assign(new TypeError("context must be a SecureContext"), { code: "ERR_TLS_INVALID_CONTEXT" });
}

/** A property, as nobody's code is run to read it. @throws {TypeError} where some would be */
function lastingValue(object: object, key: string): unknown {
  for (let level: object | null = object; level !== null && level !== objectPrototype; level = getPrototypeOf(level)) {
    const property = isProxy(level) ? {} : getOwnPropertyDescriptor(level, key);
    if (property === undefined) continue;
    if (!("value" in property)) throw new TypeError(`TLS takes no accessor for '${key}'`);
    return property.value;
  }
  return undefined;
}
