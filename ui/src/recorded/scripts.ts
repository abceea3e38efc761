// What stands on the recorded screens: each with the name, title, summary and tags it was given.
import type { Sheet } from "./draw";
import { article, chat, dashboard, dialog, editor, paper, photo, slide, table, terminal } from "./scenes";

export type Script = {
  name: string;
  title: string;
  summary: string | null;
  tags: string[];
  language: string | null;
  draw: () => Sheet;
};

const script = (
  name: string,
  title: string,
  summary: string | null,
  tags: string[],
  draw: () => Sheet,
  language: string | null = "en",
): Script => ({ name, title, summary, tags, language, draw });

const shot = (day: string, time: string) => `Screenshot 2026-${day} at ${time}.png`;

/** Shown in a recording as well. */
export const tideGauges = (): Sheet =>
  dashboard("Tide gauges", [
    ["Holmen", "+38 cm"],
    ["Dock Street", "+21 cm"],
    ["East quay", "+19 cm"],
    ["Wind", "14 m/s NW"],
    ["Pressure", "998 hPa"],
    ["Last reading", "09:30"],
  ]);

export const SCRIPTS: Script[] = [
  script(
    shot("11-21", "13.58.12"),
    "npm run build",
    "Two type errors in server.ts and units.ts stop the build of cookbook-api.",
    ["terminal", "typescript", "error"],
    () =>
      terminal("anna@desk: ~/cookbook-api", [
        "$ npm run build",
        "> cookbook-api@2.7.1 build",
        "> tsc -p tsconfig.json",
        "src/server.ts(54,11): error TS2345: Argument of type",
        "  'string' is not assignable to type 'number'.",
        "src/units.ts(17,3): error TS2322: Type 'null' is not",
        "  assignable to type 'Unit'.",
        "Found 2 errors in 2 files.",
        "$ git status --short",
        " M src/server.ts",
      ]),
  ),
  script(
    "receipt market hall.jpg",
    "Market hall receipt",
    "Coffee beans, bread and pears, 23.40 EUR, paid by card.",
    ["receipt", "groceries"],
    () =>
      paper(
        "MARKET HALL",
        ["Stand 14, Dock Street 2", "21 Nov 2026   11:42"],
        [
          ["Coffee beans 500 g", "12.90"],
          ["Rye bread", "4.80"],
          ["Pears 1.2 kg", "3.60"],
          ["Oat milk", "2.10"],
        ],
        ["TOTAL EUR", "23.40"],
        -4,
      ),
  ),
  script(
    shot("11-21", "11.20.03"),
    "Harbour launch plan",
    "Five steps from the pilot to the launch in March.",
    ["slides", "planning"],
    () =>
      slide(
        "Harbour launch plan",
        [
          "Pilot with two crews in December",
          "Safety review on 12 January",
          "Train the night shift",
          "Open the east quay in March",
          "Invoice the city by April",
        ],
        "#2c6480",
      ),
  ),
  script(
    shot("11-20", "17.44.51"),
    "Cabin weekend",
    "Who brings what, and when the train leaves on Friday.",
    ["chat", "travel"],
    () =>
      chat(
        ["Cabin weekend", "Mara Lindt", "Joon Park", "Studio", "Landlord"],
        [
          [0, "Train leaves Friday 16:04 from platform 9"],
          [1, "I have the keys and the invoice for the cabin"],
          [0, "Great. Who brings the stove?"],
          [1, "Joon does. I take bread and coffee"],
          [0, "There is snow from 900 m, bring boots"],
          [1, "Booked the sledge too"],
        ],
        false,
      ),
  ),
  script(
    "Invoice 2026-117.png",
    "Invoice 2026-117",
    "Northlight Studio asks 2,618.00 EUR for the lake path signs, due on 4 December.",
    ["invoice", "northlight", "due"],
    () =>
      paper(
        "Invoice 2026-117",
        ["Northlight Studio, Quay 7, 24103 Kiel", "Date 20 November 2026"],
        [
          ["Lake path signs, design", "1,400.00"],
          ["Printing, 12 boards", "640.00"],
          ["Delivery", "160.00"],
          ["VAT 19 %", "418.00"],
        ],
        ["Due 4 December", "2,618.00 EUR"],
      ),
  ),
  script(
    shot("11-20", "09.31.27"),
    "Tide gauges, live",
    "Six gauges; Holmen is 38 cm above the mean.",
    ["dashboard", "harbour"],
    tideGauges,
  ),
  script(
    shot("11-19", "22.10.40"),
    "queue.rs",
    "A bounded queue in Rust with a test for its order.",
    ["code", "rust"],
    () =>
      editor(
        "queue.rs, deskscribe",
        ["src", "queue.rs", "lane.rs", "main.rs"],
        [
          "// A queue that never grows beyond its room.",
          "pub struct Queue<T> {",
          "    items: VecDeque<T>,",
          "    room: usize,",
          "}",
          "pub fn push(&mut self, item: T) -> Result<(), T> {",
          "    if self.items.len() == self.room {",
          "        return Err(item);",
          "    }",
          "    self.items.push_back(item);",
          "    Ok(())",
          "}",
        ],
      ),
  ),
  script(
    shot("11-19", "16.02.18"),
    "Backup could not finish",
    "The disk “Archive” has 1.2 GB left and needs 8.4 GB.",
    ["error", "backup"],
    () =>
      dialog(
        "Backup could not finish",
        ["The disk “Archive” has 1.2 GB left;", "this backup needs 8.4 GB."],
        ["Details", "Try again"],
      ),
  ),
  script(
    "lake path article.png",
    "The lake path brought people back",
    "Visitors doubled in 2025 after the path around the lake was closed to cars.",
    ["article", "lake path"],
    () =>
      article(
        "kielerkurier.example/lake-path",
        "The lake path brought people back",
        [
          "Twice as many people walked around the lake in 2025 as the year before,",
          "the city counted. The path has been closed to cars since spring, and new",
          "signs tell where the water is deep enough to swim. Cafés ask for more",
          "benches; the city wants to decide in December.",
        ],
        "#7fa7b4",
      ),
  ),
  script(
    shot("11-18", "14.25.09"),
    "Budget, fourth quarter",
    "Rent, travel and signs; 3,180 EUR are left until the end of the year.",
    ["spreadsheet", "budget"],
    () =>
      table(
        "Budget Q4",
        ["Item", "Planned", "Spent", "Left"],
        [
          ["Rent", "2,400", "1,600", "800"],
          ["Travel", "1,200", "640", "560"],
          ["Signs", "3,000", "2,618", "382"],
          ["Printing", "900", "122", "778"],
          ["Food", "700", "340", "360"],
          ["Reserve", "300", "0", "300"],
        ],
      ),
  ),
  script(
    shot("11-18", "08.15.33"),
    "施設のお知らせ",
    "The library closes early on 24 November for an inspection.",
    ["notice", "library"],
    () =>
      article(
        "toshokan.example/oshirase",
        "施設のお知らせ",
        [
          "十一月二十四日は設備点検のため、午後三時に閉館します。",
          "ご不便をおかけしますが、よろしくお願いいたします。",
          "返却ポストは終日ご利用いただけます。",
        ],
        "#b9c5a5",
      ),
    "ja",
  ),
  script("ridge at noon.jpg", "", null, [], () => photo("#b9d3de", "#6f8c96", "#3f5a56"), null),
  script(
    shot("11-17", "19.47.00"),
    "Flat viewing on Tuesday",
    "Landlord confirms the viewing at 18:30, 54 m², 980 EUR warm.",
    ["chat", "flat"],
    () =>
      chat(
        ["Landlord", "Mara Lindt", "Studio", "Joon Park"],
        [
          [0, "Viewing on Tuesday 18:30, Holmen 12, bell Berg"],
          [1, "Thank you, I will be there"],
          [0, "54 m², 980 EUR warm, from January"],
          [1, "Is the cellar part of it?"],
          [0, "Yes, and a place for one bicycle"],
        ],
        true,
      ),
  ),
  script(
    shot("11-17", "10.05.12"),
    "Disk is almost full",
    "df shows /home at 94 percent; the cache of the builder is the largest folder.",
    ["terminal", "disk"],
    () =>
      terminal(
        "anna@desk: ~",
        [
          "$ df -h /home",
          "Filesystem      Size  Used Avail Use%",
          "/dev/nvme0n1p3  468G  440G   28G  94%",
          "$ du -sh ~/.cache/* | sort -h | tail -3",
          "3.1G    /home/anna/.cache/fonts",
          "8.8G    /home/anna/.cache/thumbs",
          "41G     /home/anna/.cache/builder",
        ],
        "#5b5470",
      ),
  ),
  script(
    "boarding pass KEL-OSL.png",
    "Boarding pass to Oslo",
    "Seat 14A, gate B6, boarding at 06:50 on 2 December.",
    ["travel", "ticket"],
    () =>
      paper(
        "KEL to OSL",
        ["2 December 2026", "Lindt / Anna"],
        [
          ["Boarding", "06:50"],
          ["Gate", "B6"],
          ["Seat", "14A"],
          ["Group", "2"],
        ],
        ["Booking", "QX7M2P"],
      ),
  ),
  script(
    shot("11-16", "15.33.41"),
    "Visitors by month",
    "June to August carry the year; the lake path accounts for most of it.",
    ["slides", "lake path"],
    () =>
      slide(
        "Visitors by month",
        [
          "June to August carry the year",
          "Weekends: 61 percent",
          "The lake path leads with 48,200",
          "Signs were asked for 310 times",
        ],
        "#a8652b",
      ),
  ),
  script(
    shot("11-15", "12.12.12"),
    "Checkout conversion",
    "Conversion 3.4 percent, 1,204 orders this week.",
    ["dashboard", "shop"],
    () =>
      dashboard(
        "Shop, week 46",
        [
          ["Orders", "1,204"],
          ["Conversion", "3.4 %"],
          ["Returns", "38"],
          ["Basket", "41.20 EUR"],
          ["Open invoices", "17"],
          ["Stock alerts", "3"],
        ],
        false,
      ),
  ),
  script(
    shot("11-14", "18.20.55"),
    "lane.svelte",
    "A component that shows what one worker does.",
    ["code", "svelte"],
    () =>
      editor(
        "lane.svelte, window",
        ["views", "lane.svelte", "queue.svelte", "tokens.css"],
        [
          "// One worker: its file, stage and progress.",
          "import type { Worker } from './worker';",
          "let { worker }: { worker: Worker } = $props();",
          "const share = $derived(worker.done / worker.total);",
          "",
          "export const label = worker.file ?? 'Resting';",
          "// A lane never moves: eight are always shown.",
        ],
      ),
  ),
  script(
    "Fahrplan Kiel Laboe.jpg",
    "Fahrplan Kiel–Laboe",
    "Fähren von 7 bis 21 Uhr, sonntags stündlich.",
    ["timetable", "travel"],
    () =>
      table(
        "Fahrplan Kiel–Laboe",
        ["Abfahrt", "Ankunft", "Werktags", "Sonntags"],
        [
          ["07:05", "07:52", "ja", "nein"],
          ["08:35", "09:22", "ja", "ja"],
          ["10:05", "10:52", "ja", "ja"],
          ["12:35", "13:22", "ja", "ja"],
          ["15:05", "15:52", "ja", "ja"],
          ["18:35", "19:22", "ja", "nein"],
        ],
      ),
    "de",
  ),
  script(
    shot("11-13", "09.00.31"),
    "Certificate expired",
    "The certificate of mail.northlight.example ended yesterday.",
    ["error", "mail"],
    () =>
      dialog(
        "This connection is not private",
        ["The certificate of mail.northlight.example", "ended yesterday, 12 November 2026."],
        ["Go back", "Details"],
      ),
  ),
  script("garden in june.jpg", "", null, [], () => photo("#f0d9b5", "#a3a86b", "#5f7a48"), null),
  script(
    shot("11-12", "21.35.02"),
    "Pear cake",
    "Butter, three pears and cardamom; 45 minutes at 180 °C.",
    ["recipe"],
    () =>
      article(
        "breadandpears.example/pear-cake",
        "Pear cake with cardamom",
        [
          "180 g butter, 150 g sugar, 3 eggs, 200 g flour, 1 spoon of cardamom.",
          "Lay three pears on top, cut into fans. Bake at 180 °C for 45 minutes,",
          "until the edge is dark and the middle still gives a little.",
        ],
        "#c9a36a",
      ),
  ),
  script(
    "Invoice 2026-109 paper.jpg",
    "Invoice 2026-109",
    "Harbour Print asks 761.60 EUR for twelve boards, photographed at an angle.",
    ["invoice", "printing"],
    () =>
      paper(
        "Invoice 2026-109",
        ["Harbour Print, Dock Street 31", "10 November 2026"],
        [
          ["12 boards, A1", "540.00"],
          ["Lamination", "100.00"],
          ["VAT 19 %", "121.60"],
        ],
        ["Total", "761.60 EUR"],
        5,
      ),
  ),
  script(
    shot("11-10", "16.48.20"),
    "Deploy log",
    "Release 2.7.0 went out to three machines in 41 seconds.",
    ["terminal", "deploy"],
    () =>
      terminal(
        "deploy@quay-1",
        [
          "$ ./release 2.7.0",
          "pulling image cookbook-api:2.7.0",
          "quay-1  stopped 2.6.4, started 2.7.0",
          "quay-2  stopped 2.6.4, started 2.7.0",
          "quay-3  stopped 2.6.4, started 2.7.0",
          "health: 3 of 3 answer",
          "done in 41 s",
        ],
        "#406052",
      ),
  ),
];

export const FAILURES: {
  name: string;
  code: "damaged" | "too_large" | "timed_out" | "worker_crashed" | "permission_denied";
  reason: string;
}[] = [
  { name: "holiday.jpg", code: "damaged", reason: "the file ends in the middle of the picture" },
  {
    name: "map of the coast, stitched.png",
    code: "too_large",
    reason: "the picture has 412 megapixels; up to 120 are read",
  },
  { name: "scan0042.bmp", code: "worker_crashed", reason: "two workers crashed over it" },
  {
    name: "poster-final-FINAL.png",
    code: "timed_out",
    reason: "it took more than 600 seconds of processor time",
  },
  { name: "payslip october.png", code: "permission_denied", reason: "you have no permission to read it" },
];
