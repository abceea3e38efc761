// Draws a screen as SVG, and knows where its lines of text are: no outside pictures are needed.
import type { Line } from "../bindings";

export type Ink = { color?: string; weight?: number; mono?: boolean; angle?: number };

const NARROW = /[iljtfrI.,:;'|!()[\] ]/;
const WIDE = /[mwMW@%]/;
const FULL = /[\u3000-\u9fff\uff00-\uffef\uac00-\ud7af]/;

/** How wide a text is drawn. The picture is forced to exactly that, so that boxes fit in any font. */
function widthOf(text: string, size: number, mono: boolean): number {
  let em = 0;
  for (const letter of text) {
    if (FULL.test(letter)) em += 1;
    else if (mono) em += 0.6;
    else if (NARROW.test(letter)) em += 0.31;
    else if (WIDE.test(letter)) em += 0.86;
    else em += /[A-Z]/.test(letter) ? 0.66 : 0.55;
  }
  return em * size;
}

const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

export class Sheet {
  readonly lines: Line[] = [];
  #shapes: string[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
    ground: string,
  ) {
    this.rect(0, 0, width, height, ground);
  }

  rect(x: number, y: number, w: number, h: number, fill: string, radius = 0, stroke = "none"): this {
    this.#shapes.push(
      `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" fill="${fill}" stroke="${stroke}"/>`,
    );
    return this;
  }

  circle(x: number, y: number, r: number, fill: string): this {
    this.#shapes.push(`<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`);
    return this;
  }

  path(d: string, fill: string, stroke = "none", width = 2): this {
    this.#shapes.push(`<path d="${d}" fill="${fill}" stroke="${stroke}" stroke-width="${width}"/>`);
    return this;
  }

  /** A line of text whose baseline begins at x, y. */
  text(x: number, y: number, size: number, text: string, ink: Ink = {}): this {
    const { color = "#22272b", weight = 400, mono = false, angle = 0 } = ink;
    const width = widthOf(text, size, mono) * (weight > 500 ? 1.05 : 1);
    const family = mono ? "DejaVu Sans Mono, monospace" : "Inter, Noto Sans CJK JP, system-ui, sans-serif";
    const turn = angle === 0 ? "" : ` transform="rotate(${angle} ${x} ${y})"`;
    this.#shapes.push(
      `<text x="${x}" y="${y}" font-size="${size}" font-family="${family}" font-weight="${weight}" fill="${color}"` +
        ` textLength="${width.toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"${turn}>${escape(text)}</text>`,
    );
    const around = (dx: number, dy: number): [number, number] => {
      const radians = (angle * Math.PI) / 180;
      const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
      return [x + dx * cos - dy * sin, y + dx * sin + dy * cos];
    };
    const [above, below] = [-0.88 * size, 0.26 * size];
    const box: Line["box"] = [around(0, above), around(width, above), around(width, below), around(0, below)];
    this.lines.push({ text, confidence: 0.97, box, page: 0 });
    return this;
  }

  get picture(): string {
    const { width, height } = this;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
    return `data:image/svg+xml,${encodeURIComponent(`${svg}${this.#shapes.join("")}</svg>`)}`;
  }
}
