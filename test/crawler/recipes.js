"use strict";
/**
 * Makes one of everything that Node hands out: streams, sockets, servers,
 * requests, children, workers, handles, and hears their events. What comes of
 * each goes to the walker; what fails is walked too, as an error.
 */
exports.prepare = async function prepare({ walker, modules, attempt: attemptOnly, port, scratch, turn, taps }) {
  const {
    fs,
    net,
    http,
    http2,
    tls,
    dgram,
    dns,
    child_process,
    worker_threads,
    stream,
    crypto,
    zlib,
    readline,
    vm,
    v8,
    events,
  } = modules;
  const rec = walker.recorder;
  const closers = [];
  const attemptAsync = async (label, run) => {
    const value = attempt(label, run);
    if (!(value instanceof Promise)) return value;
    try {
      return await Promise.race([value, turn(1_000)]);
    } catch {
      return undefined;
    }
  };
  const tapped = new Set();
  /**
   * Puts in the place of each method of an instance one of its own, which hears what it is called with: Node calls
   * methods of what a package holds, with what no property shows. The same for what the instance keeps.
   */
  const tap = (label, object, depth = 3) => {
    if (typeof object !== "object" || object === null || tapped.has(object)) return;
    tapped.add(object);
    const prototype = Object.getPrototypeOf(object);
    if (prototype === null || [Object, Array, Map, Set].some((Class) => Class.prototype === prototype)) return;
    if (depth > 0)
      for (const key of Reflect.ownKeys(object))
        tap(`${label}.${String(key)}`, Object.getOwnPropertyDescriptor(object, key).value, depth - 1);
    for (let level = object; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
      for (const key of Reflect.ownKeys(level)) {
        let real;
        try {
          real = object[key];
        } catch {}
        if (typeof real !== "function" || key === "constructor" || tapped.has(real)) continue;
        const record = rec(`${label}.${String(key)}, called by Node`);
        const heard = walker.own(function (...args) {
          Reflect.apply(record, this, args);
          return new.target ? Reflect.construct(real, args) : Reflect.apply(real, this, args);
        });
        tapped.add(heard);
        if (level !== object || Object.getOwnPropertyDescriptor(object, key).writable)
          Reflect.defineProperty(object, key, { value: heard, writable: true, configurable: true });
      }
    }
  };
  const attempt = (label, run) => {
    const value = attemptOnly(label, run);
    if (taps) attemptOnly(`tap ${label}`, () => tap(label, value));
    return value;
  };
  /** Hears every event of an emitter, with what each listener gets. */
  const hear = (label, emitter, names) => {
    walker.add(label, emitter);
    attempt(label, () => emitter);
    if (!emitter || typeof emitter.on !== "function") return emitter;
    for (const name of names.split(" "))
      attempt(`${label}.on(${name})`, () => emitter.on(name, rec(`${label}'s ${name}`)));
    attempt(`${label}.on(error)`, () => emitter.on("error", rec(`${label}'s error`)));
    return emitter;
  };

  // Files.
  if (fs) {
    const file = `${scratch}/file`;
    attempt("fs.writeFileSync", () => fs.writeFileSync(file, "x".repeat(100)));
    attempt("fs.statSync", () => fs.statSync(file));
    attempt("fs.statSync bigint", () => fs.statSync(file, { bigint: true }));
    for (const form of [
      "readFile",
      "stat",
      "open",
      "readdir",
      "opendir",
      "access",
      "exists",
      "realpath",
      "lstat",
      "statfs",
      "mkdtemp",
    ])
      attempt(`fs.${form}`, () =>
        fs[form](form === "mkdtemp" ? `${scratch}/t` : /dir/.test(form) ? scratch : file, rec(`fs.${form}'s callback`)),
      );
    attempt("fs.cp", () => fs.cp(file, `${file}2`, { filter: rec("fs.cp's filter") }, rec("fs.cp's callback")));
    attempt("fs.readdirSync", () => fs.readdirSync(scratch, { withFileTypes: true }));
    const reading = hear(
      "fs.createReadStream",
      attempt("fs.createReadStream", () => fs.createReadStream(file)),
      "open ready data end close",
    );
    void reading;
    hear(
      "fs.createWriteStream",
      attempt("fs.createWriteStream", () => fs.createWriteStream(`${file}3`)),
      "open ready finish close pipe",
    )?.write?.("x", rec("write's callback"));
    hear(
      "fs.watch",
      attempt("fs.watch", () => fs.watch(scratch, rec("fs.watch's listener"))),
      "change close",
    );
    hear(
      "fs.watchFile",
      attempt("fs.watchFile", () => fs.watchFile(file, { interval: 20 }, rec("fs.watchFile's listener"))),
      "change",
    );
    closers.push(() => fs.unwatchFile(file));
    const handle = await attemptAsync("fs.promises.open", () => fs.promises.open(file, "r+"));
    if (handle) {
      hear("FileHandle", handle, "close");
      attempt("FileHandle.stat", () => handle.stat());
      attempt("FileHandle.read", () => handle.read());
      hear(
        "FileHandle.createReadStream",
        attempt("FileHandle.createReadStream", () => handle.createReadStream({ autoClose: false, start: 0, end: 1 })),
        "open data end close",
      );
      attempt("FileHandle.readLines", () => handle.readLines({ autoClose: false }));
    }
    const web = await attemptAsync("fs.promises.open 2", () => fs.promises.open(file));
    if (web) attempt("FileHandle.readableWebStream", () => web.readableWebStream());
    attempt("fs.openAsBlob", () => fs.openAsBlob(file));
    attempt("fs.promises.opendir", () => fs.promises.opendir(scratch));
    attempt("fs.promises.watch", () => {
      const iterator = fs.promises.watch(scratch);
      attempt("next", () => iterator[Symbol.asyncIterator]());
      return iterator;
    });
    attempt("fs.promises.glob", () => fs.promises.glob?.("*", { cwd: scratch }));
    attempt("fs.glob", () =>
      fs.glob?.("*", { cwd: scratch, exclude: rec("fs.glob's exclude") }, rec("fs.glob's callback")),
    );
    attempt("a denied read", () => fs.readFileSync("/etc/passwd"));
    attempt("a denied promise", () => fs.promises.readFile("/etc/passwd"));
  }

  // Errors, each of a class that nothing else shows.
  const over = { aborted: true, addEventListener() {}, removeEventListener() {} };
  attempt("an aborted wait", () => modules["timers/promises"]?.setTimeout(1, 1, { signal: over }));
  attempt("an aborted listener", () => events?.once(new events(), "x", { signal: over }));
  attempt("the system's error", () => modules.os?.getPriority(2 ** 30));
  attempt("a file that is not there to watch", () => fs?.watch(`${scratch}/none`));
  attempt("a name's error", () => dns?.lookup("x".repeat(300), rec("a name's error")));
  attempt("a program's error", () => child_process?.spawnSync(`${scratch}/none`).error);
  attempt("a datagram's error", () => dgram?.createSocket("udp4").getSendBufferSize());
  attempt("a certificate's error", () => tls?.checkServerIdentity("a", { subject: { CN: "b" } }));
  attempt("a response's error", () =>
    http
      ?.get({
        host: "127.0.0.1",
        port: 1,
        createConnection: () => new (require("node:stream").PassThrough)().destroy(),
      })
      .on("error", rec("a response's error")),
  );
  attempt("a connection's error", () => net?.connect(1, "127.0.0.1").on("error", rec("a connection's error")));
  attempt("a port's error", () =>
    net
      ?.createServer()
      .on("error", rec("a port's error"))
      ._listen2(null, -1, -1, 0, 2 ** 30, 0),
  );
  attempt("fetch's error", () => fetch("http://127.0.0.1:1/").catch((error) => walker.add("fetch's error", error)));

  // Streams.
  if (stream) {
    hear(
      "Readable.from",
      attempt("Readable.from", () => stream.Readable.from(["x", "y"])),
      "data end close readable",
    );
    const through = hear("PassThrough", new stream.PassThrough(), "data end finish pipe unpipe drain close");
    const source = stream.Readable.from(["x"]);
    source.pipe(through);
    attempt("pipeline", () =>
      stream.pipeline(stream.Readable.from(["x"]), new stream.PassThrough(), rec("pipeline's callback")),
    );
    attempt("finished", () => stream.finished(through, rec("finished's callback")));
    attempt("Transform", () =>
      new stream.Transform({
        transform: rec("transform"),
        flush: rec("flush"),
        construct: rec("construct"),
        destroy: rec("destroy"),
      }).write("x"),
    );
    attempt("Writable", () =>
      new stream.Writable({ write: rec("write"), writev: rec("writev"), final: rec("final") }).write("x"),
    );
    attempt("Readable", () => new stream.Readable({ read: rec("read") }).read());
    attempt("Readable.toWeb", () => stream.Readable.toWeb(stream.Readable.from(["x"])));
    attempt("Duplex.from", () =>
      stream.Duplex.from(async function* (given) {
        walker.add("Duplex.from's source", given);
        yield "x";
      }),
    );
    attempt("Readable.map", () => stream.Readable.from(["x"]).map(rec("map's callback")).toArray());
    attempt("duplexPair", () => stream.duplexPair?.());
    attempt("async iterator", () => stream.Readable.from(["x"])[Symbol.asyncIterator]());
    attempt("compose", () => stream.compose(new stream.PassThrough(), new stream.PassThrough()));
  }
  attempt("ReadableStream", () =>
    new ReadableStream({ start: rec("ReadableStream.start"), pull: rec("ReadableStream.pull") }).getReader(),
  );
  attempt("byte stream", () => {
    const s = new ReadableStream({ type: "bytes", pull: rec("ReadableByteStream.pull") });
    const reader = s.getReader({ mode: "byob" });
    reader.read(new Uint8Array(1));
    return reader;
  });
  attempt("WritableStream", () => {
    const s = new WritableStream({ start: rec("WritableStream.start"), write: rec("WritableStream.write") });
    const writer = s.getWriter();
    writer.write("x");
    return writer;
  });
  attempt(
    "TransformStream",
    () => new TransformStream({ start: rec("TransformStream.start"), transform: rec("TransformStream.transform") }),
  );
  attempt("CompressionStream", () => new CompressionStream("gzip"));
  attempt("TextDecoderStream", () => new TextDecoderStream());
  attempt("Blob.stream", () => new Blob(["x"]).stream().getReader());
  attempt("Blob.arrayBuffer", () => new Blob(["x"]).arrayBuffer());
  attempt("File", () => new File(["x"], "x"));

  // Sockets and servers, on the loopback.
  const listening = (server) =>
    new Promise((done) => {
      attempt("listen", () => server.listen(0, "127.0.0.1", () => done(server.address().port)));
      kept(done);
    });
  const kept = (done) => turn(500).then(() => done(undefined));
  if (net) {
    const server = hear(
      "net.Server",
      attempt("net.createServer", () =>
        net.createServer(function (socket) {
          walker.add("server's this", this);
          hear("accepted socket", socket, "data end close");
        }),
      ),
      "listening connection close drop",
    );
    const at = await listening(server);
    const client = hear(
      "net.Socket",
      attempt("net.connect", () => net.connect(at, "127.0.0.1", rec("connect's callback"))),
      "connect data end close lookup ready connectionAttempt",
    );
    client?.write?.("hello", rec("socket.write's callback"));
    attempt("setTimeout", () => client.setTimeout(5, rec("socket.setTimeout's callback")));
    attempt("getConnections", () => server.getConnections(rec("getConnections' callback")));
    attempt("lookup of one's own", () =>
      net
        .connect({ host: "localhost", port: at, lookup: rec("lookup's arguments") })
        .on("error", rec("lookup's error")),
    );
    attempt("onread", () =>
      net
        .connect({
          host: "127.0.0.1",
          port: at,
          onread: { buffer: Buffer.alloc(8), callback: rec("onread's callback") },
        })
        .on("error", () => {}),
    );
    attempt("new net.Socket", () => new net.Socket());
    attempt("a denied connection", () => net.connect(1, "192.0.2.1").on("error", rec("a denied connection's error")));
    const path = `${scratch}/socket`;
    attempt("a unix server", () => {
      const s = net.createServer(rec("unix connection")).on("error", rec("unix error"));
      s.listen(path);
      closers.push(() => s.close());
      return s;
    });
    attempt("BlockList", () => new net.BlockList());
    attempt("SocketAddress", () => new net.SocketAddress());
    closers.push(() => server.close());
  }
  if (tls) {
    const ciphers = "AECDH-AES128-SHA:ADH-AES128-SHA:@SECLEVEL=0";
    const server = hear(
      "tls.Server",
      attempt("tls.createServer", () =>
        tls.createServer({ ciphers, maxVersion: "TLSv1.2", dhparam: "auto" }, (socket) =>
          hear("accepted TLSSocket", socket, "data end"),
        ),
      ),
      "secureConnection tlsClientError newSession keylog connection",
    );
    const at = server && (await listening(server));
    hear(
      "TLSSocket",
      attempt("tls.connect", () =>
        tls.connect({
          port: at,
          host: "127.0.0.1",
          ciphers,
          maxVersion: "TLSv1.2",
          rejectUnauthorized: false,
          checkServerIdentity: rec("checkServerIdentity"),
        }),
      ),
      "secureConnect session keylog secure data end",
    )?.write?.("x");
    attempt("createSecureContext", () => tls.createSecureContext());
    const over = hear(
      "TLS over a stream",
      attempt("tls.connect over a stream", () =>
        tls.connect({ socket: new (require("node:stream").Duplex)({ read() {}, write() {} }) }),
      ),
      "secureConnect",
    );
    over?.write?.("x");
    over?.end?.();
    closers.push(() => server.close());
  }
  const plain = await attemptAsync("fetch of data", () => fetch("data:text/plain,x"));
  if (plain) attempt("fetched body", () => plain.body.getReader());
  if (http) {
    const server = hear(
      "http.Server",
      attempt("http.createServer", () =>
        http.createServer(function (request, response) {
          walker.add("http server's this", this);
          hear("IncomingMessage", request, "data end close aborted");
          hear("ServerResponse", response, "finish close pipe");
          hear("request.socket", request.socket, "data close");
          response.writeHead(200, { a: "b" });
          response.end("served", rec("end's callback"));
        }),
      ),
      "request connection close clientError upgrade connect checkContinue dropRequest",
    );
    const at = await listening(server);
    const agent = attempt("http.Agent", () => new http.Agent({ keepAlive: true, maxSockets: 2 }));
    hear("agent", agent, "free");
    const request = hear(
      "ClientRequest",
      attempt("http.request", () =>
        http.request({ port: at, host: "127.0.0.1", agent, lookup: undefined }, function (response) {
          walker.add("request's this", this);
          hear("response", response, "data end close");
          response.resume();
        }),
      ),
      "socket response finish close information continue",
    );
    request?.end?.();
    const upgrade = hear(
      "upgrading request",
      attempt("upgrade", () =>
        http.request({ port: at, host: "127.0.0.1", headers: { connection: "upgrade", upgrade: "x" } }),
      ),
      "upgrade response",
    );
    upgrade?.end?.();
    hear(
      "http.get",
      attempt("http.get", () => http.get(`http://127.0.0.1:${at}/`)),
      "response",
    );
    attempt("createConnection of one's own", () =>
      http
        .get({ port: at, host: "127.0.0.1", createConnection: rec("createConnection") })
        .on("error", rec("createConnection's error")),
    );
    attempt("agent.createConnection", () =>
      agent.createConnection({ port: at, host: "127.0.0.1" }, rec("agent.createConnection's callback")),
    );
    attempt("globalAgent", () => http.globalAgent);
    attempt("new IncomingMessage", () => new http.IncomingMessage(new net.Socket()));
    attempt("new ServerResponse", () => new http.ServerResponse({ method: "GET" }));
    attempt("new OutgoingMessage", () => new http.OutgoingMessage());
    const fetched = await attemptAsync("fetch", () => fetch(`http://127.0.0.1:${at}/`));
    if (fetched) {
      attempt("Response.clone", () => fetched.clone());
      attempt("Response.body", () => fetched.body.getReader());
    }
    attempt("a denied fetch", () => fetch("http://192.0.2.1/"));
    attempt("fetch's dispatcher", () =>
      fetch(`http://127.0.0.1:${at}/`, { dispatcher: { dispatch: rec("dispatch") } }),
    );
    attempt("Request", () => new Request("http://127.0.0.1/", { method: "POST", body: "x" }));
    attempt("Response", () => new Response("x"));
    attempt("Headers", () => new Headers({ a: "b" }).entries());
    attempt("FormData", () => {
      const form = new FormData();
      form.append("a", new Blob(["x"]));
      return form.entries();
    });
    const socket = attempt("WebSocket", () => new WebSocket(`ws://127.0.0.1:${at}/`));
    for (const type of ["open", "error", "close", "message"])
      attempt("WebSocket.on", () => socket.addEventListener(type, rec(`WebSocket's ${type}`)));
    closers.push(
      () => socket?.close(),
      () => {
        server.close();
        server.closeAllConnections();
      },
      () => agent.destroy(),
    );
  }
  if (http2) {
    const server = hear(
      "Http2Server",
      attempt("http2.createServer", () =>
        http2.createServer((request, response) => {
          hear("Http2ServerRequest", request, "data end");
          hear("Http2ServerResponse", response, "finish close");
          walker.add("compat stream", response.stream);
          response.end("x");
        }),
      ),
      "stream session request sessionError connection close",
    );
    server?.on?.("stream", (...args) =>
      args.forEach((arg, index) => hear(`ServerHttp2Stream ${index}`, arg, "data end close")),
    );
    server?.on?.("session", (session) =>
      hear("ServerHttp2Session", session, "close localSettings remoteSettings stream"),
    );
    const at = server && (await listening(server));
    const session = hear(
      "ClientHttp2Session",
      attempt("http2.connect", () => http2.connect(`http://127.0.0.1:${at}`, rec("http2.connect's listener"))),
      "connect close stream localSettings remoteSettings",
    );
    attempt("session.socket", () => session.socket);
    const request = hear(
      "ClientHttp2Stream",
      attempt("session.request", () => session.request({ ":path": "/" })),
      "response data end headers push close",
    );
    request?.end?.();
    attempt("session.ping", () => session.ping(rec("ping's callback")));
    attempt("session.settings", () => session.settings({}, rec("settings' callback")));
    closers.push(
      () => session?.destroy(),
      () => server?.close(),
    );
  }
  if (dgram) {
    const socket = hear(
      "dgram.Socket",
      attempt("dgram.createSocket", () =>
        dgram.createSocket({ type: "udp4", lookup: rec("dgram's lookup") }, rec("dgram's message")),
      ),
      "message listening close connect",
    );
    attempt("dgram.bind", () =>
      socket.bind(0, "127.0.0.1", () =>
        attempt("dgram.send", () => socket.send("x", socket.address().port, "127.0.0.1", rec("dgram.send's callback"))),
      ),
    );
    closers.push(() => socket.close());
  }
  if (dns) {
    attempt("dns.lookup", () => dns.lookup("127.0.0.1", rec("dns.lookup's callback")));
    attempt("dns.resolve", () => dns.resolve("denied.invalid", rec("dns.resolve's callback")));
    attempt("dns.Resolver", () => new dns.Resolver());
    attempt("dns.promises.Resolver", () => new dns.promises.Resolver());
    attempt("dns.promises.lookup", () => dns.promises.lookup("127.0.0.1"));
  }

  // Children and workers.
  if (child_process) {
    const child = hear(
      "ChildProcess",
      attempt("spawn", () => child_process.spawn("cat", [], { stdio: ["pipe", "pipe", "pipe"] })),
      "spawn exit close message disconnect",
    );
    for (const name of ["stdin", "stdout", "stderr"]) hear(`child.${name}`, child?.[name], "data end finish close");
    attempt("child.stdin.write", () => child.stdin.write("x", rec("child.stdin.write's callback")));
    hear(
      "execFile",
      attempt("execFile", () => child_process.execFile("true", rec("execFile's callback"))),
      "exit close",
    );
    hear(
      "a denied child",
      attempt("a denied spawn", () => child_process.spawn("sh")),
      "exit",
    );
    attempt("spawnSync", () => child_process.spawnSync("true"));
    attempt("a denied spawnSync", () => child_process.spawnSync("sh"));
    attempt("execFileSync", () => child_process.execFileSync("false"));
    const forked = hear(
      "a forked child",
      attempt("fork", () => child_process.fork(`${__dirname}/child.js`, { silent: true })),
      "spawn message exit disconnect",
    );
    attempt("fork.send", () => forked.send({ x: 1 }, rec("fork.send's callback")));
    attempt("ChildProcess.channel", () => forked.channel);
    closers.push(
      () => child?.kill(),
      () => forked?.kill(),
    );
  }
  if (worker_threads) {
    const worker = hear(
      "Worker",
      attempt(
        "new Worker",
        () => new worker_threads.Worker(`${__dirname}/child.js`, { stdin: true, stdout: true, stderr: true }),
      ),
      "message online exit messageerror",
    );
    for (const name of ["stdin", "stdout", "stderr"]) hear(`worker.${name}`, worker?.[name], "data end");
    attempt("worker.performance", () => worker.performance);
    const channel = attempt("MessageChannel", () => new worker_threads.MessageChannel());
    hear("MessagePort", channel?.port1, "message close messageerror");
    attempt("port.onmessage", () => {
      channel.port1.onmessage = rec("onmessage");
      channel.port2.postMessage({ x: 1, port: new worker_threads.MessageChannel().port1 }, []);
    });
    attempt("postMessage", () => channel.port2.postMessage({ x: new Map([[1, new Error("x")]]) }));
    attempt("receiveMessageOnPort", () => worker_threads.receiveMessageOnPort(channel.port1));
    const broadcast = attempt("BroadcastChannel", () => new worker_threads.BroadcastChannel("crawler"));
    attempt("broadcast.onmessage", () => {
      broadcast.onmessage = rec("BroadcastChannel's onmessage");
    });
    closers.push(
      () => worker?.terminate(),
      () => channel.port1.close(),
      () => broadcast.close(),
    );
  }
  // Targets make events by a method under a symbol.
  for (const target of [
    globalThis.AbortController && new AbortController().signal,
    globalThis.EventTarget && new EventTarget(),
  ]) {
    if (!target) continue;
    let make;
    for (let at = target; at; at = Object.getPrototypeOf(at))
      make ??= Object.getOwnPropertySymbols(at).find((key) => key.description === "kCreateEvent");
    attempt("kCreateEvent", () => target[make]("x", "x"));
  }
  attempt("structuredClone", () => structuredClone({ a: new Map(), e: new Error("x") }));

  // Cryptography and compression.
  if (crypto) {
    const key = Buffer.alloc(32),
      iv = Buffer.alloc(16);
    for (const [label, make] of Object.entries({
      Hash: () => crypto.createHash("sha256"),
      Hmac: () => crypto.createHmac("sha256", key),
      Mac: () => crypto.createMac?.("hmac", key, { digest: "sha256" }),
      Cipheriv: () => crypto.createCipheriv("aes-256-cbc", key, iv),
      Decipheriv: () => crypto.createDecipheriv("aes-256-cbc", key, iv),
      Sign: () => crypto.createSign("sha256"),
      Verify: () => crypto.createVerify("sha256"),
      ECDH: () => crypto.createECDH("prime256v1"),
      DiffieHellmanGroup: () => crypto.createDiffieHellmanGroup("modp14"),
      KeyObject: () => crypto.createSecretKey(key),
      KeyPair: () => crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
      subtle: () => crypto.webcrypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]),
      generateKeyPair: () =>
        crypto.generateKeyPair("ec", { namedCurve: "prime256v1" }, rec("generateKeyPair's callback")),
      randomBytes: () => crypto.randomBytes(8, rec("randomBytes' callback")),
      pbkdf2: () => crypto.pbkdf2("a", "b", 1, 8, "sha256", rec("pbkdf2's callback")),
      checkPrime: () => crypto.checkPrime(7n, rec("checkPrime's callback")),
      DiffieHellman: () => crypto.createDiffieHellman(Buffer.from([23]), 5),
    }))
      hear(label, attempt(`crypto ${label}`, make), "data end readable");
  }
  if (zlib)
    for (const name of [
      "createGzip",
      "createGunzip",
      "createBrotliCompress",
      "createBrotliDecompress",
      "createInflate",
      "createZstdCompress",
      "createZstdDecompress",
    ])
      attempt(name, () => hear(name, zlib[name]({ chunkSize: 64 }), "data end").write?.("x"));
  if (zlib) attempt("zlib.gzip", () => zlib.gzip("x", rec("zlib.gzip's callback")));
  if (readline) {
    const lines = hear(
      "readline.Interface",
      attempt("readline", () =>
        readline.createInterface({
          input: stream.Readable.from(["a\n", "b\n"]),
          output: new stream.PassThrough(),
          completer: rec("completer"),
        }),
      ),
      "line close pause history SIGINT",
    );
    attempt("readline.question", () => lines.question("x", rec("question's callback")));
    attempt("readline.promises", () => readline.promises.createInterface({ input: stream.Readable.from(["a\n"]) }));
    attempt("async iterator of readline", () =>
      readline.createInterface({ input: stream.Readable.from(["a\n"]) })[Symbol.asyncIterator](),
    );
  }

  // Events, timers, microtasks.
  if (events) {
    const emitter = hear("EventEmitter", new events.EventEmitter(), "x newListener removeListener");
    emitter.emit("x", {});
    attempt("events.once", () => events.once(emitter, "y"));
    attempt("events.on", () => events.on(emitter, "y"));
    attempt("events.addAbortListener", () =>
      events.addAbortListener(new AbortController().signal, rec("addAbortListener")),
    );
    attempt("EventEmitterAsyncResource", () => new events.EventEmitterAsyncResource({ name: "x" }));
    attempt("captureRejections", () => {
      const e = new events.EventEmitter({ captureRejections: true });
      e[Symbol.for("nodejs.rejection")] = rec("nodejs.rejection");
      e.on("x", async () => {
        throw new Error("x");
      });
      e.emit("x", {});
      return e;
    });
  }
  const controller = attempt("AbortController", () => new AbortController());
  attempt("AbortSignal", () => {
    controller.signal.addEventListener("abort", rec("abort's event"));
    controller.signal.onabort = rec("onabort");
    controller.abort();
  });
  attempt("AbortSignal.timeout", () => AbortSignal.timeout(5).addEventListener("abort", rec("timeout's event")));
  attempt("AbortSignal.any", () => AbortSignal.any([controller.signal]));
  attempt("EventTarget", () => {
    const target = new EventTarget();
    target.addEventListener("x", { handleEvent: rec("handleEvent") });
    target.dispatchEvent(new CustomEvent("x", { detail: {} }));
    return target;
  });
  for (const name of ["setTimeout", "setImmediate", "setInterval", "queueMicrotask"])
    closers.push(
      (
        (handle) => () =>
          name === "setInterval" && clearInterval(handle)
      )(attempt(name, () => globalThis[name]?.(rec(`${name}'s callback`), 2))),
    );
  attempt("timers.promises.setInterval", () => modules.timers.promises.setInterval(5));
  attempt("timers.promises.scheduler", () => modules.timers.promises.scheduler);
  attempt("process.nextTick", () => process.nextTick(rec("nextTick's callback"), 1));
  for (const name of [
    "exit",
    "beforeExit",
    "warning",
    "uncaughtException",
    "unhandledRejection",
    "message",
    "SIGUSR2",
    "rejectionHandled",
  ])
    attempt(`process.on(${name})`, () => process.on(name, rec(`process's ${name}`)));
  attempt("process.stdin", () => hear("process.stdin", process.stdin, "data end close"));
  for (const name of ["stdout", "stderr"])
    attempt(`process.${name}`, () => hear(`process.${name}`, process[name], "drain pipe"));
  attempt("process.report", () => process.report?.getReport());
  attempt("process.binding", () => process.binding("fs"));
  attempt("process.finalization", () => process.finalization?.register({}, rec("finalization")));

  // Reflection.
  if (vm) {
    attempt("vm.Script", () => new vm.Script("this").runInThisContext());
    attempt("vm.createContext", () => {
      const context = vm.createContext({});
      vm.runInContext("this.constructor", context);
      return context;
    });
    attempt("vm.runInNewContext", () => vm.runInNewContext("[this, function () {}, new Error('x')]"));
    attempt("vm.compileFunction", () => vm.compileFunction("return this")());
    attempt("vm with import()", () => vm.runInThisContext("import('node:fs')"));
  }
  if (v8) {
    attempt("v8.Serializer", () => new v8.Serializer());
    attempt("v8.DefaultDeserializer", () => new v8.DefaultDeserializer(v8.serialize({ a: new Map() })));
    attempt("v8.getHeapSnapshot", () => v8.getHeapSnapshot());
    attempt("v8.startupSnapshot", () => v8.startupSnapshot);
    attempt("v8.promiseHooks", () => v8.promiseHooks?.onInit?.(rec("onInit")));
    attempt("v8.GCProfiler", () => new v8.GCProfiler());
  }
  const {
    async_hooks,
    diagnostics_channel,
    perf_hooks,
    inspector,
    wasi,
    sqlite,
    domain,
    util,
    module: moduleModule,
    trace_events,
    cluster,
  } = modules;
  if (async_hooks) {
    attempt("AsyncLocalStorage", () => new async_hooks.AsyncLocalStorage().run({}, rec("AsyncLocalStorage.run")));
    attempt("AsyncResource", () => new async_hooks.AsyncResource("X").runInAsyncScope(rec("runInAsyncScope")));
    attempt("AsyncResource.bind", () => async_hooks.AsyncResource.bind(rec("bound")));
    attempt("createHook", () =>
      async_hooks.createHook({ init: rec("hook's init"), before: rec("hook's before") }).enable(),
    );
    attempt("executionAsyncResource", () => async_hooks.executionAsyncResource());
    attempt("AsyncLocalStorage.snapshot", () => async_hooks.AsyncLocalStorage.snapshot()(rec("snapshot")));
  }
  if (diagnostics_channel) {
    for (const name of [
      "http.client.request.start",
      "net.client.socket",
      "undici:request:create",
      "child_process",
      "module.require",
      "http.server.request.start",
      "mine",
    ])
      attempt(`channel ${name}`, () => {
        const channel = diagnostics_channel.channel(name);
        channel.subscribe(rec(`${name}'s message`));
        if (name === "mine") channel.publish({});
        return channel;
      });
    attempt("tracingChannel", () => diagnostics_channel.tracingChannel("mine").traceSync(rec("traceSync"), {}));
    attempt("subscribe", () => diagnostics_channel.subscribe("net.server.socket", rec("net.server.socket's message")));
  }
  if (perf_hooks) {
    attempt("PerformanceObserver", () => {
      const observer = new perf_hooks.PerformanceObserver(rec("PerformanceObserver's callback"));
      observer.observe({ entryTypes: ["mark", "measure", "http", "net", "dns", "gc", "function", "resource"] });
      return observer;
    });
    attempt("mark", () => perf_hooks.performance.mark("x", { detail: {} }));
    attempt("measure", () => perf_hooks.performance.measure("y", "x"));
    attempt("timerify", () => perf_hooks.performance.timerify(rec("timerify"))());
    attempt("histogram", () => perf_hooks.createHistogram());
    attempt("monitorEventLoopDelay", () => perf_hooks.monitorEventLoopDelay());
    attempt("eventLoopUtilization", () => perf_hooks.performance.eventLoopUtilization());
  }
  attempt("inspector.Session", () => new inspector.Session());
  attempt("inspector.console", () => inspector.console);
  attempt("WASI", () => new wasi.WASI({ version: "preview1" }));
  attempt("sqlite", () => new sqlite.DatabaseSync(":memory:"));
  attempt("domain", () => {
    const d = domain.create();
    d.run(rec("domain.run"));
    return d;
  });
  attempt("trace_events", () => trace_events.createTracing({ categories: ["node"] }));
  attempt("cluster.worker", () => [cluster.worker, cluster.workers, cluster.settings]);
  attempt("test", () => modules.test("x", rec("test's callback")));
  if (util) {
    attempt("inspect.custom", () =>
      util.inspect({ [util.inspect.custom]: rec("inspect.custom") }, { stylize: rec("stylize") }),
    );
    attempt("inspect showProxy", () =>
      util.inspect([process.env, module, require, globalThis], {
        showProxy: true,
        showHidden: true,
        depth: 2,
        getters: true,
      }),
    );
    attempt("promisify", () => util.promisify(rec("promisified"))("x"));
    attempt("callbackify", () =>
      util.callbackify(async () => {
        throw new Error("x");
      })(rec("callbackified")),
    );
    attempt("util.aborted", () => util.aborted(controller.signal, {}));
    attempt("getCallSites", () => (util.getCallSites ?? util.getCallSite)?.());
    attempt("MIMEType", () => new util.MIMEType("text/plain;a=b").params);
    attempt("debuglog", () => util.debuglog("x", rec("debuglog's callback"))("x"));
    attempt("transferableAbortController", () => util.transferableAbortController());
    attempt("deprecate", () => util.deprecate(rec("deprecated"), "x"));
  }
  if (moduleModule) {
    attempt("createRequire", () => {
      const own = moduleModule.createRequire(__filename);
      return [own, own.cache, own.main, own.extensions, own.resolve.paths("x"), own("node:fs")];
    });
    attempt("new Module", () => {
      const made = new moduleModule.Module("/x.js");
      attempt("_compile", () => made._compile("module.exports = [this, require, module]", `${__dirname}/made.js`));
      return made;
    });
    attempt("module.registerHooks", () =>
      moduleModule.registerHooks?.({ resolve: rec("resolve hook"), load: rec("load hook") }),
    );
    attempt("Module._load", () => moduleModule._load("fs", module));
    attempt("SourceMap", () => new moduleModule.SourceMap({ version: 3, sources: [], mappings: "" }));
    attempt("syncBuiltinESMExports", () => moduleModule.syncBuiltinESMExports());
  }
  attempt("module.parent and children", () => [module.parent, module.children, require.main, module.paths]);
  attempt("require of a builtin's path", () => require("internal/bootstrap/realm"));
  // (module (memory 1) (func (export "f")))
  const wasm = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0, 10, 4, 1, 2, 0,
    11,
  ]);
  attempt("WebAssembly.Instance", () => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm));
    return [instance, instance.exports, instance.exports.f];
  });
  attempt("WebAssembly.instantiate", () => WebAssembly.instantiate(wasm));
  attempt("WebAssembly.compileStreaming", () =>
    WebAssembly.compileStreaming(new Response(wasm, { headers: { "content-type": "application/wasm" } })),
  );
  attempt("WebAssembly.Memory", () => new WebAssembly.Memory({ initial: 1 }));
  attempt("WebAssembly.Tag", () => new WebAssembly.Exception(new WebAssembly.Tag({ parameters: ["externref"] }), [{}]));
  attempt("an unhandled rejection", () => {
    Promise.reject(new Error("unhandled")).catch(rec("handled"));
  });
  attempt("a stack overflow", () => {
    (function deep() {
      deep();
    })();
  });
  attempt("a syntax error", () => new Function("("));
  attempt("a symbol for a name", () => {
    const error = new Error("x");
    error.name = Symbol("x");
    return error.stack;
  });
  for (const server of [port]) attempt("a number", () => server);
  await turn(150);
  await turn(150);
  return () => {
    for (const close of closers)
      try {
        close();
      } catch {}
  };
};
