import { PassThrough, Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { principalConsole } from "../../src/endowments/console.ts";
import { principalProcess } from "../../src/endowments/process/process.ts";
import { contextOf } from "./principal-context.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";

function setUp(policies: PackagePolicy[] = [{}, {}], stdin: Readable = Readable.from(["typed"])) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const shared = new Map<string, unknown>();
  const members = Object.fromEntries(Object.entries({ stdout, stderr, stdin }).map(([name, value]) => [name, value]));
  const contexts = policies.map((policy) => contextOf(policy, { process: members, shared }));
  for (const context of contexts)
    Object.defineProperty(context.powers, "process", { value: contexts[0]!.powers.process });
  return {
    stdout,
    stderr,
    contexts,
    processes: contexts.map((context) => principalProcess(context) as NodeJS.Process),
    printed: () => {
      let text = "";
      for (let chunk: unknown = stdout.read(); chunk !== null; chunk = stdout.read()) text += String(chunk);
      return text;
    },
  };
}

describe("process.stdout", () => {
  it("passes on at once what is written", () => {
    const { processes, printed } = setUp();
    processes[0]!.stdout.write("a");
    processes[1]!.stdout.write(Buffer.from("b"));
    processes[0]!.stdout.write("Yw==", "base64");
    expect(printed()).toBe("abc");
  });

  // HAZARD: refused by native code alone, it would stop the stream for everybody.
  it("takes nothing for a buffer that only looks like one, and the length of one by what it has", () => {
    const { processes, stdout, printed } = setUp();
    const chunks: unknown[] = [];
    const { write } = stdout;
    stdout.write = ((chunk: unknown, ...rest: []) => (
      chunks.push(chunk),
      Reflect.apply(write, stdout, [chunk, ...rest])
    )) as never;
    const fake = Object.create(Buffer.prototype, { length: { value: 3 }, byteLength: { value: 3 } }) as Buffer;
    for (const one of [fake, new Proxy(Buffer.from("no"), {})])
      expect(() => processes[0]!.stdout.write(one)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }));
    const given = Object.defineProperty(Buffer.from("abc"), "length", { value: Number.NaN });
    processes[0]!.stdout.write(given);
    expect(chunks.at(-1)).not.toBe(given);
    expect((chunks.at(-1) as Buffer).length).toBe(3);
    processes[1]!.stdout.write("!");
    expect(printed()).toBe("abc!");
  });

  it("patching one package's does not show in another's", () => {
    const { processes, printed } = setUp();
    const seen: unknown[] = [];
    processes[0]!.stdout.write = ((chunk: unknown) => seen.push(chunk)) as any;
    expect(() => {
      Object.getPrototypeOf(processes[0]!.stdout).write = () => {};
    }).toThrow(TypeError);
    expect(() => {
      (Writable.prototype as any).write = () => {};
    }).toThrow(TypeError);
    processes[1]!.stdout.write("theirs");
    expect(seen).toEqual([]);
    expect(printed()).toBe("theirs");
  });

  it("leads to no real stream", () => {
    const { processes, stdout } = setUp();
    const seen = new Set<unknown>();
    const queue: unknown[] = [processes[0]!.stdout];
    while (queue.length > 0) {
      const next = queue.pop();
      if (next === null || (typeof next !== "object" && typeof next !== "function") || seen.has(next)) continue;
      seen.add(next);
      queue.push(Object.getPrototypeOf(next));
      for (const key of Reflect.ownKeys(next)) queue.push(Object.getOwnPropertyDescriptor(next, key)!.value);
    }
    expect(seen.has(stdout)).toBe(false);
    expect((processes[0]!.stdout as any)._handle).toBeUndefined();
    expect((processes[0]!.stdout as any).connect).toBeUndefined();
  });

  it("stays open after pipe, pipeline and end", async () => {
    const { processes, printed } = setUp();
    const { stdout } = processes[0]!;
    await pipeline(Readable.from(["one "]), stdout);
    const source = Readable.from(["two "]);
    source.pipe(stdout);
    await finished(source);
    await new Promise<void>((resolve) => stdout.end("three ", resolve));
    stdout.write("four");
    expect(printed()).toBe("one two three four");
  });

  it("calls back when written, and tells of a full pipe", async () => {
    const { processes, stdout } = setUp();
    await new Promise<void>((resolve) => processes[0]!.stdout.write("x", () => resolve()));
    const drained = new Promise<void>((resolve) => processes[0]!.stdout.once("drain", () => resolve()));
    expect(processes[0]!.stdout.write("y".repeat(100_000))).toBe(false);
    stdout.resume();
    await drained;
  });

  it("an error of the real stream reaches whoever listens, and throws where nobody does", () => {
    const { processes, stdout } = setUp();
    processes[0]!.stdout.write("");
    expect(() => stdout.emit("error", new Error("EPIPE"))).toThrow("EPIPE");
    const heard: string[] = [];
    processes[0]!.stdout.on("error", (error) => heard.push(error.message));
    stdout.emit("error", new Error("EPIPE"));
    expect(heard).toEqual(["EPIPE"]);
  });
});

describe("console", () => {
  it("prints as Node's, on the package's own streams", () => {
    const { contexts, stdout, stderr } = setUp();
    const console = principalConsole(contexts[0]!) as Console;
    console.log("%s has %d", "it", 2, { a: [1] });
    console.error("oops");
    console.group();
    console.log("in");
    (principalConsole(contexts[1]!) as Console).log("not in");
    expect(String(stdout.read())).toBe("it has 2 { a: [ 1 ] }\n  in\nnot in\n");
    expect(String(stderr.read())).toBe("oops\n");
  });

  it("patching one package's console does not show in another's", () => {
    const { contexts, printed } = setUp();
    const mine = principalConsole(contexts[0]!) as any;
    const theirs = principalConsole(contexts[1]!) as any;
    mine.log = () => {};
    Object.defineProperty(mine, "info", { value: () => {} });
    expect(() => {
      mine.Console.prototype.warn = () => {};
    }).toThrow(TypeError);
    Object.getPrototypeOf(mine).error = () => {};
    expect(Object.getPrototypeOf(theirs)).not.toHaveProperty("error");
    theirs.log("theirs");
    expect(printed()).toBe("theirs\n");
    expect(mine).not.toBe(theirs);
  });

  it("writes through the package's own process.stdout, patched before or after", () => {
    const { contexts, processes, printed } = setUp();
    const console = principalConsole(contexts[0]!) as any;
    console.log("to the real one");
    const seen: string[] = [];
    processes[0]!.stdout.write = ((chunk: string) => void seen.push(chunk)) as any;
    console.log("to mine");
    (principalConsole(contexts[1]!) as Console).log("theirs");
    expect(seen).toEqual(["to mine\n"]);
    expect(printed()).toBe("to the real one\ntheirs\n");
    expect(console._stdout).toBe(processes[0]!.stdout);
    console._stdout = {
      write: (chunk: string) => void seen.push(`other ${chunk}`),
      listenerCount: () => 1,
      removeListener() {},
    };
    console.log("x");
    expect(seen.at(-1)).toBe("other x\n");
    expect(console).toBeInstanceOf(console.Console);
  });

  it("ignores errors of what it writes, as Node's does, and no others", () => {
    const { contexts, stdout } = setUp();
    const failed = new Error("EPIPE");
    stdout.write = ((_chunk: unknown, _encoding: unknown, callback: (error: Error) => void) => {
      callback(failed);
      stdout.emit("error", failed);
    }) as any;
    expect(() => (principalConsole(contexts[0]!) as Console).log("x")).not.toThrow();
    expect(() => stdout.emit("error", failed)).not.toThrow();
    expect(() => stdout.emit("error", new Error("another"))).toThrow("another");
  });

  it("shares nothing with another's that is not hardened", () => {
    const { contexts } = setUp();
    const reached = (console: object): Set<unknown> => {
      const seen = new Set<unknown>();
      const queue: unknown[] = [console];
      while (queue.length > 0) {
        const next = queue.pop();
        if (next === null || (typeof next !== "object" && typeof next !== "function") || seen.has(next)) continue;
        // Nothing of the language's, which lockdown sees to.
        if (next === Object.prototype || next === Function.prototype) continue;
        seen.add(next);
        queue.push(Object.getPrototypeOf(next));
        for (const key of Reflect.ownKeys(next)) {
          const descriptor = Object.getOwnPropertyDescriptor(next, key)!;
          queue.push(descriptor.value, descriptor.get, descriptor.set);
        }
      }
      return seen;
    };
    const [mine, theirs] = contexts.map((context) => reached(principalConsole(context)));
    expect([...mine!].filter((value) => theirs!.has(value)).filter((value) => !Object.isFrozen(value))).toEqual([]);
  });
});

describe("process.stdin", () => {
  it("is at its end without a grant, and the real one is not read", async () => {
    const real = Readable.from(["typed"]);
    const { processes, contexts } = setUp([{}], real);
    let text = "";
    for await (const chunk of processes[0]!.stdin) text += chunk;
    expect(text).toBe("");
    expect(real.readableFlowing).toBe(null);
    expect(contexts[0]!.denials).toEqual([expect.objectContaining({ target: "stdin" })]);
  });

  it("lets a test pretend to be a terminal, for its own package", () => {
    const { processes } = setUp();
    processes[0]!.stdin.isTTY = true;
    processes[0]!.stdout.isTTY = true;
    expect([processes[0]!.stdin.isTTY, processes[0]!.stdout.isTTY]).toEqual([true, true]);
    expect(Object.hasOwn(processes[1]!.stdin, "isTTY")).toBe(false);
  });

  it("reads where it is granted", async () => {
    const { processes } = setUp(
      [{ builtins: { process: ["stdin"] } }],
      Readable.from([Buffer.from("typed "), Buffer.from("text")]),
    );
    let text = "";
    for await (const chunk of processes[0]!.stdin.setEncoding("utf8")) text += chunk;
    expect(text).toBe("typed text");
  });

  it("paused by whoever got an answer, it leaves the real one alone until it is read again", async () => {
    const real = new PassThrough();
    const { stdin } = setUp([{ builtins: { process: ["stdin"] } }], real).processes[0]!;
    const heard: string[] = [];
    stdin.on("data", (chunk) => {
      heard.push(String(chunk));
      stdin.pause();
    });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    for (const answer of ["one", "two"]) {
      stdin.resume();
      await settled();
      expect(real.isPaused()).toBe(false);
      real.write(answer);
      await settled();
      expect(heard.at(-1)).toBe(answer);
      // A terminal that is read keeps the process alive.
      expect(real.isPaused()).toBe(true);
    }
    real.write("three");
    await settled();
    expect(stdin.read()).toBe(null);
    await settled();
    expect(String(stdin.read())).toBe("three");
    expect(heard.slice(0, 2)).toEqual(["one", "two"]);
  });
});

describe("what the application puts in place of its own", () => {
  function withApplication() {
    const all = setUp([{}, {}, {}]);
    const [application, one, other] = all.contexts.map((context, index) =>
      index === 0 ? { ...context, principal: { ...context.principal, trusted: true } } : context,
    );
    return { ...all, application: application!, one: one!, other: other! };
  }

  it("is a method of console: packages speak through it, and get nothing from it", () => {
    const { application, one, other, printed } = withApplication();
    const [mine, theirs] = [principalConsole(application), principalConsole(one)] as Record<string, any>[];
    const seen: unknown[] = [];
    const { log } = mine!;
    mine!.log = function (this: unknown, ...args: unknown[]) {
      seen.push(this === mine, ...args);
      return mine;
    };
    expect(theirs!.log("a", 1)).toBeUndefined();
    expect(seen).toEqual([true, "a", 1]);
    theirs!.log = () => seen.push("their own");
    theirs!.log();
    (principalConsole(other) as Console).warn("plain");
    mine!.log = log;
    (principalConsole(other) as Console).log("restored");
    expect(seen).toEqual([true, "a", 1, "their own"]);
    expect(printed()).toBe("restored\n");
  });

  it("gets the text of what packages print, and none of their objects: another package may have put it there", () => {
    const { application, one } = withApplication();
    const [handed, theirs] = [principalConsole(application), principalConsole(one)] as Record<string, any>[];
    const seen: unknown[] = [];
    for (const name of ["log", "dir", "error"]) handed![name] = (...args: unknown[]) => seen.push(...args);
    const state = { token: () => "secret" };
    theirs!.log("a", 1, state, null);
    theirs!.log("%o of %s", state, "b");
    theirs!.dir(state);
    theirs!.error(Object.assign(new Error("failed"), { stack: "Error: failed" }), state.token);
    expect(seen).toEqual([
      "a",
      1,
      "{ token: [Function: token] }",
      null,
      expect.stringMatching(/^\{ token:.* of b$/s),
      "{ token: [Function: token] }",
      "[Error: failed]",
      "[Function: token]",
    ]);
  });

  it("is process.stdout.write: it takes what packages print, and no package's does", () => {
    const { application, one, other, printed } = withApplication();
    const streams = [application, one, other].map((context) => (principalProcess(context) as NodeJS.Process).stdout);
    const seen: string[] = [];
    streams[1]!.write = () => true;
    streams[0]!.write = ((chunk: string) => seen.push(chunk)) as never;
    streams[2]!.write("a");
    const memory = Buffer.from("[b]");
    streams[2]!.write(memory.subarray(1, 2));
    const given = seen.pop() as unknown as Buffer;
    expect([String(given), given.buffer === memory.buffer]).toEqual(["b", false]);
    (principalConsole(other) as Console).log("b");
    delete (streams[0] as { write?: unknown }).write;
    streams[2]!.write("c");
    expect(seen).toEqual(["a", "b\n"]);
    expect(printed()).toBe("c");
  });
});
