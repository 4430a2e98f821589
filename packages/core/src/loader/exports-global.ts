const EXPORTED_GLOBAL =
  /\bmodule\.exports\s*=\s*(?:(?:global|globalThis|self|window)\.[A-Z]|(?:Array|Date|Error|Function|Map|Number|Object|Promise|Proxy|RegExp|Set|String|Symbol|WeakMap|WeakSet)\b(?![.(]))/;

/** Whether a text exports what is everybody's and adds properties to its exports: `module.exports = global.Map; module.exports.Map = …`. */
export function exportsGlobal(source: string): boolean {
  return EXPORTED_GLOBAL.test(source);
}
