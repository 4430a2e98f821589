/**
 * `window.*`, among the `shares` of a policy: a package may define a browser's window for those that have
 * `window.*` among their `globals`. These names and no others are meant: what a window has and Node has not,
 * what libraries for tests look for beside it, and the few that a window has in Node's place.
 * What a runner keeps on its global object besides (`vi`, its channel to the process that started it) stays its own.
 */
export const WINDOW = "window.*";

/** The window by its own names: on each global object, that object. */
const WINDOW_ITSELF: ReadonlySet<string> = new Set(["window", "self", "top", "parent", "frames"]);

const FAMILIES =
  /^(?:(?:HTML|SVG|CSS)[A-Z]\w*|DOM(?!Exception$)[A-Z]\w*|on[a-z]+|[A-Z]\w*Event|(?:Text)?Track[A-Z]?\w*|XPath\w+|XMLHttpRequest\w*|Mutation\w+|Animation\w*|Mime\w+)$/u;

const words = (text: string): string[] => text.trim().split(/\s+/u);

/** Classes and functions of a window that are of no family. */
const OTHERS: ReadonlySet<string> = new Set(
  words(`
    AbstractRange Attr Audio BarProp CDATASection CSS CharacterData Clipboard ClipboardItem Comment
    CustomElementRegistry DataTransfer DataTransferItem DataTransferItemList Document DocumentFragment
    DocumentTimeline DocumentType Element ElementInternals External FileList FileReader History Image ImageBitmap
    ImageData IntersectionObserver IntersectionObserverEntry KeyframeEffect Location MediaList MediaStream
    MediaStreamTrack NamedNodeMap Node NodeFilter NodeIterator NodeList OffscreenCanvas Option PermissionStatus
    Permissions Plugin PluginArray ProcessingInstruction RadioNodeList Range ResizeObserver ResizeObserverEntry
    Screen Selection ShadowRoot StaticRange StyleSheet StyleSheetList Text TimeRanges Touch TreeWalker
    VTTCue ValidityState Window XMLDocument XMLSerializer
    addEventListener alert blur cancelAnimationFrame cancelIdleCallback close closed confirm customElements
    devicePixelRatio dispatchEvent document focus getComputedStyle getSelection history innerHeight innerWidth
    jsdom location locationbar matchMedia menubar moveBy moveTo open opener origin outerHeight outerWidth pageXOffset
    pageYOffset personalbar postMessage print prompt removeEventListener requestAnimationFrame requestIdleCallback
    resizeBy resizeTo screen screenLeft screenTop screenX screenY scroll scrollBy scrollTo scrollX scrollY
    scrollbars status statusbar stop toolbar visualViewport
    expect afterAll afterEach beforeAll beforeEach`),
);

/** What Node has, too, and a window has in its place: what its elements take. Nothing that sends. */
export const REPLACED_BY_WINDOW: ReadonlySet<string> = new Set(
  words(`
    Blob CloseEvent CustomEvent DOMException ErrorEvent Event EventTarget File FormData MessageEvent
    Navigator Storage localStorage navigator sessionStorage`),
);

/** Whether the share `window.*` covers a global. */
export function isWindowName(name: string): boolean {
  return REPLACED_BY_WINDOW.has(name) || WINDOW_ITSELF.has(name) || OTHERS.has(name) || FAMILIES.test(name);
}

/** Whether who looks for a global looks for a window: not by names that much code has for other things. */
export function tellsOfWindow(name: string): boolean {
  return (
    name === "window" || name === "localStorage" || name === "sessionStorage" || OTHERS.has(name) || FAMILIES.test(name)
  );
}
