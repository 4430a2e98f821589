export default { multipass: true, plugins: ["preset-default", { name: "own", fn: () => ({ element: { enter(node) { delete node.attributes.id; } } }) }] };
