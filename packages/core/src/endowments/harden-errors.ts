/**
 * Classes of errors that no module exports, and that only an error shows.
 *
 * HAZARD: who has one error could put a setter on its prototype, or another parent behind its class, which `super(…)`
 * then calls: either is given everybody's errors as they are made, with the hosts, names and answers in them.
 * So one of each is made as soon as a package could come by another.
 */
import { types } from "node:util";
import { hardenNodeObject } from "./harden-node.ts";
import { withoutDeprecations } from "./net/without-deprecations.ts";
import type { Powers } from "./principal.ts";

const { getPrototypeOf } = Object;
const { isNativeError, isProxy } = types;

/** Hardens the class of an error of Node's own making: to be asked of no error that a package may have made. */
export function hardenClassOfError(error: unknown): void {
  if (!isProxy(error) && isNativeError(error)) hardenNodeObject(getPrototypeOf(error));
}

/** Beyond every table of descriptors and processes. */
const NO_NUMBER = 2 ** 30;
/** Longer than any host's: Node refuses it without a question to anybody. */
export const NO_HOST = "x".repeat(300);

/** Makes errors, one or several, and throws them, returns them, or is told of them in the next tick: before others are of theirs. */
type Maker = (powers: Powers, told: (error: unknown) => void) => unknown;

const signalOfNobody = { aborted: true, addEventListener() {}, removeEventListener() {} };

/** What everybody comes by: through signals, listeners, and what the application hands over. */
const BASICS: readonly Maker[] = [
  ({ builtin }) => builtin("events").on(new (builtin("events").EventEmitter)(), "x", { signal: signalOfNobody }),
  ({ builtin }) => new (builtin("events").EventEmitter)().emit("error", "x"),
  ({ builtin, process }) => withoutDeprecations(process, () => builtin("util")._errnoException(-1, "x")),
  ({ builtin, process }) => withoutDeprecations(process, () => builtin("util")._exceptionWithHostPort(-1, "x", "x", 1)),
];

/** By what leads to them: builtins, and what several of them do. */
const MAKERS: Readonly<Record<string, readonly Maker[]>> = {
  basics: BASICS,
  dgram: [failedSocketOption],
  dns: [({ builtin }, told) => builtin("dns").lookup(NO_HOST, told)],
  fs: [({ builtin }) => builtin("fs").fsyncSync(NO_NUMBER)],
  "fs.watch": [({ builtin }) => builtin("fs").watch("/moat/none/none")],
  listening: [({ builtin }, told) => new (builtin("net").Server)().on("error", told)._listen2(null, -1, -1, 0, NO_NUMBER, 0)],
  os: [({ builtin }) => builtin("os").getPriority(NO_NUMBER)],
  tls: [({ builtin }) => builtin("tls").checkServerIdentity("x", { subject: { CN: "y" } })],
  util: [({ builtin }, told) => builtin("util").callbackify(() => Promise.reject(null))(told)],
};

function failedSocketOption({ builtin }: Powers): void {
  const socket = builtin("dgram").createSocket("udp4");
  try {
    socket.getSendBufferSize();
  } finally {
    socket.close();
  }
}

const done = new WeakMap<Powers, Set<string>>();

/** Hardens the classes of errors that something leads to, once for the realm; nothing, where there are none. */
export function hardenErrorsOf(powers: Powers, what: string): void {
  if (!Object.hasOwn(MAKERS, what)) return;
  const known = done.get(powers) ?? new Set();
  done.set(powers, known);
  if (known.has(what)) return;
  known.add(what);
  for (const make of MAKERS[what]!) {
    try {
      hardenClassOfError(make(powers, hardenClassOfError));
    } catch (error) {
      hardenClassOfError(error);
    }
  }
}

const TWO_ADDRESSES = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Those of connections to names: of one that has no right address, and of one that has several and reaches none.
 * @param connect of sockets, under which nothing that nobody was granted leaves
 */
export function hardenErrorsOfConnecting(powers: Powers, connect: Function): void {
  const { Socket } = powers.builtin("net");
  for (const [autoSelectFamily, ...answer] of [[true, TWO_ADDRESSES], [false, "127.0.0.1", 9]]) {
    const lookup = (_name: string, _options: object, found: Function) => found(null, ...answer);
    const socket = new Socket().on("error", hardenClassOfError);
    Reflect.apply(connect, socket, [{ host: "moat.invalid", port: 1, autoSelectFamily, lookup }]);
  }
  hardenErrorsOf(powers, "dns");
}
