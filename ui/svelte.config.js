// How Svelte compiles the page: runes everywhere, no preprocessing.
/** @type {import("@sveltejs/vite-plugin-svelte").SvelteConfig} */
export default { compilerOptions: { runes: true } };
