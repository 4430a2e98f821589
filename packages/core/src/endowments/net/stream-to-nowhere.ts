import type { Powers } from "../principal.ts";

/** What samples of connections are made over: nothing comes in, and nothing that goes out is ever done. */
export function streamToNowhere({ builtin }: Pick<Powers, "builtin">): any {
  const { Duplex } = builtin("stream");
  return new Duplex({ read() {}, write() {} }).on("error", () => {});
}
