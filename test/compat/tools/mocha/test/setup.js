globalThis.setUp = true;
exports.mochaHooks = { beforeEach() { this.fromHook = 1; } };
