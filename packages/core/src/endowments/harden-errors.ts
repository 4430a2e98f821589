/**
 * Classes of errors that no module exports, and that only an error shows.
 *
 * HAZARD: who has one error could put a setter on its prototype, or another parent behind its class, which `super(…)`
 * then calls: either is given everybody's errors as they are made, with the hosts, names and answers in them.
 * So one of each is made as soon as a package could come by another.
 */
import { types } from "node:util";
import { hardenNodeObject } from "./harden-node.ts";
import { withoutDeprecations } from "./without-deprecations.ts";
import type { Powers } from "./principal.ts";
import { ticksAtOnce } from "./ticks-at-once.ts";
import { assertAnswer } from "../errors/assert-answer.ts";
import { assertStackRoom } from "../stack-room.ts";

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

/**
 * Makes errors, one or several, and throws them, returns them, or is told of them in the next tick, which then is this one.
 * HAZARD: not later. Others ask for theirs in this turn, and another function may throw what one tells of (`dns.reverse`).
 */
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
  listening: [
    ({ builtin }, told) => new (builtin("net").Server)().on("error", told)._listen2(null, -1, -1, 0, NO_NUMBER, 0),
  ],
  os: [({ builtin }) => builtin("os").getPriority(NO_NUMBER)],
  // Of an address that is none of version 6: to find that out V8 compiles an expression for 3 ms.
  tls: [({ builtin }) => builtin("tls").checkServerIdentity("127.0.0.1", { subject: { CN: "y" } })],
  util: [
    ({ builtin }, told) =>
      // oxlint-disable-next-line unicorn/no-thenable -- a promise would take a microtask to reject.
      builtin("util").callbackify(() => ({ then: (_kept: unknown, failed: Function) => failed(null) }))(told),
  ],
};

function failedSocketOption({ builtin }: Powers): void {
  const socket = builtin("dgram").createSocket("udp4");
  try {
    socket.getSendBufferSize();
  } finally {
    socket.close();
  }
}

const done = new Set<string>();

/**
 * Hardens the classes of errors that something leads to, once; nothing, where there are none.
 * @throws for want of stack, or of files that can be open: then it is done at the next call
 */
export function hardenErrorsOf(powers: Powers, what: string): void {
  if (done.has(what) || !Object.hasOwn(MAKERS, what)) return;
  assertStackRoom();
  for (const make of MAKERS[what]!) {
    try {
      hardenClassOfError(ticksAtOnce(powers.process, () => make(powers, hardenClassOfError)));
    } catch (error) {
      assertAnswer(error);
      hardenClassOfError(error);
    }
  }
  done.add(what);
}

const TWO_ADDRESSES = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Those of connections to names: of one that has no right address, and of one that has several and reaches none.
 * @param connect of sockets, under which nothing that nobody was granted leaves
 * @throws {RangeError} for want of stack
 */
export function hardenErrorsOfConnecting(powers: Powers, connect: Function): void {
  assertStackRoom();
  const { Socket } = powers.builtin("net");
  for (const [autoSelectFamily, ...answer] of [
    [true, TWO_ADDRESSES],
    [false, "127.0.0.1", 9],
  ]) {
    const lookup = (_name: string, _options: object, found: Function) => found(null, ...answer);
    const socket = new Socket().on("error", hardenClassOfError);
    Reflect.apply(connect, socket, [{ host: "moat.invalid", port: 1, autoSelectFamily, lookup }]);
    // What a socket fails by, it shows before it tells.
    hardenClassOfError(socket.errored);
  }
  hardenErrorsOf(powers, "dns");
}
