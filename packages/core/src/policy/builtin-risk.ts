/**
 * How dangerous each of Node's builtin modules is in the hands of a package
 * that nobody has looked at. A module or member that has no row is risky.
 */
export type BuiltinRisk =
  /** Computes; every member is harmless. */
  | { readonly risk: "harmless" }
  /** Harmless in these members; the others, and the module as a whole, are not. */
  | { readonly risk: "partly"; readonly harmless: readonly string[] }
  /** Reaches files, network or the terminal, within its own grants. */
  | { readonly risk: "risky" }
  /** As good as every other power, but for its attenuator. */
  | { readonly risk: "authority" };

const HARMLESS: BuiltinRisk = { risk: "harmless" };
const RISKY: BuiltinRisk = { risk: "risky" };
const AUTHORITY: BuiltinRisk = { risk: "authority" };
const partly = (members: string): BuiltinRisk => ({ risk: "partly", harmless: members.split(/\s+/u) });

const rows: Readonly<Record<string, BuiltinRisk>> = {
  _http_common: HARMLESS,
  assert: HARMLESS,
  "assert/strict": HARMLESS,
  buffer: HARMLESS,
  console: HARMLESS,
  constants: HARMLESS,
  events: HARMLESS,
  path: HARMLESS,
  "path/posix": HARMLESS,
  "path/win32": HARMLESS,
  punycode: HARMLESS,
  querystring: HARMLESS,
  readline: HARMLESS,
  "readline/promises": HARMLESS,
  stream: HARMLESS,
  "stream/consumers": HARMLESS,
  "stream/promises": HARMLESS,
  "stream/web": HARMLESS,
  string_decoder: HARMLESS,
  sys: HARMLESS,
  timers: HARMLESS,
  "timers/promises": HARMLESS,
  url: HARMLESS,
  util: HARMLESS,
  "util/types": HARMLESS,
  zlib: HARMLESS,

  // The rest of os tells who and where the person is, or changes priorities.
  os: partly(
    "EOL arch availableParallelism constants cpus devNull endianness freemem loadavg machine platform release tmpdir totalmem type uptime version",
  ),
  tty: partly("isatty"),
  // PerformanceObserver sees the requests of others.
  perf_hooks: partly("constants createHistogram monitorEventLoopDelay performance"),
  // createHook and executionAsyncResource see the work of others.
  async_hooks: partly("AsyncLocalStorage AsyncResource"),
  // setEngine loads native code, setFips changes the process.
  crypto: partly(
    `Certificate Cipheriv Decipheriv DiffieHellman DiffieHellmanGroup ECDH Hash Hmac KeyObject Sign Verify X509Certificate argon2 argon2Sync
     checkPrime checkPrimeSync constants createCipheriv createDecipheriv createDiffieHellman createDiffieHellmanGroup createECDH createHash
     createHmac createPrivateKey createPublicKey createSecretKey createSign createVerify decapsulate diffieHellman encapsulate generateKey
     generateKeyPair generateKeyPairSync generateKeySync generatePrime generatePrimeSync getCipherInfo getCiphers getCurves getDiffieHellman
     getFips getHashes getRandomValues hash hkdf hkdfSync pbkdf2 pbkdf2Sync privateDecrypt privateEncrypt prng pseudoRandomBytes publicDecrypt
     publicEncrypt randomBytes randomFill randomFillSync randomInt randomUUID randomUUIDv7 rng scrypt scryptSync sign subtle timingSafeEqual verify
     webcrypto`,
  ),

  dgram: RISKY,
  dns: RISKY,
  "dns/promises": RISKY,
  domain: RISKY,
  fs: RISKY,
  "fs/promises": RISKY,
  http: partly("METHODS STATUS_CODES validateHeaderName validateHeaderValue"),
  http2: partly("constants"),
  https: RISKY,
  net: partly("isIP isIPv4 isIPv6"),
  tls: RISKY,

  child_process: AUTHORITY,
  cluster: AUTHORITY,
  diagnostics_channel: AUTHORITY,
  ffi: AUTHORITY,
  inspector: AUTHORITY,
  "inspector/promises": AUTHORITY,
  module: partly("builtinModules isBuiltin"),
  process: AUTHORITY,
  repl: AUTHORITY,
  sqlite: AUTHORITY,
  test: AUTHORITY,
  "test/reporters": AUTHORITY,
  trace_events: AUTHORITY,
  v8: partly("DefaultDeserializer DefaultSerializer Deserializer Serializer deserialize serialize"),
  vm: AUTHORITY,
  wasi: AUTHORITY,
  worker_threads: partly("isMainThread threadId"),
};

/** Partly harmless modules whose other members are as good as every power. */
const AUTHORITY_BESIDES: ReadonlySet<string> = new Set(["async_hooks", "module", "v8", "worker_threads"]);

/** The row of a builtin, by its name without `node:`; a module without a row is as good as every power. */
export function builtinRisk(name: string): BuiltinRisk {
  // HAZARD: own rows only, or `constructor` would be a builtin.
  return Object.hasOwn(rows, name) ? rows[name]! : AUTHORITY;
}

/** The risk of one member (`*` is all), or of the module with no member at all. */
export function builtinMemberRisk(name: string, member: string | undefined): "harmless" | "risky" | "authority" {
  const row = builtinRisk(name);
  if (row.risk !== "partly") return row.risk;
  if (member === undefined || row.harmless.includes(member)) return "harmless";
  return AUTHORITY_BESIDES.has(name) ? "authority" : "risky";
}
