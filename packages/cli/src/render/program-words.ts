import { listWords } from "./list-words.ts";

/**
 * Programs that start any other by their arguments, their configuration or their input, or run code that they are
 * given: who may run one may do what the user may.
 */
const ORDERED: ReadonlySet<string> = new Set(
  (
    "ash awk bash bun busybox cmd cmd.exe corepack cscript csh curl dash deno docker emacs env fish find gawk gdb gh git go " +
    "java ksh less make man mawk msbuild mshta nc ncat nice nohup npm npx osascript parallel perl php pip pip3 pnpm podman powershell " +
    "powershell.exe pwsh python python2 python3 rsync ruby scp screen sed setsid sh socat ssh start strace su sudo tar tclsh " +
    "time timeout tmux uv vi vim watch wget wscript wsl wsl.exe xargs yarn zip zsh"
  ).split(" "),
);

const BY_IT = " (and by it any other)";

/** After "run": the program, and what that comes to. */
export function programWords(program: string): string {
  if (program === "*") return "any program";
  if (program === "node") return "scripts by node (under this policy)";
  const name = program.slice(program.lastIndexOf("/") + 1);
  return ORDERED.has(name) ? `the program ${program}${BY_IT}` : `the program ${program}`;
}

/** The same for several: those that come to no more first, then those by which anything can be run. */
export function programsWords(programs: readonly string[]): string {
  const ordered = programs.filter((program) => programWords(program).endsWith(BY_IT));
  const plain = programs.filter((program) => program !== "node" && !ordered.includes(program));
  return listWords([
    ...(plain.length === 0 ? [] : [`${plain.length === 1 ? "the program" : "the programs"} ${listWords(plain)}`]),
    ...(programs.includes("node") ? [programWords("node")] : []),
    ...(ordered.length === 0
      ? []
      : [`${ordered.length === 1 ? "the program" : "the programs"} ${listWords(ordered)}${BY_IT}`]),
  ]);
}
