// Names under .invalid lead nowhere; in a replay they lead to the server of the replay.
// It is loaded under plain node and under moat alike, so that what stops an attack under moat is moat.
const { Socket } = require("node:net");

const port = Number(process.env.REPLAY_PORT);
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof options?.host === "string" && options.host.endsWith(".invalid")) {
    const redirected = { ...options, host: "127.0.0.1", port };
    args[0] = Array.isArray(args[0]) ? Object.assign([...args[0]], { 0: redirected }) : redirected;
    // Node marks lists of arguments that it has put in order, by a symbol.
    if (Array.isArray(args[0]))
      for (const key of Object.getOwnPropertySymbols(arguments[0])) args[0][key] = arguments[0][key];
  }
  return connect.apply(this, args);
};
