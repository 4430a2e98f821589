import { promisify } from "node:util";

/** `util.promisify` of `exec` and `execFile` gives both outputs, and the child. */
export function addPromise(original: (...args: any[]) => any): void {
  const promised = (...args: unknown[]): Promise<unknown> => {
    let child: unknown;
    const promise = new Promise((resolve, reject) => {
      child = original(...args, (error: Error | null, stdout: unknown, stderr: unknown) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(Object.assign(error, { stdout, stderr }));
      });
    });
    return Object.assign(promise, { child });
  };
  Object.defineProperty(original, promisify.custom, { value: promised, enumerable: false });
}
