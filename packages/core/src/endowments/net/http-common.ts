import type { MemberTable } from "../member-table.ts";
import { facadeFromTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { withoutDeprecations } from "../without-deprecations.ts";

/** What `_http_common` has on Node 20, 22, 24 and 26. */
export const HTTP_COMMON_MEMBERS: MemberTable = {
  _checkInvalidHeaderChar: ["pass", "computes"],
  _checkIsHttpToken: ["pass", "computes"],
  chunkExpression: ["absent", "an object of Node's own"],
  continueExpression: ["absent", "an object of Node's own"],
  CRLF: ["pass", "text"],
  freeParser: ["absent", "an internal of Node's clients"],
  methods: ["own", "a copy"],
  parsers: ["absent", "parsers for anybody's next connection"],
  kIncomingMessage: ["absent", "where Node's parsers keep a request"],
  HTTPParser: ["own", "reads requests and answers in what it is given"],
  isLenient: ["absent", "a setting of the process"],
  calculateLenientFlags: ["absent", "an internal of Node's clients"],
  prepareError: ["absent", "an internal of Node's clients"],
  kSkipPendingData: ["absent", "an internal of Node's clients"],
};

/**
 * `_http_common`, an internal module that mocks of the network load for its parser: by that they read what a client
 * writes to the socket that they gave it.
 */
export const makeHttpCommon: BuiltinFactory = (context) => {
  const { process, builtin } = context.powers;
  const { HTTPParser, methods } = withoutDeprecations(process, () => builtin("_http_common"));
  return facadeFromTable(context, "_http_common", HTTP_COMMON_MEMBERS, {
    methods: [...methods],
    HTTPParser: parserClass(HTTPParser),
  });
};

interface NativeParser {
  initialize(type: number, resource: object, ...settings: unknown[]): void;
  execute(bytes: Uint8Array): unknown;
  finish(): unknown;
  close(): void;
  [callback: number]: unknown;
}

/**
 * A parser over one of Node's that nobody else sees, and whose callbacks are properties of numbered names as on Node's.
 *
 * HAZARD: Node's ends the process where it is asked in the wrong order or handed no bytes, reads its memory after it
 * was closed by one of its callbacks, keeps the address of the bytes while these run, and takes a handle to read from.
 */
function parserClass(Native: any): unknown {
  const callbacks: readonly number[] = Object.keys(Native).flatMap((key) =>
    key.startsWith("kOn") && key !== "kOnExecute" && key !== "kOnTimeout" ? [Native[key]] : [],
  );
  class HTTPParser {
    #native: NativeParser | undefined;
    #isRunning = false;

    initialize(type: unknown, _resource?: unknown, maxHeaderSize: unknown = 0, lenient: unknown = 0): void {
      if (type !== Native.REQUEST && type !== Native.RESPONSE) throw new TypeError("Not a kind of parser");
      const kind = type as number;
      this.#end();
      const native: NativeParser = new Native();
      native.initialize(kind, {}, Number(maxHeaderSize) >>> 0, Number(lenient) >>> 0);
      for (const key of callbacks) {
        native[key] = (...args: unknown[]): unknown => {
          const callback = (this as unknown as Record<number, unknown>)[key];
          return typeof callback === "function" ? Reflect.apply(callback, this, args) : 0;
        };
      }
      this.#native = native;
    }
    execute(bytes: unknown): unknown {
      if (!ArrayBuffer.isView(bytes)) throw new TypeError("A parser reads bytes");
      const copy = new Uint8Array(bytes.byteLength);
      copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return this.#run((native) => native.execute(copy));
    }
    finish(): unknown {
      return this.#run((native) => native.finish());
    }
    close(): void {
      this.#end();
    }
    free(): void {
      this.#end();
    }
    remove(): void {}
    unconsume(): void {}

    #run(work: (native: NativeParser) => unknown): unknown {
      const native = this.#native;
      if (native === undefined || this.#isRunning) throw new TypeError("The parser is not ready");
      this.#isRunning = true;
      try {
        return work(native);
      } finally {
        this.#isRunning = false;
        if (this.#native !== native) native.close();
      }
    }
    /** While it runs it is closed once it has come back. */
    #end(): void {
      const native = this.#native;
      this.#native = undefined;
      if (!this.#isRunning) native?.close();
    }
  }
  for (const key of Object.keys(Native))
    if (typeof Native[key] === "number")
      Object.defineProperty(HTTPParser, key, {
        value: Native[key],
        enumerable: true,
        writable: true,
        configurable: true,
      });
  return HTTPParser;
}
