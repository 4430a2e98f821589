/** Builtin modules that are found without the `node:` prefix, on any of Node 20 to 26. */
const PLAIN: ReadonlySet<string> = new Set([
  "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server",
  "_stream_duplex", "_stream_passthrough", "_stream_readable", "_stream_transform", "_stream_wrap",
  "_stream_writable", "_tls_common", "_tls_wrap", "assert", "assert/strict", "async_hooks", "buffer",
  "child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns",
  "dns/promises", "domain", "events", "fs", "fs/promises", "http", "http2", "https", "inspector",
  "inspector/promises", "module", "net", "os", "path", "path/posix", "path/win32", "perf_hooks", "process",
  "punycode", "querystring", "readline", "readline/promises", "repl", "stream", "stream/consumers",
  "stream/promises", "stream/web", "string_decoder", "sys", "timers", "timers/promises", "tls",
  "trace_events", "tty", "url", "util", "util/types", "v8", "vm", "wasi", "worker_threads", "zlib",
]);

/** The builtin that a specifier names, without its prefix; undefined for anything else. */
export function builtinName(specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return specifier.slice(5);
  return PLAIN.has(specifier) ? specifier : undefined;
}

/** Members of a builtin that are themselves builtins: `fs.promises` is `fs/promises`. */
export const SUBMODULES: Readonly<Record<string, string>> = {
  "assert.strict": "assert/strict",
  "dns.promises": "dns/promises",
  "fs.promises": "fs/promises",
  "inspector.promises": "inspector/promises",
  "path.posix": "path/posix",
  "path.win32": "path/win32",
  "readline.promises": "readline/promises",
  "stream.promises": "stream/promises",
  "timers.promises": "timers/promises",
  "util.types": "util/types",
};
