// What the test's browser lacks, and a fresh page for every test.
import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";

configure({ asyncUtilTimeout: 15_000 });

beforeEach(() => {
  localStorage.clear();
  // Nothing is laid out here; lists would see no rows at all.
  const sized = (size: number) => ({ configurable: true, get: () => size });
  Object.defineProperty(HTMLElement.prototype, "clientWidth", sized(1280));
  Object.defineProperty(HTMLElement.prototype, "clientHeight", sized(800));
});

afterEach(() => cleanup());
