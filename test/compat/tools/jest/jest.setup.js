expect.extend({ toBeEven: (value) => ({ pass: value % 2 === 0, message: () => `${value} is odd` }) });
