module.exports = { testEnvironment: "node", setupFilesAfterEnv: ["./jest.setup.js"], transform: { "\\.[jt]s$": "babel-jest" }, collectCoverageFrom: ["src/**"] };
