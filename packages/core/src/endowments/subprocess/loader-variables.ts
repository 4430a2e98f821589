/**
 * Variables by which a program loads code, runs another program or trusts
 * another authority: a package may not set them for a child. Compared in upper
 * case; a trailing `*` stands for any rest.
 */
export const LOADER_VARIABLES: readonly string[] = [
  // The dynamic linker and libc.
  "LD_*", "DYLD_*", "_RLD*", "LIBPATH", "SHLIB_PATH", "GCONV_PATH", "LOCPATH", "NLSPATH", "GLIBC_TUNABLES", "MALLOC_*", "HOSTALIASES", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
  // Node and npm.
  "NODE_OPTIONS", "NODE_PATH", "NODE_V8_COVERAGE", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE", "NODE_UNIQUE_ID", "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "NODE_REPL_*", "NODE_ICU_DATA", "NODE_REDIRECT_WARNINGS", "NODE_COMPILE_CACHE", "NODE_USE_*", "NPM_*", "YARN_*", "PNPM_*", "COREPACK_*", "BUN_*", "DENO_*", "ELECTRON_*", "MOAT_*",
  // TLS libraries.
  "OPENSSL_*", "SSL_*", "SSLKEYLOGFILE", "CURL_*", "REQUESTS_CA_BUNDLE",
  // Shells.
  "BASH_*", "ENV", "SHELLOPTS", "BASHOPTS", "PS1", "PS2", "PS4", "PROMPT_COMMAND", "IFS", "CDPATH", "ZDOTDIR", "FPATH", "SHELL", "COMSPEC", "PATH", "PATHEXT",
  // Other languages.
  "PYTHON*", "PERL*", "PERL5*", "RUBY*", "GEM_*", "BUNDLE_*", "LUA_*", "PHP*", "JAVA_*", "_JAVA_*", "JDK_*", "CLASSPATH", "MAVEN_*", "GRADLE_*", "GO*", "CGO_*", "CARGO*", "RUST*", "R_*", "TCLLIBPATH", "DOTNET_*", "CORECLR_*", "COR_*", "MONO_*", "ERL_*", "GUILE_*", "JULIA_*",
  // Compilers and make.
  "MAKE*", "GNUMAKEFLAGS", "CC", "CXX", "CPP", "LD", "AR", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "COMPILER_PATH", "GCC_EXEC_PREFIX",
  // Where programs find their settings, and Windows its libraries.
  "HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR",
  // Programs that other programs start.
  "EDITOR", "VISUAL", "PAGER", "MANPAGER", "LESS*", "BROWSER", "SUDO_*", "SSH_*", "RSYNC_*", "GPG_*", "GNUPGHOME", "XDG_CONFIG_*", "XDG_DATA_*",
  "GIT_SSH*", "GIT_EXEC_PATH", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_PAGER", "GIT_EXTERNAL_DIFF", "GIT_ASKPASS", "GIT_PROXY_*", "GIT_TEMPLATE_DIR", "GIT_CONFIG*", "GIT_TRACE*", "GIT_ALTERNATE_*", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL_FROM_USER", "GIT_MERGE_*",
  "DOCKER_*", "KUBECONFIG", "AWS_CONFIG_FILE", "HGRCPATH", "SVN_*",
];

/** What every child gets beside its principal's own variables: nothing secret, and without it programs misbehave. */
export const BASELINE_VARIABLES: readonly string[] = [
  "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_*", "TERM", "COLORTERM", "TZ", "TMPDIR", "TEMP", "TMP", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR",
  "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
];

/** Whether the name is in the table. */
export function matchesVariable(table: readonly string[], name: string): boolean {
  const upper = name.toUpperCase();
  return table.some((row) => (row.endsWith("*") ? upper.startsWith(row.slice(0, -1)) : upper === row));
}
