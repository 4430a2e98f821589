import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { takingNoAddress, TAKING_KEYS } from "../../src/endowments/private-keys.ts";
import { contextOf } from "./principal-context.ts";

const url = new URL("file:///home/user/server.key");
const denied = expect.objectContaining({ code: "ERR_ACCESS_DENIED" });
const asKey = (name: string, key: unknown): unknown[] =>
  name === "diffieHellman"
    ? [{ publicKey: "", privateKey: key }]
    : ["", "", key].slice(/^(?:sign|verify)$/.test(name) ? 0 : name.startsWith("hkdf") ? 1 : 2);

/** Its parameters have been changed, and their text is asked for where the URL's own is: once. */
const withOddParameters = (): URL => {
  const odd = new URL(url);
  odd.searchParams.append("a", "b");
  odd.searchParams.toString = () => {
    throw new TypeError("no URL");
  };
  return odd;
};

const ADDRESSES: readonly (readonly [how: string, make: () => unknown])[] = [
  ["a URL", () => url],
  ["one whose text can't be had", withOddParameters],
  ["such a one in options", () => ({ key: withOddParameters() })],
  ["an heir's", () => new (class extends URL {})(url)],
  ["in options", () => ({ key: url, format: "pem" })],
  ["in inherited options", () => Object.create({ key: url })],
  ["in options of a class", () => new (class { get key(): unknown { return url; } })()], // prettier-ignore
  ["hidden in options", () => Object.defineProperty({}, "key", { value: url })],
];

it.each(TAKING_KEYS.flatMap((name) => ADDRESSES.map(([how, make]) => [name, how, make] as const)))(
  "%s of a package takes no key by its address: %s",
  (name, _how, make) => {
    let called = 0;
    const context = contextOf({ builtins: { crypto: true } });
    const member = takingNoAddress(context, name, () => (called += 1));
    expect(() => member(...asKey(name, make()))).toThrow(denied);
    expect(context.denials[0]).toMatchObject({ capability: "builtin", target: `crypto.${name} of a URL`, never: true });
    expect(called).toBe(0);
    const handed = (context.builtin("crypto") as any)[name] ?? member;
    expect(() => handed(...asKey(name, make()))).toThrow(denied);
  },
);

it("what was looked at is what Node gets", () => {
  let asked = 0;
  let given: any;
  const sign = takingNoAddress(contextOf({}), "sign", (...args: unknown[]) => void (given = args[2]));
  sign("sha256", "", { get key() { return asked++ === 0 ? "text" : url; }, padding: 1 }); // prettier-ignore
  expect([given.key, given.key, given.padding, asked]).toEqual(["text", "text", 1, 1]);
  sign("sha256", "", new Proxy({}, { get: (_target, name) => (name === "key" ? url : undefined), has: () => false }));
  expect(given.key).toBeUndefined();
  const key = new (class {
    kty = "oct";
    get k(): string { return "a"; } // prettier-ignore
  })();
  sign("sha256", "", { key, format: "jwk" });
  expect(given.key).not.toBe(key);
  expect(given.key).toMatchObject({ kty: "oct", k: "a" });
});

it("keys, bytes, texts and their options are taken as by Node", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const crypto: any = contextOf({ builtins: { crypto: true } }).builtin("crypto");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  const options = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 };
  for (const key of [privateKey, pem, Buffer.from(pem)]) {
    const signature = crypto.sign("sha256", Buffer.from("x"), { key, ...options });
    expect(crypto.verify("sha256", Buffer.from("x"), { key: publicKey, ...options }, signature)).toBe(true);
    expect(crypto.privateDecrypt(key, crypto.publicEncrypt(publicKey, Buffer.from("x"))).toString()).toBe("x");
  }
  const jwk = privateKey.export({ format: "jwk" });
  expect(crypto.createPrivateKey({ key: jwk, format: "jwk" }).equals(createPrivateKey(pem))).toBe(true);
});
