/**
 * Function bodies of sloppy CommonJS code whose result must be what Node gives.
 * Each becomes a module of a package without grants: `module.exports = …` is
 * compared, or what it throws.
 */
export const SLOPPY_SNIPPETS: Readonly<Record<string, string>> = {
  "this of a sloppy function is the package's global": `
    function f() { return this } module.exports = f() === globalThis`,
  "this of a default parameter": `
    module.exports = (function (a = this) { return a === globalThis })()`,
  "this of an arrow in a sloppy function": `
    module.exports = (function () { return (() => this)() })() === globalThis`,
  "this of a getter of a global's property": `
    var o = { get g() { return this === o } }; module.exports = o.g`,
  "heirs of Array.prototype that are no arrays have a length": `
    (function () {
      "use strict";
      function List() { this.length = 0; this.length += 1; this[0] = "a"; }
      List.prototype = Object.create(Array.prototype);
      var list = new List(); list.push("b"); list.length++;
      function Tokens(all) { this.push.apply(this, all); }
      function Prototype() { this.constructor = Tokens; }
      Prototype.prototype = Array.prototype; Tokens.prototype = new Prototype();
      var tokens = new Tokens(["x", "y"]), array = [1, 2]; array.length = 1; array.constructor = List;
      module.exports = [Object.keys(list), list.length, tokens.length, tokens.shift(), Object.keys(tokens), array.length, Array.prototype.length];
    })()`,
  "heirs of Function have their own methods": `
    class Callable extends Function { constructor(value) { super("return arguments.callee.call.apply(arguments.callee, arguments)"); this.value = value } call(that, add) { return this.value + add } }
    class Heir extends Callable {} var made = new Heir(2);
    module.exports = [made(0, 3), made instanceof Heir, made instanceof Function, made.constructor.name,
      Reflect.construct(Function, ["return 4"], Object).constructor === Object, Function("return 5")()]`,
  "prepareStackTrace of an Error that came from elsewhere": `
    var shared = new Function("return Error")();
    (function () { "use strict";
      var old = shared.prepareStackTrace; shared.prepareStackTrace = (error, sites) => sites;
      var stack = new shared("x").stack; shared.prepareStackTrace = old;
      module.exports = [typeof stack[0].getFileName(), stack.length > 0, typeof new shared("y").stack];
    })()`,
  "a symbol of the package's own on Symbol": `
    var marks = (function () { "use strict";
      var globalSymbol = typeof global == "object" && global.Symbol;
      if (!globalSymbol.ownMark) globalSymbol.ownMark = Symbol("own-mark");
      return globalSymbol.ownMark;
    })();
    var key = "computed"; Symbol[key] = Symbol.for(key);
    var threw; try { new Symbol() } catch (error) { threw = error.message }
    module.exports = [String(marks), global.Symbol.ownMark === marks, Symbol[key] === Symbol.for("computed"), threw,
      Object(marks) instanceof Symbol, Symbol.iterator in [], Symbol.prototype === Object.getPrototypeOf(Object(marks)),
      Symbol.name, Symbol.length, String(Symbol), Symbol("x").description, Symbol().description === undefined,
      Object.getOwnPropertyNames(Symbol).includes("asyncIterator"), typeof Symbol.keyFor]`,
  "the symbol of decorators' metadata can be brought": `
    (function () { "use strict"; Symbol.metadata ??= Symbol("metadata"); })();
    module.exports = [typeof Symbol.metadata, (class { static [Symbol.metadata] = 1 })[Symbol.metadata]]`,
  "a prototype is given the methods that it has": `
    (function (target, source) { "use strict";
      target.prototype.toUTCString = source.prototype.toUTCString; target.UTC = source.UTC; target.prototype.toString = source.prototype.toString;
    })(Date, Date);
    module.exports = new Date(0).toUTCString()`,
  "what makes Buffers can be called with new": `
    module.exports = [new Buffer.allocUnsafeSlow(2).length, new Buffer.allocUnsafe(3).length, new Buffer.concat([]).length]`,
  "constructors that are read off empty functions see the package's globals": `
    globalThis.seen = 7; let read;
    const Async = (async function () {}).constructor, Generator = Object.getPrototypeOf(function* () {
    }).constructor, Plain = (() => {}).constructor, Evaluated = new Function("return (async function(){}).constructor;")();
    new Async("a", "b", "return a + b + seen")(1, 2).then((value) => { read = value });
    module.exports = [[...new Generator("yield seen")()], Plain("return seen")(), Plain === Function, Async.name, Async.length,
      (async () => {}) instanceof Async, new Evaluated("return seen")() instanceof Promise, String(new Async("a", "return a"))]`,
  "constructors of functions that are compared are those of functions": `
    const Async = (async () => {}).constructor, kind = (f) => f.constructor === Async;
    module.exports = [kind(async () => {}), kind(() => {}), kind(async function () {})]`,
  "constructors of functions look native": `
    module.exports = [Function, eval, (function () {}).constructor, (async () => {}).constructor].map(String)`,
  "this of a module is its exports": `module.exports = this === exports`,
  "this of an arrow at the top": `var e = exports; module.exports = (() => this === e)()`,
  "this stays undefined in a strict function": `
    module.exports = (function () { "use strict"; return this })()`,
  "super in a sloppy object method": `
    var base = { who() { return this === globalThis } };
    var o = { __proto__: base, m() { return super.who() } }; var m = o.m;
    module.exports = [o.m(), m()]`,
  "what the language has as read-only is not overridden": `
    var values = [new Map, Promise.resolve(), function () {}, new Date(0), (function* () {})(), new Uint8Array(1)];
    module.exports = values.map(function (value) {
      return [Symbol.toStringTag, Symbol.toPrimitive, Symbol.hasInstance, Symbol.unscopables].map(function (symbol) {
        value[symbol] = undefined;
        try { (function () { "use strict"; value[symbol] = undefined })(); var strict = true } catch (error) { strict = error.name }
        return [Object.prototype.toString.call(value), Object.hasOwn(value, symbol), strict];
      });
    })`,
  "names of intrinsics are given to instances": `
    function Own() {} Own.prototype = Object.create(Map.prototype); Own.prototype.get = 1; Own.prototype.constructor = Own;
    var made = {}; made.toString = 1; made.valueOf = 2; made.toString = 3; var fixed = Object.preventExtensions({});
    try { (function () { "use strict"; fixed.valueOf = 1 })() } catch (error) { var failed = error.name }
    var trapped = []; new Proxy({}, { defineProperty: function (target, key, d) { trapped.push(key, d); return Reflect.defineProperty(target, key, d) } }).toString = 4;
    module.exports = [Object.getOwnPropertyDescriptors(Own.prototype.get && made), Object.getOwnPropertyDescriptor(Own.prototype, "get"), failed, trapped]`,
  "then of promises and exec of patterns are given to instances and heirs": `
    var promise = Promise.resolve(1); promise.then = function () { return "mine" };
    function Own() {} Own.prototype = Object.create(Promise.prototype); Own.prototype.then = 1;
    (function () { "use strict"; var pattern = /x/; pattern.exec = function () { return null };
      class Heir extends RegExp {} Heir.prototype.exec = function () { return null };
      module.exports = [promise.then(), new Own().then, pattern.test("x"), new Heir("x").test("x")] })()`,
  "strict code dresses up an intrinsic that it exports": `
    (function () { "use strict"; module.exports = global.WeakRef; module.exports.WeakRef = global.WeakRef; })();
    module.exports = [module.exports.name, typeof module.exports]`,
  "libraries that find no symbol for observables have their own": `
    module.exports = (function (root) { "use strict"; var own, Class = root.Symbol;
      if (Class.observable) own = Class.observable; else { own = Class("observable"); Class.observable = own; }
      if (!Symbol.observable) Symbol.observable = own;
      return typeof own })(globalThis)`,
  "formats of Intl are left by strict code": `
    (function () { "use strict"; if (Intl.DateTimeFormat.prototype) Intl.DateTimeFormat.prototype.resolvedOptions = Intl.DateTimeFormat.prototype.resolvedOptions; Intl.own = 1; })();
    module.exports = [typeof Intl.DateTimeFormat.prototype.resolvedOptions, delete Intl.own]`,
  "the constructor of an intrinsic is left by strict code": `
    (function (prototype) { "use strict"; prototype.constructor = Map; })(Map.prototype); module.exports = new Map().constructor === Map`,
  "strict code adds to what is unscopable": `
    (function () { "use strict"; Array.prototype[Symbol.unscopables].at = true; })();
    module.exports = Array.prototype[Symbol.unscopables].at`,
  "a proxy on which something is defined is asked what the definition asks": `
    function told(target) {
      var asked = [], traps = {};
      Reflect.ownKeys(Reflect).filter(function (trap) { return typeof trap === "string" }).forEach(function (trap) {
        traps[trap] = function () { asked.push(trap); return trap !== "defineProperty" && Reflect[trap].apply(Reflect, arguments) };
      });
      var proxy = new Proxy(target, traps);
      [
        function () { Object.defineProperty(proxy, "a", { value: {} }) },
        function () { Object.defineProperty(proxy, "name", { value: function () {} }) },
        function () { Object.defineProperties(proxy, { b: { value: {} } }) },
        function () { return Reflect.defineProperty(proxy, "c", { value: {} }) },
        function () { proxy.__defineGetter__("d", function () {}) },
      ].forEach(function (define) { try { asked.push(define()) } catch (error) { asked.push(error.name) } });
      return asked;
    }
    module.exports = [{}, Object.freeze({ name: 1 }), function () {}, Object.freeze(function () {}), Array.prototype, Map, require("events")].map(function (target) {
      return told(target).join();
    })`,
  "texts of a context find it by their own Function, whatever its global object was given besides": `
    var vm = require("vm"), context = vm.createContext(new Proxy({}, {})), inner = vm.runInContext("this", context);
    ["Function", "eval", "Object"].forEach(function (name) {
      if (!Object.getOwnPropertyNames(inner).includes(name)) Object.defineProperty(inner, name, { value: globalThis[name], configurable: true });
    });
    inner.mark = 1;
    var found = vm.compileFunction("return [new Function('return this')().mark, (0, eval)('this').mark, typeof Object]", [], { parsingContext: context });
    module.exports = [found(), Object.keys(inner), inner.Function === Function, vm.runInNewContext("Function", { Function: 1 })]`,
  "an undeclared assignment makes a global": `undeclared1 = 7; module.exports = [undeclared1, globalThis.undeclared1]`,
  "a compound assignment to an undeclared name throws": `undeclared2 += 1`,
  "an undeclared name read throws": `undeclared3`,
  "typeof of an undeclared name": `module.exports = typeof undeclared4`,
  "delete of an undeclared global": `undeclared5 = 1; delete undeclared5; module.exports = typeof undeclared5`,
  "delete of a variable": `var v = 1; module.exports = [delete v, v]`,
  "destructuring to undeclared names": `[undeclared6, { a: undeclared7 = 3 }] = [1, {}]; module.exports = [undeclared6, undeclared7]`,
  "for-in to an undeclared name": `for (undeclared8 in { a: 1 }); module.exports = undeclared8`,
  "legacy octal numbers": `module.exports = [010, 0777, 08, 09.5, 010.toString(), { 010: 1 }]`,
  "legacy octal escapes": `module.exports = ["\\101", "\\0", "\\8", "\\\\1", "\\x41\\07"]`,
  "duplicate parameters": `module.exports = (function (a, a, b) { return [a, b] })(1, 2, 3)`,
  "reserved words as names": `
    var let_ = 1, static = 2, interface = 3, package = 4, yield = 5, implements = 6;
    module.exports = { static, interface, package: package + yield + implements }`,
  "await and async as names": `var await = 1, async = 2; module.exports = await + async`,
  "of, get, set as names": `var of = 1, get = 2, set = 3; for (var x of [of]) get += x; module.exports = { of, get, set, x }`,
  "arguments.callee": `module.exports = (function (n) { return n ? n * arguments.callee(n - 1) : 1 })(5)`,
  "arguments.callee of a named function": `module.exports = (function fact(n) { return n ? n * arguments.callee(n - 1) : 1 })(5)`,
  "assignment to arguments": `module.exports = (function () { arguments = [9]; return arguments[0] })(1)`,
  "arguments' length and values": `module.exports = (function () { return [arguments.length, [].slice.call(arguments)] })(1, 2)`,
  "arguments at the top of a module": `module.exports = [arguments.length, arguments[2] === module]`,
  "a function in a block, called after it": `{ function inBlock() { return 1 } } module.exports = inBlock()`,
  "a function in an if": `if (true) { function inIf() { return 2 } } module.exports = inIf()`,
  "a function in an if without braces": `if (true) function bare() { return 3 } module.exports = bare()`,
  "a function in a block is undefined before it": `module.exports = typeof later; { function later() {} }`,
  "functions in both branches": `
    function pick(x) { if (x) { function f() { return 1 } } else { function f() { return 2 } } return f() }
    module.exports = [pick(1), pick(0)]`,
  "a function in a try": `try { function inTry() { return 4 } } catch (e) {} module.exports = inTry()`,
  "a function in a switch": `switch (1) { case 1: function inSwitch() { return 5 } } module.exports = inSwitch()`,
  "a function in a block, used inside only": `var r; { r = early(); function early() { return 6 } } module.exports = r`,
  "two functions of one name in a block": `var r = []; { r.push(twice()); function twice() { return 1 } [r].length; function twice() { return 2 } r.push(twice()) } module.exports = r`,
  "two functions of one name in a block, called after it": `{ function both() { return 1 } function both() { return 2 } } module.exports = both()`,
  "two functions of one name in a switch": `var r; switch (1) { case 0: function chosen() { return 1 } case 1: r = chosen(); break; case 2: function chosen() { return 2 } } module.exports = r`,
  "a function in a block in a function": `
    function outer() { { function inner() { return "i" } } return inner() } module.exports = outer()`,
  "an assignment to a function's name is ignored": `module.exports = typeof (function f() { f = 1; return f })()`,
  "assignment to a primitive's property": `
    var s = "text", n = 1, seen = []; s.x = 1; n["y"] = 2; s.length = 9; s[0] = "q"; true.z ??= seen.push("evaluated");
    module.exports = [s, s.x, n.y, seen]`,
  "assignment on an intrinsic in the place of the exports": `
    exports = module.exports = Object.keys; exports.length = 5; exports.name = "x";
    module.exports = [exports === Object.keys, exports.length, exports.name]`,
  "two names of the source in one comment": `
    module.exports = 1 /* //# sourceURL=a.js //@ sourceURL=b.js */`,
  "two names of the source in templates": String.raw`
    var raw = (parts) => parts.raw.join(), x = 1;
    module.exports = [${"`//# sourceURL=${x}//@ sourceMappingURL=y`"}, raw${"`//# sourceURL=${x}# sourceURL`"}, (() => ${"`#sourceURL`"}).toString()]`,
  "assignment on frozen objects": `
    var o = Object.freeze({ a: 1, in: { b: 2 } }), a = Object.freeze([1, 2]), k = "a", i = 0;
    o.a = 2; o.new = 3; o[k] = 4; o.a++; o.a += 5; --o.a; a[0] = 9; a[i++] = 9; a[2] = 9; o.in.b = 7; delete o.a; delete a[0];
    module.exports = [o, a, i, "new" in o]`,
  "assignment to what has only a getter": `
    function C() { this.g = 5; this.own = 6 } Object.defineProperty(C.prototype, "g", { get: function () { return 1 } });
    var c = new C(); c.g = 7; c.g += 1; module.exports = [c.g, c.own]`,
  "assignment to a proxy that refuses": `
    var p = new Proxy({}, { set: function () { return false }, deleteProperty: function () { return false } });
    p.x = 1; delete p.x; module.exports = ["x" in p]`,
  "assignment to what is read-only by inheritance": `
    var heir = Object.create(Object.freeze({ r: 1 })); heir.r = 2; heir.other = 3; module.exports = [heir.r, heir.other]`,
  "assignments with commas, conditions and one after another": `
    var s = "t", o = {}, f = Object.freeze({}), log = [], g = function (x) { log.push(x); return x };
    s.a = g(1), o.b = g(2), g(3), f.c = g(4), (o.d = g(5)), g(6)
    o ? f.x = g(7) : o.y = g(8); o && (f.x = g(9)); o || (f.x = g(10)); void (f.z = g(11)); if (o) f.q = g(12); else o.r = 1
    do f.w = g(13); while (false)
    for (;;) { f.x = 1;break }
    module.exports = [log, o, f]`,
  "deleting as a value": `
    var f = Object.freeze({ a: 1, b: { c: 1 } }), k = "a";
    module.exports = [delete f.a, delete f[k], delete f.none, delete (f.b.c), "c" in f.b, delete "s".length, delete [1].length]`,
  "deleting from nothing throws": `var none; module.exports = delete none.x`,
  "errors of setters and operands are no failures": `
    var seen = [], o = { set s(v) { throw new TypeError("Cannot assign to read only property 's'") } }, f = Object.freeze({});
    function fails() { "use strict"; f.x = 1 }
    try { o.s = 1 } catch (e) { seen.push(e.message) }
    try { o.t = fails() } catch (e) { seen.push(e.name) }
    try { f.t = nowhere } catch (e) { seen.push(e.name) }
    try { nowhere.t = 1 } catch (e) { seen.push(e.name) }
    try { null.t = 1 } catch (e) { seen.push(e.name) }
    module.exports = seen`,
  "strict code still throws": `
    module.exports = (function (o) { "use strict"; o.x = 1 })(Object.freeze({}))`,
  "silent assignments in generators, arrows and evaluated text": `
    var f = Object.freeze({ a: 1 }); function* g() { f.a = yield 1; f.b = yield 2; return f }
    var it = g(); it.next(); it.next(5); var end = it.next(6).value; [1].forEach(x => { f.a = x });
    module.exports = [end, eval("var h = Object.freeze({}); h.x = 1; h.x"), Function("o", "o.x = 1; return o")(f)]`,
  "a direct eval sees the variables around it": `
    var top = 1; let lexical = 2; const fixed = 3;
    function f(p) { var l = 4; { let inner = 5; return [eval("top + lexical + fixed + p + l + inner + arguments.length"), eval("p = 7, l = 8; this === undefined"), p, l, eval("typeof missing")] } }
    module.exports = [f(6), eval("require('path').sep"), eval("typeof module"), eval("var top = 9; top"), top, eval("(function () { return lexical })()"), eval("eval('fixed')"), eval("fixed") ]`,
  "a direct eval's declarations and this": `
    var later; eval("later = 1; function made() { return later }"); var o = { m() { return eval("this === o") } };
    module.exports = [later, made(), o.m(), (() => eval("this === exports"))(), eval?.("typeof require")]`,
  "a direct eval of strict code keeps what it declares": `
    module.exports = (function () { "use strict"; var x = 1; eval("var x = 2; var y = 3"); return [x, typeof y, eval("x")] })()`,
  "stack hooks set by evaluated text": `
    var text = "(function () { var before = Error.prepareStackTrace; Error.prepareStackTrace = function (e, sites) { return sites }; var s = new Error().stack; Error.prepareStackTrace = before; return typeof s[0].getFileName })";
    module.exports = [eval(text)(), (0, eval)(text)(), new (require("vm").Script)(text).runInThisContext()(), Function("return " + text + "()")()]`,
  "strict code that replaces methods of intrinsics goes on": `
    "use strict"; var add = Set.prototype.add;
    Set.prototype.add = function (x) { add.call(this, x); return this }; Object.keys = Object.keys; Array.prototype.map.displayName = "map";
    module.exports = [new Set().add(1).has(1), typeof Object.keys]`,
  "strict code that replaces methods of intrinsics by another name goes on": `
    "use strict"; var list = Array.prototype, { indexOf } = list, names = ["toString"];
    list.indexOf = function (x) { return indexOf.call(this, x) }; for (var name of names) Date.prototype[name] = Date.prototype[name];
    module.exports = [[7].indexOf(7), Object.keys(list)]`,
  "strict code that says how every error prints goes on": `
    "use strict"; var inspect = Symbol.for("nodejs.util.inspect.custom"), own = class extends Error {};
    globalThis.Error.prototype[inspect] = Error.prototype[inspect] || function () { return this.stack }; own.prototype[inspect] = function () { return "own" };
    module.exports = require("util").inspect(new own("x"))`,
  "functions of Node's that a module exports and puts something on": `
    "use strict"; var util = require("util");
    var exported = util.getSystemErrorName; exported.test = 1; util.inherits.default = util.inherits;
    module.exports = [exported(-2), util.getSystemErrorName.test, exported.name, exported.length, util.inherits.default === util.inherits]`,
  "well-known symbols assigned to heirs of iterators": `
    var it = Object.assign([1][Symbol.iterator](), { [Symbol.iterator]: function () { return "own" }, other: 1 });
    module.exports = [it[Symbol.iterator](), it.other, Object.assign({}, { [Symbol.iterator]: 2 })[Symbol.iterator]]`,
  "methods that a text adds to intrinsics and calls": `
    Function.prototype.call$0 = function () { return this() };
    String.prototype.shout = function (mark) { return this.toUpperCase() + mark };
    Array.prototype.second = function () { return this[1] };
    var own = { call$0: function () { return "own" }, shout: 1 }, a = ["x", "y"];
    module.exports = [(function () { return 1 }).call$0(), own.call$0(), ("a" + "b").shout("!"), a.second().shout("?"), a
      .second(), (() => { try { own.shout() } catch (e) { return e.name } })(), typeof own.nothing]`,
  "calls of such methods, and assignments, right after a word": `
    String.prototype.after = function () { return "after " + this };
    var p = { name: 1, length: 2 }, none, key = "name";
    var tries = [() => { return(none || "x").after() }, () => { return"x".after() }, () => { return["x"].join("").after() }, () => typeof"x".after(),
      () => { return(none || p).constructor = 5 }, () => { return[p][0].name = 6 }, () => { return(none || p).length += 7 }, () => { return[p][0].constructor++ },
      () => { return(none || p)[key] = 8 }, () => { return(none || p)[key + ""] = 9 }, () => { return(none || p).after = 10 }];
    module.exports = [tries.map((each) => each()), p]`,
  "assignments to what such methods give, and private ones of their names": `
    String.prototype.given = function () { return {} };
    var made = []; Array.prototype.made = function () { made.push([]); return made.at(-1) };
    "a".given().constructor = 1; [].made().constructor = 2; [].made()["constructor"] = 3;
    Function.prototype.secret = function () { return 4 };
    class A { static #secret() { return 5 } static call() { return [A.#secret(), A.secret(), this.#secret()] } }
    module.exports = [made.map((each) => each.constructor), A.call()]`,
  "parentheses around what is assigned": `
    var a, o = {}, k = "x"; const list = [];
    (a) = 1; ((o.y)) = 2; (o[k]) = 3; /** @type {any} */ (o.constructor) = 4; (o.y)++; --(o.x);
    a && ((o.z) = 5); (a) += 1, (list[list.length]) = function () {};
    "text".z = 1; ("text".z) = 2; (undeclared) = 6;
    var frozen = Object.freeze({ q: 1 }); (frozen.q) = 2; (frozen.q)++;
    module.exports = [a, o, list[0].name, undeclared, delete (o.y), o]`,
  "a direct eval that assigns to a constant": `const c = 1; module.exports = eval("c = 2")`,
  labels: `out: for (var i = 0; i < 3; i++) { for (;;) { if (i == 1) break out; continue out } } module.exports = i`,
  "HTML comments": "var a = 1, b = 2;\n<!-- one\n--> two\nmodule.exports = a<!--b\n + b",
  "an arrow that looks like an HTML comment": "var n = 3; while (n --> 0); module.exports = n",
  "text that looks like what is rewritten": `
    function f() { return "import('x') eval('y') <!-- --> this arguments" + /import(x)eval(y)<!--/.source + \`import(\${1}) <!-- \` /* import("z") eval("w") */ }
    module.exports = [f(), f.toString()]`,
  "an untouched function's text": `function add ( a,b ) { /* sum */ return a+b } module.exports = add + ""`,
  "an untouched class's text": `class A  { m ( ) { return 1 } static  s=2 } module.exports = [A + "", A.prototype.m + ""]`,
  "semicolon-free code before a parenthesis": `
    var log = []
    var a = 1
    ;(function () { log.push(a) })()
    ;[2].forEach(x => log.push(x))
    module.exports = log`,
  "semicolon-free code before a free name": `
    var log = []
    var q = 1
    undeclared10 = q
    log.push(undeclared10)
    module.exports = log`,
  "postfix and newline": "var a = 1, b = 1\na\n++\nb\nmodule.exports = [a, b]",
  "return and newline": "module.exports = (function () { return\n1 })()",
  "regular expressions and division": `
    var g = 2, x = 8; module.exports = [x / 2 / g, "a/b".split(/\\//), (x) / g, [4][0] / g, x++ / 2, { a: 8 }.a / 2, /[/]/.source, x /g/ 1]`,
  "a regular expression after a block": "if (1) {}\n/x/.test('x'); module.exports = /}/.test('}')",
  "a regular expression after an arrow's block": "var f = () => {}\n/x/.test('x')\nmodule.exports = typeof f",
  "1,000 nested brackets": `module.exports = ${"[".repeat(300)}${"]".repeat(300)}.length`,
  "ten thousand names": `var ${Array.from({ length: 10_000 }, (_, i) => `n${i}=${i}`).join(",")}; module.exports = n9999`,
  "escaped identifiers": `var \\u0061b = 1; module.exports = [ab, typeof \\u0070rocess === typeof process, gl\\u006fbalThis === globalThis]`,
  "direct eval sees globals": `glob11 = 5; module.exports = eval("glob11 + 1")`,
  "indirect eval": `module.exports = [(0, eval)("1 + 1"), eval?.("2 + 2"), (eval)("3 + 3"), [4].map(eval)[0]]`,
  "eval of something else": `var o = {}; module.exports = [eval(o) === o, eval(), eval(1)]`,
  "eval's completion value": `module.exports = [eval("1;;;"), eval("var v = 1"), eval("if (1) 2"), eval("({a:1})").a, eval("'use strict'"), eval("x12 = 1; x12"), eval("{}")]`,
  "eval that assigns members": `globalThis.o13 = {}; eval("o13.name = 1; o13.constructor = 2; o13.length = 3"); module.exports = o13`,
  "eval that defines functions": `(0, eval)("function made14() { return 14 } var var14 = 15"); module.exports = [made14(), var14]`,
  "eval that throws a syntax error": `eval("1 +")`,
  "eval of a regular expression": `module.exports = eval("/a+/").source`,
  "new Function": `module.exports = [new Function("a", "b", "return a + b")(1, 2), Function("return 3")(), new Function("a, b = 2", "return a * b")(4)]`,
  "Function's this is the global": `module.exports = Function("return this")() === globalThis`,
  "Function's text": `module.exports = [String(new Function("a", "return a")), new Function().name, new Function("a", "").length]`,
  "a syntax error in new Function": `new Function("}{")`,
  "new Function that closes its body": `new Function("}), (function () {")`,
  "with in new Function": `
    var t = new Function("obj", "var p = []; with (obj) { p.push(a, typeof b, c()); a = 5; } return p.concat(obj.a)");
    module.exports = t({ a: 1, c() { return this.a } })`,
  "with, an outer function called": `
    var f = new Function("obj", "function who() { return this === undefined || this === globalThis } with (obj) { return who() }");
    module.exports = f({})`,
  "with, methods of a Map": `module.exports = new Function("m", "with (m) { set('a', 1); return get('a') + size }")(new Map())`,
  "with, unscopables": `module.exports = new Function("a", "var keys = 1; with (a) { return [keys, length] }")([1, 2])`,
  "with, nested": `module.exports = new Function("a, b", "with (a) { with (b) { return x + y } }")({ x: 1, y: 2 }, { y: 10 })`,
  "with, a closure": `module.exports = new Function("o", "with (o) { return function () { return x++ + x } }")({ x: 1 })()`,
  "with, undeclared assignment": `new Function("o", "with (o) { made15 = 1 }")({}); module.exports = globalThis.made15`,
  "with, every way to use a name": `
    var f = new Function("o, p", "var out = 1, n = 0, list = []; with (o) { a = b = n = 5; a\\n += 1; n++; [a, c] = [c, a]; ({ d: d, n } = { d: 7, n: 9 });" +
      "for (k in { x: 1 }) list.push(k, typeof k, typeof missing, delete gone, new Make(1).v, new (Make)(2).v, { a, out }); out /* = */ = 3; (q) = 4;" +
      "tag\`t\`; f?.(); list.push((() => inner = a)(), function () { p.z = r = 2; return r }()); with (p) { z = a; both = z; call() } with (p) far = out; } return [o, p, list, out, n]");
    module.exports = f({ a: 1, b: 2, c: 3, d: 4, k: 0, gone: 1, q: 0, r: 0, Make: function (v) { this.v = v }, tag() { this.tagged = true }, inner: 0, far: 0 }, { z: 0, both: 0, call() { this.called = arguments.length } })`,
  "with, what is looked up when": `
    var log = [], seen = new Proxy({ a: 1 }, { has(t, k) { log.push("has " + String(k)); return k in t }, get(t, k) { log.push("get " + String(k)); return t[k] } });
    new Function("o, b", "with (o) { a + b; b = 1; }")(seen, 2); module.exports = log`,
  "with, unscopables that change": `
    var o = { a: 1, [Symbol.unscopables]: {} };
    module.exports = new Function("o", "var a = 2, seen = []; with (o) { seen.push(a); o[Symbol.unscopables].a = true; seen.push(a); a = 3; } return [seen, a, o.a]")(o)`,
  "with, variables that its body declares": `
    var f = new Function("o, p", "var out = []; with (o) { var a = 1, b, c = a + 1; if (c) var d = c; else var e = 0; out.push(a, b, c, d, e)\n var y = this\n" +
      "for (var i = 0, n = 2; i < n; i++) out.push(i); for (var k in o) out.push(k); with (p) { var both = a, far = function () { var own = c; return own } } out.push(typeof y, far(), both) }" +
      "return [out, a, c, d, i, n, both, o, p]");
    module.exports = f({ c: 10, a: 0, i: 7 }, { both: 3 })`,
  "with over nothing": `new Function("o", "with (o) { x }")(null)`,
  "getters and setters on exports": `Object.defineProperty(exports, "x", { get() { return 1 }, enumerable: true }); module.exports = { x: exports.x }`,
  "override: toString, constructor, name": `
    function A() {} A.prototype.toString = function () { return "A!" }; A.prototype.constructor = 1; A.prototype.hasOwnProperty = 2;
    var e = new Error("m"); e.name = "N"; e.message = "x"; e.toString = 3; var o = {}; o.valueOf = 4; o["constructor"] = 5;
    module.exports = [String(new A()), A.prototype.constructor, A.prototype.hasOwnProperty, e.name, e.message, e.toString, o]`,
  "override: subclassing by assignment": `
    function Sub() {} Sub.prototype = Object.create(Error.prototype); Sub.prototype.constructor = Sub; Sub.prototype.name = "Sub";
    function Arr() {} Arr.prototype = []; Arr.prototype.push = 1; Arr.prototype.constructor = Arr;
    module.exports = [new Sub() instanceof Error, Sub.prototype.name, new Sub().constructor === Sub, Arr.prototype.push, String(new Sub())]`,
  "scripts: a directive right before a statement, settings of a foreign Error": `
    const vm = require("vm"), context = vm.createContext({});
    const strict = (E) => { "use strict"; E.stackTraceLimit = 100; return typeof E.stackTraceLimit; };
    module.exports = [vm.runInThisContext("'use strict';(a) => a + 1")(1), eval("'a';'b'"), strict(vm.runInContext("Error", context)), strict(class extends Error {})]`,
  "override: statics of a mock clock": `class Mock extends Date {} Mock.UTC = Date.UTC; Mock.now = () => 1; Mock.parse = () => 2; module.exports = [Mock.now(), Mock.parse(""), Mock.UTC === Date.UTC, Date.now() > 1, Mock.name, Mock.length]`,
  "override: function properties": `function f() {} f.apply = 1; f.call = 2; f.toString = () => "f"; f.name = "x"; f.length = 9; module.exports = [f.apply, f.call, "" + f, f.name, f.length]`,
  classes: `
    class A { #p = 1; static s = 2; static { A.t = 3 } get p() { return this.#p } static async *g() { yield 1 } has(o) { return #p in o } }
    class B extends A { constructor() { super(); this.q = new.target.name } }
    module.exports = [new B().p, B.s, B.t, new B().q, new A().has(new B()), Object.getOwnPropertyNames(A)]`,
  "parameters don't see the body's variables": `
    var outer16 = "outer"; module.exports = [(function (a = outer16) { var outer16 = "inner"; return [a, outer16] })(), ((a = () => outer16) => { function outer16() {} return a() })()]`,
  "a catch pattern doesn't see its block's names": `
    var outer17 = "outer", r; try { throw {} } catch ({ a = outer17 }) { let outer17 = 1; r = a + outer17 } module.exports = r`,
  "temporal dead zone": `let r; try { r = x; let y } catch (e) { r = e.message } { try { z; let z } catch (e) { r += e.message } } module.exports = r`,
  "an error's name that is a symbol": `var e = new Error("m"); e.name = Symbol("s"); try { module.exports = typeof e.stack } catch (x) { module.exports = "thrown" }`,
  "a deep stack shows ten frames": `
    const deep = (n, f) => (n > 0 ? deep(n - 1, f) : f()); class X extends Error {}
    module.exports = [() => new Error("a"), () => new X("b"), () => { try { null.x } catch (e) { return e } }].map((f) => deep(30, f).stack.split("\\n").length)`,
  "listeners that emitters count": `
    const { Readable, PassThrough } = require("stream");
    module.exports = [require("events"), Readable, PassThrough, require("net").Server].map(function (Emitter) {
      const one = new Emitter();
      const begin = [one._eventsCount, one.eventNames()];
      one.on("told", function () {}).on("more", function () {});
      const middle = [one._eventsCount, one.eventNames()];
      one.removeAllListeners("more").removeAllListeners("told");
      return [begin, middle, one._eventsCount, one.eventNames()];
    });`,
  "classes of fetch and of web streams in any order": `
    const all = []; const transform = new TransformStream(); const response = new Response("x", { headers: { a: "b" } });
    response.headers.forEach((value, name) => all.push(name, value)); const form = new FormData(); form.append("c", "d"); form.forEach((value) => all.push(value));
    module.exports = [all, transform.writable.constructor.name, transform.readable instanceof ReadableStream, new TextDecoderStream().writable instanceof WritableStream]`,
  "methods copied by descriptors from a class of Node's": `
    const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(EventTarget.prototype)); copy.addEventListener = () => 1; delete copy.dispatchEvent;
    const { writable, configurable } = Reflect.getOwnPropertyDescriptor(require("http").OutgoingMessage.prototype, "write");
    module.exports = [copy.addEventListener(), "dispatchEvent" in copy, writable, configurable, EventTarget.prototype.__lookupGetter__("dispatchEvent")]`,
  "what clients of HTTP ask Node for": `
    const { Agent } = require("http"); const before = Agent.defaultMaxSockets; Agent.defaultMaxSockets = 7;
    module.exports = [before, Agent.defaultMaxSockets, typeof performance.markResourceTiming]`,
  "instanceof with stack settings": `
    Error.stackTraceLimit = 5; class X extends Error {}
    module.exports = [new Error() instanceof X, new X() instanceof X, new X() instanceof Error, new TypeError() instanceof Error, {} instanceof Error, new X().name, Error("a").message, Error.name, Error.length]`,
  "Error.prepareStackTrace": `
    var old = Error.prepareStackTrace; Error.prepareStackTrace = (e, sites) => sites; var sites = new Error("x").stack; Error.prepareStackTrace = old;
    module.exports = [Array.isArray(sites), require_path(sites[0].getFileName()), sites[0].getLineNumber(), typeof sites[0].getColumnNumber(), sites[0].isNative(), sites[0].isEval()];
    function require_path(p) { return p === __filename }`,
  "Error.captureStackTrace": `
    function F() { Error.captureStackTrace(this, F) } var f = new F(); module.exports = [typeof f.stack, f.stack.split("\\n").length > 1]`,
  "inspect of classes and errors": `
    class Foo { constructor() { this.a = 1 } } class Bar extends Map {} function Old() { this.b = 2 }
    module.exports = [new Foo(), new Bar([[1, 2]]), new Old(), Foo, Old, new Map([[{ a: 1 }, new Set([1])]]), Object.create(null), Symbol("x"), new Date(0), /x/g, [1, , 3], new Uint8Array(2), Promise.resolve(4), function named() {}, () => {}, async () => {}, function* gen() {}, new WeakMap(), new Proxy({ a: 1 }, {}), new (class extends Array {})(3), new Number(1), Object(1n), globalThis === this]`,
  "iteration protocols": `
    function* g() { var x = yield 1; try { yield x } finally { yield 3 } } var it = g();
    module.exports = [it.next(), it.next("in"), it.return("end"), it.next(), [...g()], Array.from({ length: 2 }, (_, i) => i), Object.fromEntries(new Map([["a", 1]]))]`,
  "species and subclasses of builtins": `
    class M extends Array { sum() { return this.reduce((a, b) => a + b, 0) } } class P extends Promise {}
    module.exports = [M.from([1, 2]).map(x => x * 2).sum(), P.resolve(1) instanceof P, P.resolve(1).then(() => {}) instanceof P]`,
  "regular expressions": `
    module.exports = ["2020-01-02".replace(/(?<y>\\d+)-(\\d+)/, "$<y>/$2"), [..."a1b2".matchAll(/[a-z](\\d)/g)].map(m => m[1]), /a/y.sticky, "x".replace(/x/, () => "$&"), "aXbX".split(/X/), /(?<=a)b/.exec("ab").index]`,
  "tagged templates": `function t(s, ...v) { return s.raw.join("|") + v } module.exports = t\`a\\n\${1}b\``,
  "numbers, bigints, separators": `module.exports = [1_000, 0b11, 0o17, 0xff, 10n ** 20n, .5, 5., 1e3]`,
  "comma, void, in, exponent": `var i = 0; module.exports = [(i++, i++, i), void 0, "a" in { a: 1 }, 2 ** 3 ** 2, (-2) ** 2]`,
  "optional chaining and nullish": `var o = { a: { b() { return this.c }, c: 4 } }; module.exports = [o?.a?.b(), o.x?.y.z, o.x ?? 1, (o.y ??= 2), o?.["a"].c]`,
  "spread, rest, defaults": `function f({ a, ...r }, [b = 2, ...s] = [], ...t) { return [a, r, b, s, t] } module.exports = f({ a: 1, z: 2 }, [undefined, 3], 4, 5)`,
  "getter named like a global": `var o = { get process() { return 1 }, set process(v) {}, async: 1, globalThis: 2, eval: 3, Function() {} }; module.exports = [o.process, o.async, o.globalThis, o.eval, Object.keys(o)]`,
  "shorthand of undeclared globals": `s18 = 1; module.exports = { s18 }`,
  "a variable named like a global": `var process = 1, Buffer = 2, setTimeout = 3; module.exports = [process, Buffer, setTimeout]`,
  "hoisting over a global's name": `module.exports = [typeof URL, URL === undefined]; var URL`,
  "new of a free name": `F19 = function () { this.x = 1 }; module.exports = [new F19().x, new F19, new globalThis.F19().x]`,
  "constructors by Function.prototype": `module.exports = [(function () {}).constructor === Function, Function.prototype.constructor === Function, (() => {}) instanceof Function, Function instanceof Object]`,
};

/** What differs from Node by design, by the snippet's name, with the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  "a compound assignment to an undeclared name throws":
    "the name is a property of the global object: the result is NaN",
  "an assignment to a function's name is ignored": "strict code throws",
  "new Function that closes its body": "moat's parser says it in its own words",
  "new of a free name": "functions assigned to undeclared names get no name",
  "constructors by Function.prototype":
    "Function.prototype is shared by all packages: its constructor has no package's global object",
  "an error's name that is a symbol": "V8's formatter throws; moat's hook does not",
};
