const path = require("node:path");
const HtmlWebpackPlugin = require("html-webpack-plugin");
const MiniCssExtractPlugin = require("mini-css-extract-plugin");

module.exports = {
  entry: "./src/index.js",
  output: { path: path.join(__dirname, "dist"), filename: "[name].[contenthash:8].js" },
  cache: { type: "filesystem" },
  module: {
    rules: [
      { test: /\.js$/, exclude: /node_modules/, use: { loader: "babel-loader", options: { presets: [["@babel/preset-env", { targets: "ie 11", useBuiltIns: "usage", corejs: "3.39" }]] } } },
      { test: /\.css$/, use: [MiniCssExtractPlugin.loader, "css-loader", "postcss-loader"] },
      { test: /\.svg$/, type: "asset/resource" },
    ],
  },
  plugins: [new HtmlWebpackPlugin({ title: "moat" }), new MiniCssExtractPlugin()],
  optimization: { splitChunks: { chunks: "all" } },
};
