const ipc = require("node-ipc");

ipc.serve(
  "greeter",
  (name, reply) => reply(`good day, ${name}`),
  () =>
    ipc.connectTo("greeter", "anna", (answer) => {
      console.log(answer);
      ipc.stop();
    }),
);
