import { expect, test } from "vitest";
import { testPackage } from "./net-context.ts";

const { HTTPParser, methods } = testPackage({}).builtin("_http_common") as any;

function parser(kind: number): { parser: any; heard: unknown[] } {
  const heard: unknown[] = [];
  const made = new HTTPParser();
  made.initialize(kind, {});
  made[HTTPParser.kOnHeadersComplete] = (...args: unknown[]) => void heard.push(args[3] ?? args[6]);
  made[HTTPParser.kOnBody] = (bytes: Buffer) => void heard.push(String(bytes));
  made[HTTPParser.kOnMessageComplete] = () => void heard.push("end");
  return { parser: made, heard };
}

test("a parser reads requests and answers, in pieces", () => {
  const request = parser(HTTPParser.REQUEST);
  const text = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  request.parser.execute(Buffer.from(text.slice(0, 10)));
  request.parser.execute(Buffer.from(text.slice(10)));
  expect(request.heard).toEqual([methods.indexOf("POST"), "hi", "end"]);
  const answer = parser(HTTPParser.RESPONSE);
  answer.parser.execute(Buffer.from("HTTP/1.1 200 Fine\r\n\r\nbody"));
  expect(answer.parser.finish()).toBeUndefined();
  expect(answer.heard).toEqual(["Fine", "body", "end"]);
  expect(parser(HTTPParser.REQUEST).parser.execute(Buffer.from("no HTTP\r\n\r\n"))).toMatchObject({
    code: expect.stringMatching(/^HPE_/),
  });
});

test("what would end the process, or read memory that is gone, is refused", () => {
  expect(() => new HTTPParser().execute(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toThrow(TypeError);
  expect(() => new HTTPParser().finish()).toThrow(TypeError);
  for (const kind of [0, 3, "1", undefined, {}]) expect(() => new HTTPParser().initialize(kind, {})).toThrow(TypeError);
  const { parser: made } = parser(HTTPParser.REQUEST);
  for (const bytes of [undefined, "GET", 1, {}, new ArrayBuffer(4)])
    expect(() => made.execute(bytes)).toThrow(TypeError);
  made.close();
  expect(() => made.execute(Buffer.from("x"))).toThrow(TypeError);
});

test("callbacks may close it, start anew, and give its bytes away", () => {
  for (const act of ["close", "free", "initialize"]) {
    const { parser: made, heard } = parser(HTTPParser.REQUEST);
    const bytes = new Uint8Array(Buffer.from("POST /x HTTP/1.1\r\nContent-Length: 4096\r\n\r\n" + "a".repeat(4096)));
    made[HTTPParser.kOnHeadersComplete] = () => {
      expect(() => made.execute(Buffer.from("x"))).toThrow(TypeError);
      structuredClone(bytes, { transfer: [bytes.buffer] });
      made[act](HTTPParser.RESPONSE, {});
    };
    made.execute(bytes);
    expect(heard).toEqual(["a".repeat(4096), "end"]);
  }
});

test("nothing of Node's own parsers is within reach", () => {
  const { parser: made } = parser(HTTPParser.REQUEST);
  const real = process.getBuiltinModule("_http_common") as any;
  const receivers: unknown[] = [];
  made[HTTPParser.kOnHeadersComplete] = function (this: unknown) {
    receivers.push(this);
  };
  made.execute(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  expect(receivers[0]).toBe(made);
  expect(made).not.toBeInstanceOf(real.HTTPParser);
  expect(methods).not.toBe(real.methods);
  for (const name of ["consume", "getCurrentBuffer", "pause", "resume"]) expect(made[name]).toBeUndefined();
});
