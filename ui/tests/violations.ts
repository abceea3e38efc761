// What axe finds wrong for those who see nothing or use no mouse.
import axe from "axe-core";

export async function violations(root: Element): Promise<string[]> {
  // Colours and sizes are not computed here; those are looked at in a real browser.
  const rules = { "color-contrast": { enabled: false }, region: { enabled: false } };
  const { violations: found } = await axe.run(root, { rules });
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}
