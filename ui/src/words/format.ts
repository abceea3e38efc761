// Numbers, times and sizes as the reader's locale writes them.

/** The first of the reader's languages that is one: without a locale WebKitGTK calls it "C". */
export function locale(languages: readonly string[]): string {
  for (const tag of languages) {
    try {
      return Intl.getCanonicalLocales(tag)[0] ?? "en";
    } catch {
      continue;
    }
  }
  return "en";
}

const own = locale([navigator.language, ...navigator.languages]);

const integers = new Intl.NumberFormat(own);
const tenths = new Intl.NumberFormat(own, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(own, { style: "percent", maximumFractionDigits: 0 });
const plurals = new Intl.PluralRules("en");

export const number = (value: number): string => integers.format(value);
export const decimal = (value: number): string => tenths.format(value);
export const percent = (share: number): string => percents.format(share);

/** "1 file", "2 files", "4,102 files". */
export function count(value: number, one: string, other: string): string {
  return `${number(value)} ${plurals.select(value) === "one" ? one : other}`;
}

const lists = new Intl.ListFormat("en", { type: "conjunction" });
/** "one, two and three". */
export const list = (parts: string[]): string => lists.format(parts);

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? number(Math.round(value)) : decimal(value)} ${UNITS[unit] ?? ""}`;
}

/** A time that something takes or took: "0.8 s", "12 s", "3 min", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${decimal(Math.max(0, seconds))} s`;
  if (seconds < 90) return `${number(Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${number(minutes)} min`;
  const rest = minutes % 60;
  return `${number(Math.floor(minutes / 60))} h${rest === 0 ? "" : ` ${number(rest)} min`}`;
}

/** A moment of a recording: "0:07", "12:30", "1:02:03". */
export function time(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const clocks = new Intl.DateTimeFormat(own, { timeStyle: "short" });
const days = new Intl.DateTimeFormat(own, { weekday: "long", day: "numeric", month: "long" });
const dates = new Intl.DateTimeFormat(own, { day: "numeric", month: "short", year: "numeric" });
const shortDays = new Intl.DateTimeFormat(own, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(own, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const languages = new Intl.DisplayNames("en", { type: "language" });

const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
const daysBetween = (moment: number, now: number) =>
  Math.round((midnight(now) - midnight(moment)) / 86_400_000);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Reasons come as parts of sentences; alone they begin with a capital, unless it is a name such as gemma3:4b. */
export const sentence = (text: string): string => (/^[a-z]+(?![\w:./-])/.test(text) ? capital(text) : text);

export const clock = (moment: number): string => clocks.format(moment);
export const dateTime = (moment: number): string => whole.format(moment);

/** The day of a heading: "Today", "Yesterday", "Monday, 16 November", "3 May 2024". */
export function day(moment: number, now = Date.now()): string {
  const ago = daysBetween(moment, now);
  if (ago === 0 || ago === 1) return capital(relative.format(-ago, "day"));
  return ago > 1 && ago < 300 ? days.format(moment) : dates.format(moment);
}

/** As short as it can be on a card: "13:58", "Yesterday 09:31", "18 Nov", "3 May 2024". */
export function short(moment: number, now = Date.now()): string {
  const ago = daysBetween(moment, now);
  if (ago === 0) return clock(moment);
  if (ago === 1) return `${capital(relative.format(-1, "day"))} ${clock(moment)}`;
  return ago > 1 && ago < 300 ? shortDays.format(moment) : dates.format(moment);
}

export function language(code: string): string {
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}
