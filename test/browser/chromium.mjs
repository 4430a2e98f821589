// A real headless Chromium, driven over its own pipe (two file descriptors, messages end with NUL): no port, no library.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const PATIENCE = 60_000;
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-pipe",
];

/** The program, of `MOAT_CHROMIUM` or the path; undefined where there is none. */
export function findChromium(env = process.env) {
  if (env.MOAT_CHROMIUM) return env.MOAT_CHROMIUM;
  const folders = (env.PATH ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/** Starts it with an empty profile, and opens one page. */
export async function openPage(program, { width = 1280, height = 900, dark = false } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "moat-chromium-"));
  const child = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    // What it keeps for the user goes with the profile.
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const waiting = new Map();
  const listeners = [];
  let last = 0;
  let session;
  let rest = Buffer.alloc(0);
  const fail = (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.once("error", fail);
  child.once("close", () => fail(new Error("Chromium ended")));
  child.stdio[3].on("error", fail);
  child.stdio[4].on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      const { id, result, error, method, params } = JSON.parse(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
      if (id === undefined) for (const listen of [...listeners]) listen(method, params);
      else if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  const send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = (last += 1);
      const timer = setTimeout(() => reject(new Error(`Chromium did not answer ${method}`)), PATIENCE);
      const settle = (done) => (value) => {
        clearTimeout(timer);
        done(value);
      };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      child.stdio[3].write(`${JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) })}\0`);
    });
  const next = (wanted) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Chromium did not tell of ${wanted}`)), PATIENCE);
      listeners.push(function listen(method) {
        if (method !== wanted) return;
        clearTimeout(timer);
        listeners.splice(listeners.indexOf(listen), 1);
        resolve();
      });
    });

  /** What the page asked for, logged and threw. */
  const seen = { requests: [], logged: [] };
  listeners.push((method, params) => {
    if (method === "Network.requestWillBeSent") seen.requests.push(params.request.url);
    if (method === "Log.entryAdded") seen.logged.push(params.entry.text);
    if (method === "Runtime.exceptionThrown") seen.logged.push(params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled") seen.logged.push(JSON.stringify(params.args));
    if (method === "Page.javascriptDialogOpening") seen.logged.push(`dialog ${params.message}`);
  });

  const page = {
    seen,
    async goto(url) {
      const loaded = next("Page.loadEventFired");
      await send("Page.navigate", { url });
      await loaded;
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        returnByValue: true,
        awaitPromise: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    /** `Tab`, `Enter`, `ArrowDown`, `/` … as a keyboard sends them. */
    async press(key) {
      const { code = key, keyCode, text } = KEYS[key];
      const event = { key, code, windowsVirtualKeyCode: keyCode, ...(text === undefined ? {} : { text }) };
      await send("Input.dispatchKeyEvent", { type: text === undefined ? "rawKeyDown" : "keyDown", ...event });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event, text: undefined });
    },
    type: (text) => send("Input.insertText", { text }),
    async emulate({ dark: isDark = false, script = true }) {
      await send("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: isDark ? "dark" : "light" }],
      });
      await send("Emulation.setScriptExecutionDisabled", { value: !script });
    },
    async screenshot({ height: wanted, scale = 1 } = {}) {
      const { data } = await send("Page.captureScreenshot", {
        format: "png",
        ...(wanted ? { clip: { x: 0, y: 0, width, height: wanted, scale }, captureBeyondViewport: true } : {}),
      });
      return Buffer.from(data, "base64");
    },
    async close() {
      // It ends its own children, which write to the profile until then.
      session = undefined;
      send("Browser.close").catch(() => {});
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
  try {
    const { targetInfos } = await send("Target.getTargets");
    const target =
      targetInfos.find(({ type }) => type === "page")?.targetId ??
      (await send("Target.createTarget", { url: "about:blank" })).targetId;
    session = (await send("Target.attachToTarget", { targetId: target, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "Network", "Log"]) await send(`${domain}.enable`);
    await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await page.emulate({ dark });
  } catch (error) {
    await page.close();
    throw error;
  }
  return page;
}

const KEYS = {
  Tab: { keyCode: 9 },
  Enter: { keyCode: 13, text: "\r" },
  Escape: { keyCode: 27 },
  ArrowDown: { keyCode: 40 },
  ArrowUp: { keyCode: 38 },
  "/": { code: "Slash", keyCode: 191, text: "/" },
};
