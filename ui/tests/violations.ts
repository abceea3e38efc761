// What axe finds wrong for those who see nothing or use no mouse.
import axe from "axe-core";
import { tick } from "svelte";
import { painted } from "../src/state/frames.svelte";

export async function violations(root: Element): Promise<string[]> {
  // What lies below a layer is out of reach once that has been painted.
  await new Promise<void>((then) => void painted(then));
  await tick();
  // Colours and sizes are not computed here; those are looked at in a real browser.
  const rules = { "color-contrast": { enabled: false }, region: { enabled: false } };
  const { violations: found } = await axe.run(root, { rules });
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}
