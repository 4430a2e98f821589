const http = require("node:http");

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** Bytes of `count` answers, one after another over one connection. */
exports.ask = async (port, count) => {
  let bytes = 0;
  for (let n = 0; n < count; n++) bytes += await once(port);
  if (count > 500) agent.destroy();
  return bytes;
};

function once(port) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/", agent }, (response) => {
      let bytes = 0;
      response.on("data", (data) => (bytes += data.length));
      response.on("end", () => resolve(bytes));
    });
    request.on("error", reject);
  });
}
