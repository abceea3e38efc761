// The desktop's font in the sizes and weights that the window writes in. When something is laid out in one of them for the
// first time it takes 4 ms to be found: all that a screen needs hold up the window, unless they were found before.

type Font = [weight: 400 | 500 | 600, size: "small" | "note" | "base" | "large" | "title"];

/** What the first screen is written in. */
export const FIRST: Font[] = [
  [400, "base"],
  [500, "base"],
  [400, "large"],
  [600, "large"],
  [400, "note"],
  [500, "note"],
  [400, "small"],
  [600, "base"],
];

export const OTHERS: Font[] = [
  [600, "note"],
  [600, "title"],
  [500, "small"],
  [600, "small"],
  [500, "large"],
];

/** Has each found in a task of its own, so that anything else has its turn between two of them. */
export async function find(fonts: Font[]): Promise<void> {
  const sample = document.createElement("span");
  sample.className = "unseen";
  sample.ariaHidden = "true";
  sample.textContent = "a";
  document.body.append(sample);
  for (const [weight, size] of fonts) {
    sample.style.cssText = `font-weight: ${weight}; font-size: var(--t-${size})`;
    sample.getBoundingClientRect();
    await new Promise((done) => setTimeout(done));
  }
  sample.remove();
}
