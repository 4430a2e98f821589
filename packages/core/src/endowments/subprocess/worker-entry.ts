import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, URL } from "node:url";
import type { EndowmentContext } from "../principal.ts";
import type { WorkerRequest } from "./launchers.ts";

function invalidFile(received: string): TypeError {
  return Object.assign(
    new TypeError(
      `The worker script or module filename must be an absolute path or a relative path starting with './' or '../'. Received "${received}"`,
    ),
    { code: "ERR_WORKER_PATH" },
  );
}

/** What a worker is asked to run, read once: a file, a text, or a `data:` URL. */
export function readWorkerEntry(context: EndowmentContext, given: unknown, isEval: boolean): WorkerRequest["entry"] {
  const href = given instanceof URL ? `${given.href}` : undefined;
  const text = href ?? `${given as string}`;
  if (isEval) {
    if (href !== undefined)
      throw Object.assign(new TypeError("The property 'options.eval' must be false when 'filename' is not a string."), {
        code: "ERR_INVALID_ARG_VALUE",
      });
    return { source: text, format: "commonjs" };
  }
  if (href?.startsWith("data:") || (href === undefined && text.startsWith("data:"))) return readDataUrl(context, text);
  if (href !== undefined) {
    if (!href.startsWith("file:"))
      throw Object.assign(new TypeError("The URL must be of scheme file"), { code: "ERR_INVALID_URL_SCHEME" });
    return { file: fileURLToPath(href) };
  }
  if (isAbsolute(text)) return { file: resolve(text) };
  if (/^\.\.?[/\\]/.test(text)) return { file: resolve(context.powers.process.cwd(), text) };
  throw invalidFile(text);
}

function readDataUrl(context: EndowmentContext, url: string): WorkerRequest["entry"] {
  const match = /^data:(?:text|application)\/javascript(;[^,]*?)?,([\s\S]*)$/.exec(url);
  if (match === null) throw invalidFile(url.slice(0, 40));
  const [, parameters = "", body] = match;
  const text = decodeURIComponent(body!);
  return {
    source: parameters.endsWith(";base64")
      ? context.powers.builtin("buffer").Buffer.from(text, "base64").toString("utf8")
      : text,
    format: "module",
  };
}
