import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { CERTIFICATE } from "../../packages/core/src/endowments/sample-certificate.ts";
import { attack, NOTHING } from "./hostile-package.ts";

const grants = {
  builtins: { crypto: true, zlib: true, perf_hooks: true, buffer: true },
  globals: ["Buffer", "TextDecoder", "MessageChannel", "Blob"],
};

/** Has a handle taken for another one's; what is refused is well, and what does not show as such is told. */
const take = (expression: string) => `
  const crypto = require("crypto"), zlib = require("zlib"), { getPrototypeOf, setPrototypeOf } = Object;
  const symbol = (object, name) => Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
  const handle = (object) => object[symbol(object, "kHandle")];
  const foreign = (like) => { const { _handle } = zlib.createGzip(); return like ? setPrototypeOf(_handle, getPrototypeOf(like)) : _handle };
  const hash = crypto.createHash("sha256"), hmac = crypto.createHmac("sha256", "x"), key = crypto.createSecretKey(Buffer.alloc(32));
  const certificate = () => new crypto.X509Certificate(${JSON.stringify(CERTIFICATE)});
  const cipher = () => crypto.createCipheriv("aes-256-cbc", Buffer.alloc(32), Buffer.alloc(16));
  // What Node gives the native handle for a key.
  const handleOfKey = () => { let given; const name = symbol(hmac, "kHandle"); class Forged extends crypto.Hmac {}
    Object.defineProperty(Forged.prototype, name, { set() {}, get: () => ({ init: (_name, key) => { given = key } }) });
    Reflect.construct(crypto.Hmac, ["sha256", key], Forged); return given };
  let outcome; try { outcome = ${expression} } catch (error) { return "refused: " + error.message }
  return outcome === "does not apply" ? "refused: it does not apply" : "taken for the other";`;

test("no native function takes a handle for one of another class", async () => {
  const damage = await attack({
    grants,
    techniques: {
      "a constructor of hashes": take("new (handle(hash).constructor)(foreign())"),
      "a constructor of hashes, by a prototype": take("new (handle(hash).constructor)(foreign(handle(hash)))"),
      "a constructor of ciphers": take(
        `new (handle(cipher()).constructor)(true, "aes-256-cbc", foreign(), Buffer.alloc(16), 16)`,
      ),
      "a constructor of what all are": take("new (getPrototypeOf(getPrototypeOf(foreign())).constructor)(foreign())"),
      "a copy": take(`(hash[symbol(hash, "kHandle")] = foreign(handle(hash)), hash.copy())`),
      "a copy, made by hand": take("new crypto.Hash(foreign(handle(hash)))"),
      "a copy of another class": take(
        "new crypto.Hash(setPrototypeOf(new MessageChannel().port1, getPrototypeOf(handle(hash))))",
      ),
      "a key": take(`new crypto.KeyObject("secret", foreign(handleOfKey()))`),
      "a key of a class of Node's": take(`new key.constructor(foreign(handleOfKey()))`),
      "the class below keys": take("new (getPrototypeOf(crypto.KeyObject))(foreign())"),
      "the class below keys, by an heir": take(
        "Reflect.construct(getPrototypeOf(crypto.KeyObject), [foreign()], Object)",
      ),
      "the handle of a key": take("new (handleOfKey().constructor)()"),
      "a key to compare with": take("handleOfKey().equals(foreign())"),
      "a key of an Hmac": take(`handle(hmac).init("sha256", foreign())`),
      "a key to sign with": take(`handle(crypto.createSign("sha256")).sign(foreign())`),
      "a key to verify with": take(
        `handle(crypto.createVerify("sha256")).verify(foreign(), undefined, undefined, undefined, Buffer.alloc(1))`,
      ),
      "a key to encrypt with": take(
        `handle(cipher()).initiv ? handle(cipher()).initiv("aes-256-cbc", foreign(), Buffer.alloc(16), 16) : "does not apply"`,
      ),
      "a key of a certificate": take(
        `handle(certificate()) ? handle(certificate()).verify(foreign()) : "does not apply"`,
      ),
      ...Object.fromEntries(
        ["ksTest", "cohensD", "cliffsD", "mannWhitneyTest", "welchTest"].map((name) => [
          `a histogram for ${name}`,
          take(
            `(({ createHistogram }, name) => { const own = handle(createHistogram()); return own[name] ? own[name](foreign(), 0.95) : "does not apply" })(require("perf_hooks"), "${name}")`,
          ),
        ]),
      ),
      "a private key of a certificate": take(
        `handle(certificate()) ? handle(certificate()).checkPrivateKey(foreign()) : "does not apply"`,
      ),
    },
  });
  expect(damage).toMatchObject(NOTHING);
  const REFUSED =
    /^refused: (?:Illegal constructor|Not the handle of a (?:key|histogram)|it does not apply|The "algorithm" argument must be of type string)/;
  expect(Object.entries(damage.outcomes).filter(([, outcome]) => !REFUSED.test(outcome))).toEqual([]);
  expect(Object.keys(damage.outcomes)).toHaveLength(24);
});

/** Takes a decoder whose converter is another handle; what it decodes is what it would have decoded. */
const decode = (replace: string, read = `decoder.decode(bytes)`) => `
  const zlib = require("zlib"), bytes = Buffer.from("hi", "utf16le");
  const decoder = new TextDecoder("utf-16le"), converter = Object.getOwnPropertySymbols(decoder).find(({ description }) => description === "handle");
  ${replace};
  try { return ${read} } catch (error) { return "refused: " + error.code }`;

test("a TextDecoder has the converter that it was made with", async () => {
  const damage = await attack({
    grants,
    techniques: {
      replaced: decode("decoder[converter] = zlib.createGzip()._handle"),
      "later, of the same class": decode(
        "const { _handle } = zlib.createGzip(); Object.setPrototypeOf(_handle, Object.getPrototypeOf(decoder[converter])); decoder.decode(bytes); decoder[converter] = _handle",
      ),
      "in parts": decode(
        "decoder[converter] = zlib.createGzip()._handle",
        `decoder.decode(bytes.subarray(0, 3), { stream: true }) + decoder.decode(bytes.subarray(3))`,
      ),
      "of an heir": decode(
        "const heir = Object.create(decoder, { [converter]: { value: zlib.createGzip()._handle } })",
        "heir.decode(bytes)",
      ),
      "of none": decode("", "decoder.decode.call({ [converter]: zlib.createGzip()._handle }, bytes)"),
    },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.outcomes).toEqual({
    replaced: "hi",
    "later, of the same class": "hi",
    "in parts": "hi",
    "of an heir": "hi",
    "of none": "refused: ERR_INVALID_THIS",
  });
});

test("decoders decode as in Node", async () => {
  const damage = await attack({
    techniques: {
      all: `const bytes = (text) => new TextEncoder().encode(text), outcome = (run) => { try { return run() } catch (error) { return error.code } };
        const parts = new TextDecoder(), others = new TextDecoder(), euro = bytes("€"), strict = new TextDecoder("utf-8", { fatal: true }), japanese = new TextDecoder("shift_jis");
        class Heir extends TextDecoder { decode(...args) { return super.decode(...args) + "!" } }
        return JSON.stringify([
          parts.decode(euro.subarray(0, 2), { stream: true }), others.decode(euro), parts.decode(euro.subarray(2), { stream: true }), parts.decode(), parts.decode(euro),
          outcome(() => strict.decode(euro.subarray(1))), strict.decode(euro), outcome(() => strict.decode(euro.subarray(1))), new TextDecoder().decode(euro.subarray(1)),
          japanese.decode(new Uint8Array([0x83]), { stream: true }) + japanese.decode(new Uint8Array([0x65])), new Heir().decode(euro),
          new TextDecoder().decode(bytes("\ufeffx")), new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes("\ufeffx")).length,
          outcome(() => TextDecoder.prototype.decode.call({}, euro)), outcome(() => new TextDecoder().decode("x")), new TextDecoder().decode(), new TextDecoder("latin1").decode(new Uint8Array([0xe9])),
          TextDecoder.prototype.decode.name, TextDecoder.prototype.decode.length ]);`,
    },
    grants: { globals: ["TextDecoder", "TextEncoder"] },
  });
  expect(damage.outcomes["all"]).toBe(
    JSON.stringify([
      ...["", "€", "€", "", "€", "ERR_ENCODING_INVALID_ENCODED_DATA", "€", "ERR_ENCODING_INVALID_ENCODED_DATA", "��"],
      ...["テ", "€!", "x", 2, "ERR_INVALID_THIS", "ERR_INVALID_ARG_TYPE", "", "é", "decode", 0],
    ]),
  );
});

test("the class of the handles of keys, which no property shows, is nobody's to change", async () => {
  const damage = await attack({
    before: `globalThis.crypto ??= require("crypto").webcrypto; const key = require("crypto").createSecretKey(Buffer.from(process.env.SECRET)); globalThis.given = { use: () => key.export() };`,
    grants: { builtins: { crypto: ["createHmac", "createSecretKey", "Hmac"] }, globals: ["Buffer"], shares: ["given"] },
    techniques: {
      replaced: take(
        "Object.defineProperty(getPrototypeOf(handleOfKey()), `export`, { value: function () { return `mine` } }) && `changed`",
      )
        .replace('zlib = require("zlib"), ', "")
        .replace('crypto.createHash("sha256")', "0"),
    },
    aftermath: `assert(String(given.use()) === process.env.SECRET, "keys export something else")`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("what takes handles takes its own", async () => {
  expect(new X509Certificate(CERTIFICATE).ca).toBe(true);
  const damage = await attack({
    techniques: {
      all: `const crypto = require("crypto"), key = crypto.createSecretKey(Buffer.alloc(32));
        const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519"), rsa = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 });
        const hash = crypto.createHash("sha256").update("x"), certificate = new crypto.X509Certificate(${JSON.stringify(CERTIFICATE)});
        const signature = crypto.createSign("sha256").update("x").sign(rsa.privateKey);
        const clone = structuredClone(key);
        const histograms = () => { const { createHistogram, monitorEventLoopDelay } = require("perf_hooks"), [one, other] = [createHistogram(), createHistogram()];
          for (let value = 1; value < 9; value++) { one.record(value); other.record(value) }
          if (one.ksTest) { one.ksTest(other); one.cohensD(monitorEventLoopDelay()) }
          return one.count === undefined ? 8 : one.count };
        return JSON.stringify([
          hash.copy().digest("hex") === hash.digest("hex"), crypto.createHmac("sha256", key).update("x").digest("hex").length,
          crypto.createVerify("sha256").update("x").verify(rsa.publicKey, signature), key.equals(clone), clone instanceof crypto.KeyObject,
          crypto.createCipheriv("aes-256-cbc", key, Buffer.alloc(16)).update("x".repeat(16), "utf8", "hex").length,
          crypto.createPublicKey(privateKey).equals(publicKey), certificate.verify(certificate.publicKey), certificate.verify(publicKey),
          certificate.checkPrivateKey(privateKey), key.type, crypto.KeyObject.from(await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"])).type,
          hash instanceof crypto.Hash, new MessageChannel().port1.constructor.name, histograms() ]);`,
    },
    grants: { ...grants, globals: [...grants.globals, "structuredClone"] },
  });
  expect(damage.outcomes["all"]).toBe(
    JSON.stringify([
      true,
      64,
      true,
      true,
      true,
      32,
      true,
      true,
      false,
      false,
      "secret",
      "secret",
      true,
      "MessagePort",
      8,
    ]),
  );
});

test("JSON Web Keys are keys, and a handle in the place of one is none", async () => {
  const damage = await attack({
    techniques: {
      all: `const crypto = require("crypto"), { subtle } = crypto, seen = [];
        for (const [type, options, hash, name] of [["ec", { namedCurve: "P-256" }, "sha256", { name: "ECDSA", namedCurve: "P-256" }], ["ed25519", {}, null, { name: "Ed25519" }]]) {
          const pair = crypto.generateKeyPairSync(type, options), data = Buffer.from("data");
          const [key, open] = ["privateKey", "publicKey"].map((each) => pair[each].export({ format: "jwk" }));
          seen.push(crypto.createPublicKey({ key: open, format: "jwk" }).equals(pair.publicKey), crypto.createPrivateKey({ key, format: "jwk" }).type,
            crypto.verify(hash, data, { key: open, format: "jwk" }, crypto.sign(hash, data, { key, format: "jwk" })),
            (await subtle.importKey("jwk", open, name, true, ["verify"])).type);
          if (hash) seen.push(crypto.createVerify(hash).update(data).verify({ key: open, format: "jwk" }, crypto.createSign(hash).update(data).sign({ key, format: "jwk" })));
        }
        const handle = require("zlib").createGzip()._handle;
        for (const use of [() => crypto.createPublicKey({ key: handle, format: "jwk" }), () => crypto.createSign("sha256").sign({ key: handle, format: "jwk" })])
          try { use(); seen.push("taken") } catch (error) { seen.push(/^ERR_(?:INVALID_ARG_VALUE|CRYPTO_INVALID_JWK)$/.test(error.code)) }
        return JSON.stringify(seen)`,
    },
    grants: { globals: ["Buffer"], builtins: { crypto: true, zlib: true } },
  });
  expect(damage.outcomes["all"]).toBe(
    JSON.stringify([true, "private", true, "public", true, true, "private", true, "public", true, true]),
  );
});

test("TLS works over the handle of a stream, and with a context, and with nothing else", async () => {
  // Both are asked what they are by Node itself, by what whoever has a handle can put there.
  const tls = `const tls = require("tls"), { Duplex } = require("stream"), zlib = require("zlib"), { setPrototypeOf, getPrototypeOf } = Object;
    const over = () => new Duplex({ read() {}, write(_chunk, _encoding, done) { done() } });
    const secureContext = tls.createSecureContext(), foreign = () => Object.assign(zlib.createGzip()._handle, { isStreamBase: true });
    const forged = () => setPrototypeOf(foreign(), getPrototypeOf(secureContext.context));
    const socket = () => new tls.TLSSocket(over(), { secureContext }).on("error", () => {});
    const twice = (first, second) => { let count = 0; return () => (count++ === 0 ? first : second) };`;
  const refused = (body: string): string =>
    `${tls} try { ${body} } catch (error) { return "refused: " + error.message } return "taken"`;
  const damage = await attack({
    grants: { builtins: { tls: true, stream: true, zlib: true } },
    techniques: {
      "a context by its prototype": refused("new tls.TLSSocket(over(), { secureContext: { context: forged() } })"),
      "a context that is none of Node's": refused(
        "new tls.TLSSocket(over(), { secureContext: { context: Object.create(getPrototypeOf(secureContext.context)) } })",
      ),
      "another one for credentials": refused("new tls.TLSSocket(over(), { credentials: { context: forged() } })"),
      "another one for a connection": refused("tls.connect({ socket: over(), secureContext: { context: forged() } })"),
      "one that is another the second time": refused(
        "const context = twice(secureContext.context, forged()); new tls.TLSSocket(over(), { secureContext: { get context() { return context() } } })",
      ),
      "one behind a proxy": refused(
        "const context = twice(secureContext.context, forged()); new tls.TLSSocket(over(), { secureContext: new Proxy({}, { get: context }) })",
      ),
      "one that the handle puts there": refused(
        `const one = socket(), context = { context: secureContext.context }; one._tlsOptions = { secureContext: context };
         const { _handle } = socket(); Object.defineProperty(_handle, "isStreamBase", { get() { context.context = forged(); return true } }); one._wrapHandle(null, _handle, false)`,
      ),
      "options that change": refused(
        `const one = socket(); Object.defineProperty(one, "_tlsOptions", { get: twice({ secureContext }, { secureContext: { context: forged() } }) }); one._wrapHandle(null, undefined, false)`,
      ),
      "options that change others": refused(
        `const one = socket(); one._tlsOptions = { secureContext, get pipe() { this.secureContext = { context: forged() }; return false } }; one._wrapHandle(null, undefined, false)`,
      ),
      "the handle of a socket": refused(
        `const made = Object.create(tls.TLSSocket.prototype); Object.defineProperty(made, "_handle", { value: foreign() }); new tls.TLSSocket(made, { secureContext })`,
      ),
      "a handle by itself": refused("socket()._wrapHandle(null, foreign(), false)"),
      "what is right": `${tls} const one = socket(); return typeof one._wrapHandle(null, socket()._handle, false) + typeof one.getCipher`,
    },
    aftermath: `const { "what is right": right, ...wrong } = outcomes; assert(right === "objectfunction", right);
      for (const [name, outcome] of Object.entries(wrong)) assert(outcome.startsWith("refused: "), name + ": " + outcome);`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a child is sent the handles of sockets, and nothing else for one", async () => {
  const damage = await attack({
    files: {
      "echo.js": `process.on("message", (_text, handle) => { process.send(handle?.constructor.name ?? "nothing"); handle?.destroy?.(); handle?.close?.() });`,
      "node_modules/hostile/echo.js": "setTimeout(() => process.exit(), 5000); process.on('message', () => {})",
    },
    before: `const { fork } = require("child_process"), given = (globalThis.given = { child: fork(__dirname + "/echo.js", { serialization: "advanced" }) });`,
    grants: {
      builtins: { child_process: true, net: true, zlib: true, path: true },
      commands: ["node"],
      shares: ["given"],
    },
    techniques: Object.fromEntries(
      [
        ["given.child", "of the application"],
        ["fork(join(__dirname, 'echo.js'))", "of its own"],
        ["fork(join(__dirname, 'echo.js'), { serialization: 'advanced' })", "of its own, by V8's format"],
      ].map(([child, name]) => [
        `a child ${name}`,
        `const { fork } = require("child_process"), { join } = require("path"), zlib = require("zlib"), net = require("net");
         const child = ${child}, own = child !== given.child, told = [];
         const foreign = () => zlib.createGzip()._handle, forged = () => Object.defineProperty(Object.create(net.Socket.prototype), "_handle", { value: foreign() });
         const channel = Object.getOwnPropertySymbols(child).map((symbol) => child[symbol]).find((one) => typeof one?.readStart === "function");
         const { writeUtf8String } = channel;
         for (const use of [() => child.send("x", forged(), { keepOpen: true }), () => writeUtf8String.call(channel, {}, "x", foreign()),
           () => channel.writeBuffer({}, new Uint8Array(8), foreign()), () => channel.writeUtf8String({}, "x", Object.create(Object.getPrototypeOf(channel)))])
           try { use(); told.push("taken") } catch (error) { told.push(/^Not a handle/.test(error.message) ? "refused" : error.message) }
         if (own) child.kill(); return told.join()`,
      ]),
    ),
    aftermath: `for (const [name, told] of Object.entries(outcomes)) assert(told === "refused,refused,refused,refused", name + ": " + told);
      const net = require("net"), server = net.createServer().listen(0, "127.0.0.1"); await new Promise((done) => server.on("listening", done));
      const ask = (child, handle) => new Promise((done) => { child.once("message", done); child.send("take", handle) });
      const other = fork(__dirname + "/echo.js");
      for (const child of [given.child, other]) {
        const socket = net.connect(server.address().port, "127.0.0.1"); await new Promise((done) => socket.on("connect", done));
        assert((await ask(child, socket)) === "Socket", "sockets are sent"); assert((await ask(child)) === "nothing", "messages are sent");
      }
      server.close(); given.child.kill(); other.kill();`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("nothing is a key that only has the symbols of one", async () => {
  // Node 24 and later hold that themselves, and show no symbols.
  const forge = `const crypto = require("crypto"), { subtle } = crypto.webcrypto, { create, getPrototypeOf, defineProperty } = Object;
    const symbol = (object, name) => Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
    const hash = crypto.createHash("sha256"), symbolOfHandle = symbol(hash, "kHandle"), bytes = new Uint8Array(32);
    const like = (object, key, value, members = {}) => defineProperty(create(object, members), key ?? "key", { value, writable: false, configurable: false });
    const shown = (value) => ({ value, enumerable: true });
    const forged = (key, type = key.type) => like(key, symbolOfHandle, crypto.createHash("sha256")[symbolOfHandle],
      { asymmetricKeyType: shown("rsa"), asymmetricKeyDetails: shown({}), type: shown(type), symmetricKeySize: shown(32) });
    const pair = () => crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }), points = () => crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
    const secret = () => crypto.createSecretKey(bytes);
    const web = (name, ...uses) => subtle.importKey("raw", bytes, name, false, uses);
    const forgedWeb = (key) => { const held = symbol(key, "kKeyObject"); return like(key, held, held && forged(key[held]), { type: shown(key.type), algorithm: shown(key.algorithm), usages: shown(key.usages), extractable: shown(true) }) };
    const oaep = async () => forgedWeb(await web("AES-GCM", "encrypt", "decrypt", "wrapKey", "unwrapKey")), gcm = { name: "AES-GCM", iv: new Uint8Array(12) };
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: bytes, info: bytes };
    const turns = (first, second) => { let count = 0; return () => (count++ === 0 ? first : second) };`;
  const refused = (expression: string): string =>
    `${forge} try { await (${expression}) } catch (error) { return "refused: " + error.message } return "taken"`;
  const damage = await attack({
    grants: { builtins: { crypto: true }, globals: ["Buffer", "structuredClone"] },
    techniques: {
      sign: refused(`crypto.sign("sha256", bytes, forged(pair().privateKey))`),
      "sign with options": refused(`crypto.sign("sha256", bytes, { key: forged(pair().privateKey) })`),
      "sign with a proxy": refused(
        `crypto.sign("sha256", bytes, new Proxy(pair().privateKey, { get: (key, name) => name === symbolOfHandle ? hash[symbolOfHandle] : Reflect.get(key, name, key) }))`,
      ),
      "sign with what changes": refused(
        `(() => { const key = pair().privateKey, handle = turns(key[symbolOfHandle], hash[symbolOfHandle]); return crypto.sign("sha256", bytes, create(key, { [symbolOfHandle]: { get: handle } })) })()`,
      ),
      "sign with what no key has shown": `const crypto = require("crypto"), hash = crypto.createHash("sha256"); const [symbol] = Object.getOwnPropertySymbols(hash).filter(({ description }) => description === "kHandle");
        const all = new Proxy({}, { get: (_target, name) => name === "type" ? "private" : typeof name === "symbol" ? (name === symbol ? hash[symbol] : 1) : undefined });
        try { crypto.sign("sha256", Buffer.alloc(1), all) } catch (error) { return "refused: " + error.message } return "taken"`,
      verify: refused(`crypto.verify("sha256", bytes, forged(pair().publicKey), new Uint8Array(128))`),
      publicEncrypt: refused("crypto.publicEncrypt(forged(pair().publicKey), bytes)"),
      privateDecrypt: refused("crypto.privateDecrypt(forged(pair().privateKey), new Uint8Array(128))"),
      diffieHellman: refused(
        "crypto.diffieHellman({ privateKey: forged(points().privateKey), publicKey: points().publicKey })",
      ),
      hkdfSync: refused(`crypto.hkdfSync("sha256", forged(secret()), bytes, bytes, 8)`),
      hkdf: refused(`new Promise((done) => crypto.hkdf("sha256", forged(secret()), bytes, bytes, 8, done))`),
      "sign with a key of the web": refused(`crypto.createSign("sha256").sign(await oaep())`),
      encrypt: refused("subtle.encrypt(gcm, await oaep(), bytes)"),
      decrypt: refused("subtle.decrypt(gcm, await oaep(), bytes)"),
      exportKey: refused(`subtle.exportKey("raw", await oaep())`),
      wrapKey: refused(`subtle.wrapKey("raw", await oaep(), await web("AES-GCM", "wrapKey"), gcm)`),
      "wrapKey with it": refused(`subtle.wrapKey("raw", await web("AES-GCM", "encrypt"), await oaep(), gcm)`),
      unwrapKey: refused(`subtle.unwrapKey("raw", bytes, await oaep(), gcm, "AES-GCM", false, ["encrypt"])`),
      deriveBits: refused(`subtle.deriveBits(hkdf, forgedWeb(await web("HKDF", "deriveBits")), 64)`),
      "deriveBits with a public key": refused(
        `(async () => { const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
          const other = turns(publicKey, forgedWeb(publicKey)); return subtle.deriveBits({ name: "ECDH", get public() { other(); return forgedWeb(publicKey) } }, privateKey, 64) })()`,
      ),
      "what is right": `${forge} const { publicKey, privateKey } = pair(), own = await web("AES-GCM", "encrypt"), copy = structuredClone(own), key = structuredClone(privateKey);
        const signature = crypto.sign("sha256", bytes, key), ecdh = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
        const both = [await subtle.encrypt(gcm, own, bytes), await subtle.encrypt(gcm, copy, bytes)].map((one) => Buffer.from(one).toString("hex"));
        const hashed = crypto.hkdfSync("sha256", structuredClone(secret()), bytes, bytes, 8).byteLength;
        return [crypto.verify("sha256", bytes, { key: publicKey }, signature), both[0] === both[1], (await subtle.deriveBits({ name: "ECDH", public: ecdh.publicKey }, ecdh.privateKey, 64)).byteLength, hashed].join()`,
    },
    aftermath: `const { "what is right": right, ...wrong } = outcomes; assert(right === "true,true,8,8", right);
      for (const [name, outcome] of Object.entries(wrong)) assert(outcome.startsWith("refused: "), name + ": " + outcome);`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("nor where somebody has come by the class of crypto.subtle first", async () => {
  const damage = await attack({
    grants: { globals: ["crypto", "CryptoKey", "SubtleCrypto"] },
    techniques: {
      all: `const { prototype } = SubtleCrypto, { create, defineProperty, getOwnPropertySymbols } = Object, gcm = { name: "AES-GCM", iv: new Uint8Array(12) };
        const { subtle } = crypto, bytes = new Uint8Array(32), key = await subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt"]);
        const forged = getOwnPropertySymbols(key).reduce((made, symbol) => defineProperty(made, symbol, { value: symbol.description === "kKeyObject" ? {} : key[symbol] }), create(CryptoKey.prototype));
        const taken = await prototype.encrypt.call(subtle, gcm, forged, bytes).then(() => "taken", (error) => "refused: " + error.message);
        return [(await subtle.encrypt(gcm, key, bytes)).byteLength, taken].join()`,
    },
    aftermath: `assert(/^48,refused: .*CryptoKey/.test(outcomes.all), outcomes.all)`,
  });
  expect(damage).toMatchObject(NOTHING);
});
