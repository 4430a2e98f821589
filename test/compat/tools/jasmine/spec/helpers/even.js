beforeEach(() => jasmine.addMatchers({ toBeEven: () => ({ compare: (n) => ({ pass: n % 2 === 0 }) }) }));
