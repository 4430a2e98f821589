/**
 * What becomes of each builtin module of Node, and of each member of those that
 * are handed over. Covers Node 20, 22, 24 and 26; a module or member that is
 * not named here is denied until somebody has looked at it.
 */

/** A builtin whose members are harmless, alike for all principals but for the refused ones. */
export interface HandedBuiltin {
  /** Computes and nothing else: whoever is granted one member gets all, as there is nothing to withhold. */
  readonly pure?: true;
  /** String-keyed members that are handed over; `*` stands for all, of tables of numbers. */
  readonly members: readonly string[];
  /** Members that nobody but trusted code gets, and why. */
  readonly refused?: Readonly<Record<string, string>>;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Builtins that pass through, member by member. */
export const HANDED_BUILTINS = {
  assert: {
    pure: true,
    members: words(`
      fail AssertionError ok equal notEqual deepEqual notDeepEqual deepStrictEqual
      notDeepStrictEqual strictEqual notStrictEqual throws rejects doesNotThrow doesNotReject
      ifError match doesNotMatch CallTracker strict partialDeepStrictEqual Assert`),
  },
  "assert/strict": {
    pure: true,
    members: words(`
      fail AssertionError ok equal notEqual deepEqual notDeepEqual deepStrictEqual
      notDeepStrictEqual strictEqual notStrictEqual throws rejects doesNotThrow doesNotReject
      ifError match doesNotMatch CallTracker strict partialDeepStrictEqual Assert`),
  },
  buffer: {
    members: words(`
      Buffer SlowBuffer transcode isUtf8 isAscii kMaxLength kStringMaxLength btoa atob constants
      INSPECT_MAX_BYTES Blob resolveObjectURL File`),
  },
  console: {
    members: words(`
      log warn dir time timeEnd timeLog trace assert clear count countReset group groupEnd table
      debug info dirxml error groupCollapsed Console profile profileEnd timeStamp createTask`),
    refused: {
      context: "V8's inspector console, not bound to the principal's output",
    },
  },
  constants: {
    pure: true,
    members: words("*"),
  },
  crypto: {
    members: words(`
      checkPrime checkPrimeSync createCipheriv createDecipheriv createDiffieHellman
      createDiffieHellmanGroup createECDH createHash createHmac createPrivateKey createPublicKey
      createSecretKey createSign createVerify diffieHellman generatePrime generatePrimeSync
      getCiphers getCipherInfo getCurves getDiffieHellman getHashes hkdf hkdfSync pbkdf2
      pbkdf2Sync generateKeyPair generateKeyPairSync generateKey generateKeySync privateDecrypt
      privateEncrypt publicDecrypt publicEncrypt randomBytes randomFill randomFillSync randomInt
      randomUUID scrypt scryptSync sign timingSafeEqual getFips verify hash Certificate Cipher
      Cipheriv Decipher Decipheriv DiffieHellman DiffieHellmanGroup ECDH Hash Hmac KeyObject Sign
      Verify X509Certificate secureHeapUsed createCipher createDecipher constants webcrypto subtle
      getRandomValues prng pseudoRandomBytes rng argon2 argon2Sync randomUUIDv7 encapsulate
      decapsulate createMac getMacs parsePKCS12`),
    refused: {
      setEngine: "loads a native library into the process",
      setFips: "changes the algorithms of the whole program",
      fips: "its setter changes the algorithms of the whole program",
    },
  },
  events: {
    pure: true,
    members: words(`
      addAbortListener once on getEventListeners getMaxListeners EventEmitter usingDomains
      captureRejectionSymbol captureRejections EventEmitterAsyncResource errorMonitor
      defaultMaxListeners kMaxEventTargetListeners kMaxEventTargetListenersWarned setMaxListeners
      init listenerCount`),
  },
  os: {
    members: words(`
      arch availableParallelism cpus endianness freemem getPriority homedir hostname loadavg
      networkInterfaces platform release tmpdir totalmem type userInfo uptime version machine
      constants EOL devNull`),
    refused: {
      setPriority: "changes the priority of any process of the user",
    },
  },
  path: {
    pure: true,
    members: words(`
      resolve normalize isAbsolute join relative toNamespacedPath dirname basename extname format
      parse matchesGlob sep delimiter win32 posix _makeLong`),
  },
  "path/posix": {
    pure: true,
    members: words(`
      resolve normalize isAbsolute join relative toNamespacedPath dirname basename extname format
      parse matchesGlob sep delimiter win32 posix _makeLong`),
  },
  "path/win32": {
    pure: true,
    members: words(`
      resolve normalize isAbsolute join relative toNamespacedPath dirname basename extname format
      parse matchesGlob sep delimiter win32 posix _makeLong`),
  },
  punycode: {
    pure: true,
    members: words("version ucs2 decode encode toASCII toUnicode"),
  },
  querystring: {
    pure: true,
    members: words("unescapeBuffer unescape escape stringify encode parse decode"),
  },
  readline: {
    pure: true,
    members: words(`
      Interface clearLine clearScreenDown createInterface cursorTo emitKeypressEvents moveCursor
      promises`),
  },
  "readline/promises": {
    pure: true,
    members: words("Interface Readline createInterface"),
  },
  stream: {
    pure: true,
    members: words(`
      isDestroyed isDisturbed isErrored isReadable isWritable Readable Writable Duplex Transform
      PassThrough duplexPair pipeline addAbortSignal finished destroy compose
      getDefaultHighWaterMark promises Stream _isArrayBufferView _isUint8Array _uint8ArrayToBuffer`),
    refused: {
      setDefaultHighWaterMark: "changes the streams of the whole program",
    },
  },
  "stream/consumers": {
    pure: true,
    members: words("arrayBuffer blob buffer text json bytes"),
  },
  "stream/promises": {
    pure: true,
    members: words("finished pipeline"),
  },
  "stream/web": {
    pure: true,
    members: words(`
      ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader
      ReadableStreamBYOBRequest ReadableByteStreamController ReadableStreamDefaultController
      TransformStream TransformStreamDefaultController WritableStream WritableStreamDefaultWriter
      WritableStreamDefaultController ByteLengthQueuingStrategy CountQueuingStrategy
      TextEncoderStream TextDecoderStream CompressionStream DecompressionStream ReadableStreamTee`),
  },
  string_decoder: {
    pure: true,
    members: words("StringDecoder"),
  },
  timers: {
    members: words("setTimeout clearTimeout setImmediate clearImmediate setInterval clearInterval promises"),
    refused: {
      _unrefActive: "works on the timers list itself",
      active: "works on the timers list itself",
      enroll: "works on the timers list itself",
      unenroll: "works on the timers list itself",
    },
  },
  "timers/promises": {
    pure: true,
    members: words("setTimeout setImmediate setInterval scheduler"),
  },
  tty: {
    members: words("isatty ReadStream WriteStream"),
  },
  url: {
    pure: true,
    members: words(`
      Url parse resolve resolveObject format URL URLSearchParams domainToASCII domainToUnicode
      pathToFileURL fileURLToPath urlToHttpOptions fileURLToPathBuffer URLPattern`),
  },
  util: {
    members: words(`
      _errnoException _exceptionWithHostPort _extend callbackify debug debuglog deprecate format
      styleText formatWithOptions getSystemErrorMap getSystemErrorName inherits inspect isArray
      isBoolean isBuffer isDeepStrictEqual isNull isNullOrUndefined isNumber isString isSymbol
      isUndefined isRegExp isObject isDate isError isFunction isPrimitive log promisify
      stripVTControlCharacters toUSVString transferableAbortSignal transferableAbortController
      aborted types parseEnv parseArgs TextDecoder TextEncoder MIMEType MIMEParams getCallSite
      getCallSites getSystemErrorMessage diff convertProcessSignalToExitCode markPromiseAsHandled
      debounce throttle`),
    refused: {
      setTraceSigInt: "changes the signal handling of the whole program",
    },
  },
  "util/types": {
    pure: true,
    members: words(`
      isExternal isDate isArgumentsObject isBigIntObject isBooleanObject isNumberObject
      isStringObject isSymbolObject isNativeError isRegExp isAsyncFunction isGeneratorFunction
      isGeneratorObject isPromise isMap isSet isMapIterator isSetIterator isWeakMap isWeakSet
      isArrayBuffer isDataView isSharedArrayBuffer isProxy isModuleNamespaceObject
      isAnyArrayBuffer isBoxedPrimitive isArrayBufferView isTypedArray isUint8Array
      isUint8ClampedArray isUint16Array isUint32Array isInt8Array isInt16Array isInt32Array
      isFloat32Array isFloat64Array isBigInt64Array isBigUint64Array isKeyObject isCryptoKey
      isFloat16Array`),
  },
  zlib: {
    members: words(`
      crc32 Deflate Inflate Gzip Gunzip DeflateRaw InflateRaw Unzip BrotliCompress
      BrotliDecompress deflate deflateSync gzip gzipSync deflateRaw deflateRawSync unzip unzipSync
      inflate inflateSync gunzip gunzipSync inflateRaw inflateRawSync brotliCompress
      brotliCompressSync brotliDecompress brotliDecompressSync createDeflate createInflate
      createDeflateRaw createInflateRaw createGzip createGunzip createUnzip createBrotliCompress
      createBrotliDecompress constants codes Z_NO_FLUSH Z_PARTIAL_FLUSH Z_SYNC_FLUSH Z_FULL_FLUSH
      Z_FINISH Z_BLOCK Z_OK Z_STREAM_END Z_NEED_DICT Z_ERRNO Z_STREAM_ERROR Z_DATA_ERROR
      Z_MEM_ERROR Z_BUF_ERROR Z_VERSION_ERROR Z_NO_COMPRESSION Z_BEST_SPEED Z_BEST_COMPRESSION
      Z_DEFAULT_COMPRESSION Z_FILTERED Z_HUFFMAN_ONLY Z_RLE Z_FIXED Z_DEFAULT_STRATEGY ZLIB_VERNUM
      DEFLATE INFLATE GZIP GUNZIP DEFLATERAW INFLATERAW UNZIP Z_MIN_WINDOWBITS Z_MAX_WINDOWBITS
      Z_DEFAULT_WINDOWBITS Z_MIN_CHUNK Z_MAX_CHUNK Z_DEFAULT_CHUNK Z_MIN_MEMLEVEL Z_MAX_MEMLEVEL
      Z_DEFAULT_MEMLEVEL Z_MIN_LEVEL Z_MAX_LEVEL Z_DEFAULT_LEVEL ZstdCompress ZstdDecompress
      zstdCompress zstdCompressSync zstdDecompress zstdDecompressSync createZstdCompress
      createZstdDecompress ZSTD_DECOMPRESS ZSTD_COMPRESS ZSTD_e_continue ZSTD_e_flush ZSTD_e_end
      ZSTD_fast ZSTD_dfast ZSTD_greedy ZSTD_lazy ZSTD_lazy2 ZSTD_btlazy2 ZSTD_btopt ZSTD_btultra
      ZSTD_btultra2 ZSTD_c_compressionLevel ZSTD_c_windowLog ZSTD_c_hashLog ZSTD_c_chainLog
      ZSTD_c_searchLog ZSTD_c_minMatch ZSTD_c_targetLength ZSTD_c_strategy
      ZSTD_c_enableLongDistanceMatching ZSTD_c_ldmHashLog ZSTD_c_ldmMinMatch
      ZSTD_c_ldmBucketSizeLog ZSTD_c_ldmHashRateLog ZSTD_c_contentSizeFlag ZSTD_c_checksumFlag
      ZSTD_c_dictIDFlag ZSTD_c_nbWorkers ZSTD_c_jobSize ZSTD_c_overlapLog ZSTD_d_windowLogMax
      ZSTD_CLEVEL_DEFAULT ZSTD_error_no_error ZSTD_error_GENERIC ZSTD_error_prefix_unknown
      ZSTD_error_version_unsupported ZSTD_error_frameParameter_unsupported
      ZSTD_error_frameParameter_windowTooLarge ZSTD_error_corruption_detected
      ZSTD_error_checksum_wrong ZSTD_error_literals_headerWrong ZSTD_error_dictionary_corrupted
      ZSTD_error_dictionary_wrong ZSTD_error_dictionaryCreation_failed
      ZSTD_error_parameter_unsupported ZSTD_error_parameter_combination_unsupported
      ZSTD_error_parameter_outOfBound ZSTD_error_tableLog_tooLarge
      ZSTD_error_maxSymbolValue_tooLarge ZSTD_error_maxSymbolValue_tooSmall
      ZSTD_error_stabilityCondition_notRespected ZSTD_error_stage_wrong ZSTD_error_init_missing
      ZSTD_error_memory_allocation ZSTD_error_workSpace_tooSmall ZSTD_error_dstSize_tooSmall
      ZSTD_error_srcSize_wrong ZSTD_error_dstBuffer_null ZSTD_error_noForwardProgress_destFull
      ZSTD_error_noForwardProgress_inputEmpty`),
    refused: {
      ZipEntry: "experimental, may reach files",
      ZipBuffer: "experimental, may reach files",
      ZipFile: "opens files by path",
      zipFiles: "reads files by path",
      createZipArchive: "reads files by path",
      createZipArchiveSync: "reads files by path",
      getMaxZipContentSize: "experimental",
      setMaxZipContentSize: "changes a limit of the whole program",
    },
  },
} as const satisfies Readonly<Record<string, HandedBuiltin>>;

/** Another name of the same thing: granting either grants it. */
export const BUILTIN_ALIASES: Readonly<Record<string, string>> = {
  sys: "util",
};

/** A member of a builtin that is a builtin of its own: granting the member, or all of the builtin, grants it. */
export const SUB_BUILTINS: Readonly<Record<string, readonly [parent: string, member: string]>> = {
  "assert/strict": ["assert", "strict"],
  "dns/promises": ["dns", "promises"],
  "fs/promises": ["fs", "promises"],
  "path/posix": ["path", "posix"],
  "path/win32": ["path", "win32"],
  "readline/promises": ["readline", "promises"],
  "stream/promises": ["stream", "promises"],
  "timers/promises": ["timers", "promises"],
  "util/types": ["util", "types"],
};

/** The modules that deprecated `_stream_*` names stand for. */
export const DEPRECATED_STREAMS: Readonly<Record<string, string>> = {
  _stream_duplex: "Duplex",
  _stream_passthrough: "PassThrough",
  _stream_readable: "Readable",
  _stream_transform: "Transform",
  _stream_writable: "Writable",
};

/** Builtins that nobody gets, and why. */
export const REFUSED_BUILTINS: Readonly<Record<string, string>> = {
  _http_agent: "an internal module of http",
  _http_client: "an internal module of http",
  _http_incoming: "an internal module of http",
  _http_outgoing: "an internal module of http",
  _http_server: "an internal module of http",
  _stream_wrap: "wraps native handles",
  _tls_common: "an internal module of tls",
  _tls_wrap: "an internal module of tls",
  "stream/iter": "experimental and not examined yet",
  "zlib/iter": "experimental and not examined yet",
  quic: "experimental and not examined yet",
  vfs: "experimental and not examined yet",
};
