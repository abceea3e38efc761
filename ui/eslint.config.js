// What the linter holds: types without escape, and one place that knows where data comes from.
import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const outsideBackend = {
  "@typescript-eslint/no-restricted-imports": [
    "error",
    {
      patterns: [
        { group: ["@tauri-apps/*"], message: "Only src/backend knows the shell." },
        {
          group: ["**/bindings"],
          allowTypeImports: true,
          message: "Commands are called through src/backend.",
        },
        { group: ["**/recorded/*"], message: "Only src/backend knows the recorded session." },
      ],
    },
  ],
};

export default ts.config(
  { ignores: ["dist", "dist-recorded", "node_modules", "src/bindings.ts"] },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, __RECORDED__: "readonly" } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig, extraFileExtensions: [".svelte"] } },
  },
  {
    rules: {
      "no-undef": "off",
      "svelte/no-at-html-tags": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-invalid-void-type": "off",
      // Sets and maps that live for one computation, or are replaced as a whole, need no reactivity of their own.
      "svelte/prefer-svelte-reactivity": "off",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  // Uniform lists may be long.
  { files: ["src/words/en.ts", "src/recorded/scripts.ts", "tests/**"], rules: { "max-lines": "off" } },
  { files: ["src/**"], ignores: ["src/backend/**", "src/recorded/**"], rules: outsideBackend },
);
