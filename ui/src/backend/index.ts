// The one place that knows where data comes from: the shell, or a recorded session in a plain browser.
import type { CommandError, Live, commands } from "../bindings";

export type Commands = Omit<typeof commands, "live">;

export type Backend = {
  commands: Commands;
  /** Opens the live channel. What arrives first is the snapshot. */
  live(listen: (message: Live) => void): Promise<unknown>;
  /** Whether this computer has a network, now and whenever that changes. Nobody is asked for it. */
  online(listen: (online: boolean) => void): void;
  /** Addresses of pictures. */
  thumb(key: string): string;
  /** Of a recording: what is seen at this second. */
  preview(key: string, at?: number): string;
};

declare const __RECORDED__: boolean;

export async function connect(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./shell")).shell();
  if (__RECORDED__) return (await import("./recorded")).recorded(new URLSearchParams(location.search));
  throw new Error("This page belongs into the window of Deskscribe.");
}

/** Why there is no picture at an address of ours: it tells in one line of text. */
export async function whyNot(address: string): Promise<string | null> {
  try {
    const answer = await fetch(address);
    return answer.ok ? null : (await answer.text()).trim() || null;
  } catch {
    return null;
  }
}

/** What a command threw, whatever it is. */
export function problem(thrown: unknown): CommandError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as CommandError;
  }
  return { code: "system", message: thrown instanceof Error ? thrown.message : String(thrown) };
}
