import { dispatch } from "./dispatch.ts";

// The only place of the command that touches the process: everything below gets what it needs as an argument.
// HAZARD: the runtime takes `process` out of the global object, and denials are told after that.
const host = process;
const { stdout, stderr } = host;

await dispatch(host.argv.slice(2), {
  cwd: host.cwd(),
  env: host.env,
  stdout: { isTerminal: stdout.isTTY === true, write: (text) => void stdout.write(text) },
  stderr: { isTerminal: stderr.isTTY === true, write: (text) => void stderr.write(text) },
  exit: (code) => {
    host.exitCode = code;
  },
  atExit: (listener) => void host.once("exit", listener),
});
