/** `lib/styles.js` and `lib/extendStringPrototype.js` of colors 1.0 to 1.4 and its fork: styles, maps and what both are called otherwise. */
const COLORS: readonly string[] =
  `america bgBlack bgBlue bgBrightBlue bgBrightCyan bgBrightGreen bgBrightMagenta bgBrightRed bgBrightWhite
   bgBrightYellow bgCyan bgGray bgGreen bgGrey bgMagenta bgRed bgWhite bgYellow black blackBG blue blueBG bold
   brightBlue brightCyan brightGreen brightMagenta brightRed brightWhite brightYellow cyan cyanBG dim gray green
   greenBG grey hidden inverse italic magenta magentaBG rainbow random red redBG reset strikethrough strip
   stripColors trap underline white whiteBG yellow yellowBG zalgo zebra`
    .split(/\s+/u)
    .map((name) => `String.prototype.${name}`);

/**
 * Packages that add to the language, or to classes of Node's, by names that can't be seen, and what these are, by the
 * packages' names; taken from their sources. Granted where a file is reached that adds something: `colors/safe` adds nothing.
 */
export const LANGUAGE_EXTENDERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["colors", COLORS],
  ["@colors/colors", COLORS],
  // `lib/framework/connect.js` of 0.2 to 0.5, which it calls itself.
  [
    "passport",
    ["isAuthenticated", "isUnauthenticated", "logIn", "logOut", "login", "logout"].map(
      (name) => `http.IncomingMessage.prototype.${name}`,
    ),
  ],
  // `utils/buffer_bit.js`, which its own servers call.
  ["modbus-serial", ["Buffer.prototype.readBit", "Buffer.prototype.writeBit"]],
  // `src/internal/client/dev/equality.js`, in development, to undo itself.
  ["svelte", ["Array.__svelte_cleanup"]],
  // `should.extend("should", Object.prototype)`
  ["should", ["Object.prototype.should"]],
]);
