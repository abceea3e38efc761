// The shell's side of the backend: names and arguments as they reach Rust.
import { describe, expect, it, vi } from "vitest";

const invoke = vi.hoisted(() => vi.fn(async () => null));
vi.mock("@tauri-apps/api/core", () => ({
  invoke,
  Channel: class {
    onmessage: ((message: unknown) => void) | null = null;
  },
}));

const { shell } = await import("../src/backend/shell");

describe("the shell", () => {
  it("is asked by snake_case names and camelCase arguments", async () => {
    const { commands } = shell();
    await commands.page("lake", 100, 50);
    expect(invoke).toHaveBeenLastCalledWith("page", { query: "lake", offset: 100, limit: 50 });
    await commands.exportItems(null, "lake", "markdown");
    expect(invoke).toHaveBeenLastCalledWith("export_items", {
      keys: null,
      query: "lake",
      format: "markdown",
    });
    await commands.chooseFolder();
    expect(invoke).toHaveBeenLastCalledWith("choose_folder");
  });

  it("tells over one channel", async () => {
    const told: unknown[] = [];
    await shell().live((message) => told.push(message));
    const calls = invoke.mock.calls as unknown as [
      string,
      { channel: { onmessage: (message: unknown) => void } },
    ][];
    const [name, { channel }] = calls.at(-1) ?? ["", { channel: { onmessage: () => undefined } }];
    channel.onmessage({ type: "drag", drag: null });
    expect([name, told]).toEqual(["live", [{ type: "drag", drag: null }]]);
  });

  it("knows from the system whether there is a network, and asks nobody", () => {
    const network = vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
    const told: boolean[] = [];
    shell().online((online) => told.push(online));
    network.mockReturnValue(false);
    dispatchEvent(new Event("offline"));
    network.mockReturnValue(true);
    dispatchEvent(new Event("online"));
    expect(told).toEqual([true, false, true]);
    network.mockRestore();
  });

  it("has pictures under their own protocols", () => {
    expect(shell().thumb("b3:ab")).toBe("thumb://localhost/b3:ab");
    expect(shell().preview("b3:ab")).toBe("preview://localhost/b3:ab");
  });
});
