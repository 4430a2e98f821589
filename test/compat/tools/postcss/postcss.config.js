module.exports = { map: { inline: false }, plugins: { "postcss-preset-env": { stage: 1 }, cssnano: { preset: "default" } } };
