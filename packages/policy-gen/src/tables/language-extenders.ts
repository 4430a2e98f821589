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
 * Packages that add to the language by names which they compute, or to every object, and what these are, by the packages'
 * names; taken from their sources. Granted where a file is reached that adds something there: `colors/safe` adds nothing.
 */
export const LANGUAGE_EXTENDERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["colors", COLORS],
  ["@colors/colors", COLORS],
  // `chai.should()`, and `should`, which does it by itself.
  ["chai", ["Object.prototype.should"]],
  ["should", ["Object.prototype.should"]],
]);

/** Of these, what is added to every object: granted where the project has such a member somewhere. */
export const ADDED_TO_OBJECTS: ReadonlySet<string> = new Set(["should"]);
