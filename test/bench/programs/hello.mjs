console.log(`hello from ${typeof import.meta}`);
