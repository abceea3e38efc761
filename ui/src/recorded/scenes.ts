// Kinds of screens, drawn from what stands on them.
import { Sheet } from "./draw";

/** A window on a desk: title bar, three lights, and what the caller draws inside. */
function windowed(title: string, dark: boolean, desk: string, width = 1280, height = 800): Sheet {
  const sheet = new Sheet(width, height, desk);
  const [body, bar, edge] = dark ? ["#1d2125", "#2a2f34", "#111417"] : ["#ffffff", "#f1efec", "#d9d5cf"];
  sheet.rect(60, 48, width - 120, height - 96, body, 14, edge).rect(60, 48, width - 120, 44, bar, 14);
  sheet.rect(60, 80, width - 120, 12, bar);
  ["#e0685e", "#e6b450", "#67b26f"].forEach((light, at) => sheet.circle(88 + at * 24, 70, 7, light));
  return sheet.text(180, 76, 16, title, { color: dark ? "#b8bec4" : "#5d6266", weight: 600 });
}

export function terminal(title: string, lines: string[], desk = "#3d5a6c"): Sheet {
  const sheet = windowed(title, true, desk);
  lines.forEach((line, at) => {
    const color = line.startsWith("$") ? "#8fd19e" : /error|ERR|fail/i.test(line) ? "#f0918a" : "#d6dade";
    sheet.text(92, 136 + at * 34, 20, line, { color, mono: true });
  });
  return sheet;
}

export function editor(title: string, files: string[], code: string[]): Sheet {
  const sheet = new Sheet(1440, 900, "#1b1f24");
  sheet.rect(0, 0, 1440, 40, "#14171b").rect(0, 40, 260, 860, "#171b20");
  sheet.text(24, 27, 16, title, { color: "#9aa2aa" });
  files.forEach((file, at) =>
    sheet.text(28, 84 + at * 34, 17, file, { color: at === 1 ? "#e8eaec" : "#8d959d" }),
  );
  code.forEach((line, at) => {
    const indent = line.length - line.trimStart().length;
    const color = /^\s*\/\//.test(line)
      ? "#7f9a78"
      : /\b(fn|pub|let|const|import)\b/.test(line)
        ? "#9cc4e4"
        : "#dfe2e5";
    sheet.text(330 + indent * 11, 96 + at * 36, 19, line.trim(), { color, mono: true });
  });
  return sheet;
}

export function chat(people: string[], messages: [who: 0 | 1, text: string][], dark: boolean): Sheet {
  const sheet = new Sheet(1280, 800, dark ? "#191c20" : "#f6f4f1");
  const ink = dark ? "#e3e5e7" : "#24282c";
  sheet.rect(0, 0, 320, 800, dark ? "#14171a" : "#eceae5");
  people.forEach((name, at) => {
    if (at === 0) sheet.rect(12, 76, 296, 64, dark ? "#252a30" : "#dcd8d0", 12);
    sheet.circle(
      52,
      108 + at * 76,
      22,
      ["#7d9fb5", "#c49a6c", "#8aa67f", "#b07f8c", "#8d86b8"][at % 5] ?? "#999",
    );
    sheet.text(90, 114 + at * 76, 18, name, { color: ink, weight: 600 });
  });
  sheet.text(360, 50, 22, people[0] ?? "", { color: ink, weight: 700 });
  messages.forEach(([who, text], at) => {
    const y = 100 + at * 92;
    const width = Math.min(780, 60 + text.length * 10.2);
    const x = who === 1 ? 1240 - width : 360;
    sheet.rect(
      x,
      y,
      width,
      64,
      who === 1 ? (dark ? "#2f6481" : "#cfe3ee") : dark ? "#272c32" : "#ffffff",
      18,
    );
    sheet.text(x + 26, y + 40, 19, text, { color: ink });
  });
  return sheet;
}

export function paper(
  title: string,
  under: string[],
  rows: [string, string][],
  foot: [string, string],
  angle = 0,
): Sheet {
  const sheet = new Sheet(angle === 0 ? 900 : 1000, 1180, angle === 0 ? "#ffffff" : "#6f665b");
  if (angle !== 0) sheet.path("M150 120 L905 50 L960 1060 L205 1130 Z", "#f4f1ea");
  const [x0, y0] = angle === 0 ? [80, 120] : [215, 205];
  const slope = Math.tan((angle * Math.PI) / 180);
  const put = (x: number, y: number, size: number, text: string, weight = 400) =>
    sheet.text(x0 + x - y * slope, y0 + y + x * slope, size, text, { angle, weight, color: "#2b2a28" });
  put(0, 0, 44, title, 700);
  under.forEach((line, at) => put(0, 64 + at * 36, 23, line));
  const top = 110 + under.length * 36;
  rows.forEach(([what, amount], at) => {
    put(0, top + at * 52, 25, what);
    put(530, top + at * 52, 25, amount);
  });
  const end = top + rows.length * 52 + 40;
  put(0, end, 30, foot[0], 700);
  put(520, end, 30, foot[1], 700);
  return sheet;
}

export function slide(title: string, points: string[], tone: string): Sheet {
  const sheet = new Sheet(1600, 900, "#fdfcfa");
  sheet.rect(0, 0, 36, 900, tone).text(120, 190, 72, title, { weight: 700, color: "#1f2a33" });
  points.forEach((point, at) => {
    sheet.circle(140, 318 + at * 100, 10, tone).text(180, 332 + at * 100, 42, point, { color: "#3a4248" });
  });
  [180, 260, 210, 340, 400].forEach((h, at) => sheet.rect(1180 + at * 70, 800 - h, 48, h, tone, 6));
  return sheet;
}

export function dashboard(title: string, cards: [string, string][], dark = true): Sheet {
  const sheet = new Sheet(1440, 900, dark ? "#14181d" : "#f4f5f6");
  const [surface, ink, quiet] = dark ? ["#1f252c", "#eef0f2", "#98a1aa"] : ["#ffffff", "#20262b", "#6c757d"];
  sheet.text(56, 80, 34, title, { color: ink, weight: 700 });
  cards.forEach(([name, value], at) => {
    const [x, y] = [56 + (at % 3) * 450, 120 + Math.floor(at / 3) * 200];
    sheet.rect(x, y, 426, 172, surface, 16).text(x + 28, y + 52, 22, name, { color: quiet });
    sheet.text(x + 28, y + 122, 50, value, { color: ink, weight: 700 });
  });
  sheet.rect(56, 540, 1326, 310, surface, 16);
  sheet.path(
    "M90 800 C 250 760 320 620 460 680 S 700 780 820 640 S 1060 560 1160 620 S 1300 580 1346 590",
    "none",
    "#58a6c9",
    5,
  );
  return sheet;
}

export function article(site: string, title: string, body: string[], hero: string): Sheet {
  const sheet = new Sheet(1280, 900, "#fffdf9");
  sheet
    .rect(0, 0, 1280, 56, "#f0ede7")
    .rect(300, 12, 680, 32, "#ffffff", 16)
    .text(330, 34, 16, site, { color: "#6a6e72" });
  sheet.text(200, 150, 46, title, { weight: 700 }).rect(200, 190, 880, 240, hero, 10);
  sheet.path("M200 430 L420 280 L560 370 L760 230 L1080 430 Z", "#ffffff55");
  body.forEach((line, at) => sheet.text(200, 490 + at * 42, 23, line, { color: "#3b4045" }));
  return sheet;
}

export function table(title: string, head: string[], rows: string[][]): Sheet {
  const sheet = new Sheet(1280, 800, "#ffffff");
  sheet.rect(0, 0, 1280, 60, "#2f6b4f").text(28, 39, 22, title, { color: "#ffffff", weight: 600 });
  const step = 1280 / head.length;
  sheet.rect(0, 60, 1280, 48, "#eef2ef");
  head.forEach((name, at) => sheet.text(at * step + 24, 92, 19, name, { weight: 700 }));
  rows.forEach((row, at) => {
    sheet.rect(0, 108 + at * 52 + 51, 1280, 1, "#e0e4e1");
    row.forEach((cell, column) => sheet.text(column * step + 24, 142 + at * 52, 20, cell));
  });
  return sheet;
}

export function dialog(title: string, lines: string[], buttons: [string, string]): Sheet {
  const sheet = new Sheet(1280, 800, "#9fb0ba");
  sheet.path("M0 800 C 300 560 620 700 1280 380 L1280 800 Z", "#8497a3");
  sheet.rect(300, 220, 680, 340, "#fbfaf8", 18, "#d4d0c8").circle(364, 292, 26, "#c9574d");
  sheet.text(358, 304, 34, "!", { color: "#ffffff", weight: 700 }).text(412, 302, 28, title, { weight: 700 });
  lines.forEach((line, at) => sheet.text(412, 354 + at * 34, 21, line, { color: "#4c5257" }));
  sheet.rect(600, 484, 160, 48, "#e7e4de", 10).text(632, 515, 20, buttons[0]);
  sheet
    .rect(780, 484, 168, 48, "#2c6480", 10)
    .text(808, 515, 20, buttons[1], { color: "#ffffff", weight: 600 });
  return sheet;
}

export function photo(sky: string, far: string, near: string): Sheet {
  const sheet = new Sheet(1200, 900, sky).circle(900, 220, 80, "#fff3cf");
  sheet.path("M0 620 L220 420 L400 560 L640 330 L900 600 L1200 440 L1200 900 L0 900 Z", far);
  return sheet.path("M0 760 C 300 640 600 820 1200 690 L1200 900 L0 900 Z", near);
}
