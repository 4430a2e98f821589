const { createElement: h, useMemo, useState } = require("react");
const { renderToString } = require("react-dom/server");

function List({ count }) {
  const [start] = useState(3);
  const items = useMemo(() => Array.from({ length: count }, (_, n) => start + n), [count, start]);
  return h(
    "ul",
    { className: "list", style: { color: "red" } },
    items.map((n) => h("li", { key: n }, `item <${n}>`)),
  );
}
console.log(renderToString(h(List, { count: 30 })).length);
