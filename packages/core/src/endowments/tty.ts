import { accessDenied } from "./access-denied.ts";
import { deferMember, defineMember, named } from "./facade.ts";
import { principalProcess } from "./process/process.ts";
import { outputClasses } from "./process/standard-output.ts";
import type { EndowmentContext } from "./principal.ts";

/**
 * A principal's `tty`.
 *
 * HAZARD: the real `ReadStream` and `WriteStream` are sockets that take any
 * descriptor, somebody else's file or connection among them, and inherit
 * `connect`. These give the principal's own standard streams, for 0, 1 and 2.
 */
export function makeTty(context: EndowmentContext): object {
  const real = context.powers.builtin("tty");
  const own = (): NodeJS.Process => principalProcess(context) as NodeJS.Process;
  const refuse = (what: string, fd: unknown): never => {
    context.principal.denies({ capability: "fs.write", target: `fd ${String(fd)}`, via: what });
    throw accessDenied(what, "FileSystemWrite");
  };
  // The classes of streams, which most who ask whether there is a terminal have no need of.
  const makeWriteStream = (): Function => {
    const WriteStream = named("WriteStream", 1, function (fd: unknown) {
      if (fd === 1 || fd === 2) return fd === 1 ? own().stdout : own().stderr;
      return context.principal.trusted ? new real.WriteStream(fd) : refuse("tty.WriteStream", fd);
    });
    const { prototype } = outputClasses(context).TerminalOutput;
    return Object.defineProperty(WriteStream, "prototype", { value: prototype, writable: false });
  };
  const ReadStream = named("ReadStream", 2, function (fd: unknown, options: unknown) {
    if (fd === 0) return own().stdin;
    return context.principal.trusted ? new real.ReadStream(fd, options) : refuse("tty.ReadStream", fd);
  });
  const facade = {};
  defineMember(
    facade,
    "isatty",
    named("isatty", 1, (fd: unknown) => real.isatty(fd)),
  );
  defineMember(facade, "ReadStream", ReadStream);
  deferMember(facade, "WriteStream", real.WriteStream, makeWriteStream);
  return facade;
}
