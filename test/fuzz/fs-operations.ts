/** What a hostile package does with `fs`, as a table: each gives back all that it learnt. */

/** The paths and values of one step. `p` and `q` make a path anew at each call. */
export interface StepArguments {
  p(): any;
  q(): any;
  readonly target: string;
  readonly flag: any;
  readonly bits: number;
}

type Operation = (fs: any, step: StepArguments) => unknown;

function readAll(fs: any, fd: number): string {
  const bytes = Buffer.alloc(64);
  try {
    return bytes.toString("latin1", 0, fs.readSync(fd, bytes, 0, 64, 0));
  } finally {
    fs.closeSync(fd);
  }
}

function used(fs: any, fd: number): string {
  try {
    fs.writeSync(fd, "w");
  } catch {
    // Opened for reading.
  }
  return readAll(fs, fd);
}

/** Options whose `flag` answers otherwise at the second look. */
function twoFaced(flag: any): object {
  let looks = 0;
  return {
    get flag() {
      return looks++ === 0 ? "r" : flag;
    },
    get encoding() {
      return "utf8";
    },
    fs: { open: () => 0, read: () => 0 },
  };
}

export const SYNC: Readonly<Record<string, Operation>> = {
  readFile: (fs, { p }) => fs.readFileSync(p(), "utf8"),
  readFileFlag: (fs, { p, flag }) => fs.readFileSync(p(), { flag, encoding: "latin1" }),
  readFileTwoFaced: (fs, { p, flag }) => fs.readFileSync(p(), twoFaced(flag)),
  readTwice: (fs, { p }) => [fs.existsSync(p()), fs.readFileSync(p(), "utf8"), fs.statSync(p())],
  open: (fs, { p, flag, bits }) => used(fs, fs.openSync(p(), flag, bits)),
  openNumber: (fs, { p, bits }) => used(fs, fs.openSync(p(), bits)),
  readdir: (fs, { p }) => ({ names: fs.readdirSync(p()) }),
  readdirTypes: (fs, { p }) => ({
    names: fs.readdirSync(p(), { withFileTypes: true }).map((entry: any) => entry.name),
  }),
  readdirDeep: (fs, { p }) => ({ names: fs.readdirSync(p(), { recursive: true }) }),
  opendir: (fs, { p }) => {
    const dir = fs.opendirSync(p());
    const names: string[] = [];
    for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) names.push(entry.name);
    dir.closeSync();
    return { names };
  },
  glob: (fs, { p }) => fs.globSync && { names: fs.globSync(`${p()}/*`) },
  stat: (fs, { p }) => ({ stats: fs.statSync(p()) }),
  statQuiet: (fs, { p }) => ({ stats: fs.statSync(p(), { throwIfNoEntry: false }) }),
  lstat: (fs, { p }) => ({ stats: fs.lstatSync(p()) }),
  exists: (fs, { p }) => ({ there: fs.existsSync(p()) }),
  access: (fs, { p }) => ({ there: fs.accessSync(p()) === undefined }),
  realpath: (fs, { p }) => ({ real: fs.realpathSync(p()) }),
  realpathNative: (fs, { p }) => ({ real: fs.realpathSync.native(p()) }),
  readlink: (fs, { p }) => fs.readlinkSync(p()),
  statfs: (fs, { p }) => fs.statfsSync(p()) && "",

  writeFile: (fs, { p }) => fs.writeFileSync(p(), "w"),
  writeFileFlag: (fs, { p, flag }) => fs.writeFileSync(p(), "w", { flag }),
  appendFile: (fs, { p }) => fs.appendFileSync(p(), "w"),
  truncate: (fs, { p }) => fs.truncateSync(p(), 0),
  unlink: (fs, { p }) => fs.unlinkSync(p()),
  rm: (fs, { p }) => fs.rmSync(p(), { recursive: true, force: true }),
  rmdir: (fs, { p }) => fs.rmdirSync(p()),
  mkdir: (fs, { p }) => fs.mkdirSync(p()),
  mkdirDeep: (fs, { p }) => fs.mkdirSync(p(), { recursive: true }),
  mkdtemp: (fs, { p }) => fs.mkdtempSync(p()) && "",
  rename: (fs, { p, q }) => fs.renameSync(p(), q()),
  link: (fs, { p, q }) => fs.linkSync(p(), q()),
  symlink: (fs, { target, q }) => fs.symlinkSync(target, q()),
  symlinkAnywhere: (fs, { p, q }) => fs.symlinkSync(p(), q()),
  copyFile: (fs, { p, q }) => fs.copyFileSync(p(), q()),
  copyAndRead: (fs, { p, q }) => [fs.copyFileSync(p(), q()), fs.readFileSync(q(), "utf8")],
  renameAndRead: (fs, { p, q }) => [fs.renameSync(p(), q()), fs.readFileSync(q(), "utf8")],
  linkAndRead: (fs, { p, q }) => [fs.linkSync(p(), q()), fs.readFileSync(q(), "utf8")],
  cp: (fs, { p, q }) => fs.cpSync(p(), q(), { recursive: true }),
  cpLinks: (fs, { p, q }) => fs.cpSync(p(), q(), { recursive: true, dereference: true }),
  chmod: (fs, { p }) => fs.chmodSync(p(), 0o700),
  chown: (fs, { p }) => fs.chownSync(p(), 0, 0),
  lchown: (fs, { p }) => fs.lchownSync(p(), 0, 0),
  utimes: (fs, { p }) => fs.utimesSync(p(), 1, 1),
  lutimes: (fs, { p }) => fs.lutimesSync(p(), 1, 1),
  fchmod: (fs, { p }) => {
    const fd = fs.openSync(p(), "r");
    try {
      fs.fchmodSync(fd, 0o700);
      fs.futimesSync(fd, 1, 1);
    } finally {
      fs.closeSync(fd);
    }
  },
};

const streamed = (stream: any): Promise<string> =>
  new Promise((done) => {
    let text = "";
    stream
      .on("data", (data: unknown) => (text += String(data)))
      .on("error", () => done(text))
      .on("close", () => done(text));
  });

export const ASYNC: Readonly<Record<string, Operation>> = {
  readStream: (fs, { p }) => streamed(fs.createReadStream(p())),
  readStreamOptions: (fs, { p, flag }) =>
    streamed(
      fs.createReadStream(p(), { flags: flag, fs: { open: process.exit, read: process.exit, close: process.exit } }),
    ),
  writeStream: (fs, { p, flag }) =>
    new Promise<void>((done) =>
      fs
        .createWriteStream(p(), { flags: flag })
        .on("error", () => done())
        .on("close", () => done())
        .end("w"),
    ),
  readFilePromise: (fs, { p }) => fs.promises.readFile(p(), "utf8"),
  readFileCallback: (fs, { p }) =>
    new Promise((done) => fs.readFile(p(), "utf8", (_error: unknown, text: string) => done(text))),
  openPromise: async (fs, { p, flag }) => {
    const handle = await fs.promises.open(p(), flag);
    try {
      await handle.write("w").catch(() => {});
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  },
  blob: async (fs, { p }) => (await fs.openAsBlob(p())).text(),
  statPromise: async (fs, { p }) => ({ stats: await fs.promises.stat(p()) }),
  statCallback: (fs, { p }) =>
    new Promise((done) => fs.stat(p(), (_error: unknown, stats: unknown) => done({ stats }))),
  readdirPromise: async (fs, { p }) => ({ names: await fs.promises.readdir(p(), { recursive: true }) }),
  readlinkPromise: (fs, { p }) => fs.promises.readlink(p()),
  realpathPromise: async (fs, { p }) => ({ real: await fs.promises.realpath(p()) }),
  accessPromise: async (fs, { p }) => ({ there: (await fs.promises.access(p())) === undefined }),
  writeFilePromise: (fs, { p }) => fs.promises.writeFile(p(), "w"),
  appendFilePromise: (fs, { p }) => fs.promises.appendFile(p(), "w"),
  renamePromise: (fs, { p, q }) => fs.promises.rename(p(), q()),
  renameCallback: (fs, { p, q }) => new Promise((done) => fs.rename(p(), q(), done)),
  linkPromise: (fs, { p, q }) => fs.promises.link(p(), q()),
  symlinkPromise: (fs, { target, q }) => fs.promises.symlink(target, q()),
  copyFilePromise: (fs, { p, q }) => fs.promises.copyFile(p(), q()),
  cpPromise: (fs, { p, q }) => fs.promises.cp(p(), q(), { recursive: true, filter: () => true }),
  rmPromise: (fs, { p }) => fs.promises.rm(p(), { recursive: true, force: true }),
  mkdirPromise: (fs, { p }) => fs.promises.mkdir(p(), { recursive: true }),
  unlinkPromise: (fs, { p }) => fs.promises.unlink(p()),
  utimesPromise: (fs, { p }) => fs.promises.utimes(p(), 1, 1),
};
