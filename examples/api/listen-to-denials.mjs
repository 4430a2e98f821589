// Every denial, as it happens: here, and for whatever else listens in this process on a channel of Node's.
import { subscribe } from "node:diagnostics_channel";
import { moat } from "@moat/core";

subscribe("moat:denial", ({ attributes }) =>
  console.log("channel:", attributes["moat.package"], attributes["security_rule.category"]),
);

const notes = await moat.load(
  "notes",
  { fs: {} },
  {
    onDenial: ({ principal, capability, target }) => console.log("handler:", principal, capability, target),
  },
);
notes.module.default.token();
