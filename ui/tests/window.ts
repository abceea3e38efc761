// The whole window against a backend, as people find it.
import { render, screen, waitFor } from "@testing-library/svelte";
import { expect } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/backend";

/** Opens it, and waits until all of the first screen is built: both rows of the header, and the library with its cards. */
export async function openWindow<B extends Backend>(backend: B) {
  const { component, container } = render(App, { backend });
  const { app } = component;
  await screen.findByTestId("open-settings");
  await screen.findByTestId("view-library");
  await waitFor(() => {
    expect(app.library.answered).toBe(true);
    expect(screen.queryAllByTestId("card").length > 0).toBe(app.library.total.count > 0);
  });
  return { backend, app, container };
}
