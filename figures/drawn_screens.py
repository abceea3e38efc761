"""Draws screens of many kinds with the text that stands on them, in the order in which a person reads it:
`drawn_screens.py OUT`.

Each screen is a picture and a text of the same name, as the scorer of the corpus wants them: a line for each line, a tab
between cells of a row. What stands on them is made up. Needs Pillow and the fonts of Debian's `fonts-dejavu-core`.
"""

import sys
from pathlib import Path

import drawn_pages  # noqa: F401  (the other half of the screens)
from drawing import DARK, SCREENS, Screen, program, screen


def board(page: Screen, lists: list[tuple[str, list[list[str]]]], top: int, width: int, gap: int, size: int) -> None:
    """Lists of cards side by side; the last line of a card is smaller."""
    for at, (name, cards) in enumerate(lists):
        x, y = 24 + at * (width + gap), top
        page.box(x - 10, y - 10, width, page.picture.height - top - 10, page.tint)
        page.say(x, y, name, size, bold=True)
        y += 2.4 * size
        for *title, note in cards:
            page.box(x - 2, y - 8, width - 16, 22 * len(title) + 34, page.ground)
            y = page.lines(x + 8, y, 22, title, size)
            page.say(x + 8, y, note, size - 3)
            y += 40


@screen
def kanban_four_lists() -> Screen:
    page = Screen()
    page.across(14, [(24, "Harbour website"), (300, "Board"), (380, "Timeline"), (480, "Members"), (1190, "Share")], 16)
    board(page, [
        ("Ideas 3", [["Ask the ferry office for", "their winter timetable", "Nora"], ["Photo wall of old boats", "Due 3 May"],
                     ["Map of the moorings", "No date"]]),
        ("To do 4", [["Replace the broken tide", "table widget", "Due 12 April"], ["Write the page on permits", "Due 14 April"],
                     ["Translate opening hours", "into Danish and Polish", "Piotr"], ["Check links", "Nobody yet"]]),
        ("Doing 2", [["New menu for phones", "Due tomorrow"], ["Weather from the pier,", "every ten minutes, with", "wind and water level", "Selma"]]),
        ("Done 3", [["Move mail to new host", "Closed Monday"], ["Shrink the pictures", "Closed Tuesday"], ["Cookie notice gone", "Closed today"]]),
    ], 80, 296, 16, 15)
    return page


@screen
def kanban_three_dark() -> Screen:
    page = Screen(look=DARK)
    page.say(24, 16, "Orchard jobs this month", 22, bold=True)
    board(page, [
        ("Waiting", [["Prune the two oldest pear", "trees behind the shed", "3 hours"], ["Order new ladders", "1 hour"]]),
        ("In progress", [["Paint trunks white", "5 hours"], ["Mend the fence along the", "stream before the sheep", "find the hole", "8 hours"],
                         ["Count the beehives", "1 hour"]]),
        ("Finished", [["Sharpen all saws", "2 hours"], ["Invoice the cider press", "1 hour"], ["Book the school visit", "1 hour"],
                      ["Clear the cold store", "6 hours"]]),
    ], 90, 400, 20, 16)
    return page


@screen
def kanban_five_small() -> Screen:
    page = Screen(1440, 820)
    page.across(16, [(24, "Release 4.2"), (1340, "Filter")], 16)
    card = lambda name, number: [name, f"REL-{number}"]
    board(page, [
        ("Backlog", [card("Dark icons", 201), card("Faster start", 207), card("Undo for tags", 214), card("Import from disk", 219)]),
        ("Selected", [card("Larger buttons", 198), card("Keyboard help", 203)]),
        ("Coding", [card("Search in notes", 190), card("Crash on resume", 222), card("Late reminders", 225)]),
        ("Review", [card("Export as text", 187)]),
        ("Shipped", [card("Two windows", 170), card("Quiet mode", 176), card("Old links work", 181), card("Smaller files", 183), card("New sounds", 185)]),
    ], 76, 272, 12, 14)
    return page


def offers(page: Screen, columns: list[list[str]], top: int, width: int, pace: int, size: int, left: int = 60) -> None:
    for at, column in enumerate(columns):
        x = left + at * width
        page.box(x - 20, top - 20, width - 30, pace * len(column) + 36)
        page.lines(x, top, pace, column, size)


@screen
def pricing_two() -> Screen:
    page = Screen(1100, 620)
    page.say(60, 40, "Choose how you sail", 24, bold=True)
    offers(page, [
        ["Day sailor", "18 EUR a month", "One boat", "Ten harbours", "Mail support", "Weather by text", "Start with Day sailor"],
        ["Skipper", "39 EUR a month", "Three boats", "All harbours", "Phone support", "Weather maps", "Start with Skipper"],
    ], 130, 500, 36, 16)
    return page


@screen
def pricing_three() -> Screen:
    page = Screen(1200, 640)
    page.say(60, 40, "Plans", 22, bold=True)
    offers(page, [
        ["Seed", "0 EUR", "2 beds", "1 gardener", "Reminders", "Choose Seed"],
        ["Sprout", "6 EUR", "12 beds", "4 gardeners", "Frost warnings", "Choose Sprout"],
        ["Harvest", "15 EUR", "Any number", "20 gardeners", "Shared calendar", "Choose Harvest"],
    ], 120, 370, 38, 16)
    return page


@screen
def pricing_two_loose() -> Screen:
    page = Screen(1180, 680)
    page.say(590, 36, "Two ways to borrow books", 26, bold=True, centred=True)
    for x, lines in ((90, ["Reader", "4.50 a month", "Up to six books at once, for", "three weeks each.", "Reserve new titles", "Choose Reader"]),
                     (650, ["Family", "9.00 a month", "Up to twenty books, games and", "films, for five weeks each.", "Story hour on Saturdays", "Choose Family"])):
        page.box(x - 24, 110, 480, 460)
        for y, size, text in zip((140, 182, 250, 274, 330, 500), (22, 28, 16, 16, 16, 17), lines):
            page.say(x, y, text, size)
    return page


@screen
def mail_three_panes() -> Screen:
    page = Screen(1440, 860)
    page.across(14, [(20, "Mail"), (230, "Write"), (320, "Reply"), (400, "Archive"), (500, "Delete"), (1330, "Search")], 14)
    page.rule(0, 44, 1440, 44)
    page.lines(20, 66, 34, ["Inbox 12", "Drafts", "Sent", "Archive", "Spam 3", "Bin", "Family", "Allotment", "Tax 2025", "Travel"], 15)
    for at, (who, when, subject, begin) in enumerate([
        ("Elif Aydin", "09:12", "Keys for the boathouse", "Could you leave them with the"),
        ("Parish office", "08:40", "Hall on 9 May", "The hall is free from four"),
        ("Jonas Beck", "Mon", "Re: second-hand oven", "It is still here, and the door"),
        ("Waterworks", "Mon", "Meter reading", "Please send us your reading by"),
        ("Lena", "Sun", "Photos of the walk", "I put all of them in one folder"),
        ("Bank", "Sat", "Your statement", "Your statement for March is"),
    ]):
        y = 64 + 92 * at
        page.rule(210, y - 14, 590, y - 14)
        page.across(y, [(230, who), (545, when)], 14, bold=True)
        page.say(230, y + 24, subject, 14)
        page.say(230, y + 48, begin, 13)
    page.rule(600, 44, 600, 860)
    page.say(630, 64, "Keys for the boathouse", 22, bold=True)
    page.across(106, [(630, "Elif Aydin"), (1260, "Today, 09:12")], 14)
    page.say(630, 128, "to me and the rowing club", 13)
    page.lines(630, 176, 24, [
        "Hello Marit, could you leave them with the lady at the kiosk", "before noon? I come by on my way back from the station and",
        "would like to fetch the two red oars as well, if they are dry."], 15)
    page.lines(630, 272, 24, ["The padlock sticks a little. Push it in, turn the key to the left", "and pull gently, then it opens without any force."], 15)
    page.say(630, 344, "Many thanks, Elif", 15)
    page.say(630, 410, "2 attachments", 14, bold=True)
    page.across(440, [(630, "oars.jpg"), (780, "plan-of-the-hut.pdf")], 14)
    return page


@screen
def icons_with_two_line_names() -> Screen:
    page = Screen(1200, 760)
    page.across(14, [(20, "Files"), (220, "Home"), (300, "Pictures"), (400, "Holidays"), (1110, "View")], 14)
    page.lines(24, 70, 36, ["Recent", "Starred", "Home", "Desktop", "Documents", "Downloads", "Music", "Pictures", "Bin"], 14)
    names = [["harbour at", "dusk.jpg"], ["ferry ticket", "return.pdf"], ["list of huts.txt"], ["route over the", "high pass.gpx"], ["lake.png"],
             ["packing list", "final.odt"], ["storm over", "the bay.jpg"], ["bus times.pdf"], ["sunrise.jpg"], ["letter to the", "campsite.odt"],
             ["tent receipt.pdf"], ["map north", "coast.png"], ["group photo", "small.jpg"], ["video of the", "seals.mp4"], ["budget.ods"]]
    for at, name in enumerate(names):
        x, y = 310 + 190 * (at % 5), 80 + 210 * (at // 5)
        page.draw.rectangle((x - 40, y, x + 40, y + 90), fill=page.tint, outline=page.edge)
        for row, text in enumerate(name):
            page.say(x, y + 102 + 20 * row, text, 14, centred=True)
    page.say(220, 725, "15 items, 84.2 MB", 13)
    return page


@screen
def spreadsheet() -> Screen:
    page = Screen(1280, 720)
    page.across(12, [(16, "File"), (70, "Edit"), (130, "View"), (196, "Insert"), (270, "Format"), (352, "Data"), (420, "Help")], 14)
    xs = [60, 260, 420, 560, 720, 880]
    page.across(60, [(x + 50, letter) for x, letter in zip(xs, "ABCDEF")], 13)
    rows = [["Item", "Supplier", "Pieces", "Price", "Delivered", "Note"], ["Oak boards", "Lindqvist", "40", "18.60", "2 March", "planed"],
            ["Screws 5 x 60", "Bolt & Nut", "800", "0.07", "3 March", ""], ["Hinges", "Bolt & Nut", "24", "3.15", "3 March", "brass"],
            ["Glass 4 mm", "Clearview", "12", "27.40", "", "cut to size"], ["Putty", "", "6", "4.90", "9 March", ""],
            ["Linseed oil", "Lindqvist", "3", "11.25", "9 March", "boiled"], ["Paint, blue", "Colour House", "5", "32.00", "", ""],
            ["Brushes", "Colour House", "9", "2.80", "12 March", ""], ["Sum", "", "899", "100.17", "", ""]]
    for at, row in enumerate(rows):
        y = 92 + 30 * at
        page.rule(0, y - 7, 1040, y - 7)
        page.across(y, [(16, str(at + 1)), *zip(xs, row)], 14)
    page.across(690, [(20, "Wood"), (100, "Windows"), (210, "Labour")], 13)
    return page


CODE = ["use std::collections::HashMap;", "", "/// Counts words of a text.", "pub fn count(text: &str) -> HashMap<&str, usize> {",
        "    let mut counts = HashMap::new();", "    for word in text.split_whitespace() {", "        *counts.entry(word).or_insert(0) += 1;",
        "    }", "    counts", "}", "", "fn main() {", '    let text = "tide in, tide out";', '    println!("{:?}", count(text));', "}"]


@screen
def editor_with_terminal() -> Screen:
    page = Screen(1440, 860, DARK)
    page.across(10, [(16, "File"), (66, "Edit"), (120, "Selection"), (214, "View"), (272, "Run"), (326, "Help")], 13)
    page.say(20, 50, "EXPLORER", 12)
    page.lines(20, 80, 26, ["tides", "src", "count.rs", "main.rs", "report.rs", "tests", "words.rs", "Cargo.lock", "Cargo.toml", "README.md"], 14)
    page.across(50, [(290, "main.rs"), (390, "count.rs"), (500, "Cargo.toml")], 14)
    program(page, 280, 90, 24, CODE)
    page.rule(260, 520, 1440, 520)
    page.across(534, [(290, "PROBLEMS"), (400, "OUTPUT"), (490, "TERMINAL")], 12)
    page.lines(290, 570, 22, ["mia@desk:~/tides$ cargo run", "Compiling tides v0.1.0 (/home/mia/tides)", "Finished dev profile in 0.84s",
                              "Running target/debug/tides", '{"tide": 2, "in,": 1, "out": 1}', "mia@desk:~/tides$ git status", "On branch main",
                              "nothing to commit, working tree clean"], 14, mono=True)
    page.across(836, [(16, "main"), (80, "0 errors"), (1180, "Line 12, column 4"), (1350, "UTF-8")], 12)
    return page


@screen
def phone_chats() -> Screen:
    page = Screen(720, 1280)
    page.across(24, [(30, "9:41"), (620, "84 %")], 20)
    page.say(30, 84, "Chats", 34, bold=True)
    for at, (who, what, when) in enumerate([
        ("Mum", "Did you water the tomatoes?", "09:38"), ("Climbing Thursdays", "Ana: I bring both ropes", "09:02"),
        ("Tomek", "You: see you at the bridge", "08:15"), ("Landlord", "The plumber comes at ten", "Yesterday"),
        ("Choir, basses", "Ravi: page 14 again please", "Yesterday"), ("Pia", "That cake was so good", "Yesterday"),
        ("School, class 4b", "Photos are on the server", "Monday"), ("Bike shop", "Your wheel is ready", "Monday"), ("Otto", "Ha, never again", "Sunday")]):
        y = 176 + 108 * at
        page.draw.ellipse((30, y, 90, y + 60), fill=page.tint)
        page.across(y + 2, [(112, who), (590, when)], 21)
        page.say(112, y + 34, what, 19)
    page.across(1224, [(60, "Chats"), (250, "Calls"), (430, "Updates"), (600, "Settings")], 18)
    return page


@screen
def calendar_month() -> Screen:
    page = Screen(1280, 860)
    page.across(20, [(30, "June 2026"), (1020, "Month"), (1110, "Week"), (1190, "Day")], 22)
    width = 174
    page.across(74, [(40 + width * at, day) for at, day in enumerate(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])], 14)
    events = {2: ["Dentist 8:30"], 5: ["Market", "Call Nadia"], 9: ["Parents' evening"], 11: ["Bins out"], 12: ["Bins out", "Lunch, Bo"], 17: ["Rehearsal"], 20: ["Midsummer"],
              21: ["Boat trip", "Bring rope", "Back by 7"], 25: ["Bins out"], 28: ["Marathon"], 30: ["Invoice due"]}
    for day in range(1, 31):
        x, y = 40 + width * ((day - 1) % 7), 104 + 146 * ((day - 1) // 7)
        page.draw.rectangle((x - 10, y - 6, x + width - 10, y + 140), outline=page.edge)
        page.lines(x, y, 24, [str(day), *events.get(day, [])], 14)
    return page


@screen
def calendar_week() -> Screen:
    page = Screen(1280, 860)
    page.say(30, 18, "20 to 24 April 2026", 22, bold=True)
    page.lines(24, 110, 78, [f"{hour}:00" for hour in range(8, 17)], 13)
    plan = [[(9, 0, ["Stand-up", "Room 3"]), (11.5, 0, ["Interview", "with Leyla"])], [(8.5, 0, ["School run"]), (10, 0, ["Budget", "first draft", "Room 1"])],
            [(9, 0, ["Stand-up", "Room 3"]), (13, 0, ["Site visit", "bring boots"])], [(12, 0, ["Lunch with", "the auditors"]), (14.5, 0, ["Fix printer"])],
            [(9, 0, ["Stand-up", "Room 3"]), (15, 0, ["Cake"])]]
    for at, (name, day) in enumerate(zip(["Mon 20", "Tue 21", "Wed 22", "Thu 23", "Fri 24"], plan)):
        page.say(100 + 236 * at, 70, name, 15)
        for hour, _, lines in day:
            x, y = 100 + 236 * at, 118 + 78 * (hour - 8)
            page.box(x - 8, y - 6, 214, 24 * len(lines) + 10, page.tint)
            page.lines(x, y, 23, lines, 14)
    return page


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for make in SCREENS:
        page = make()
        page.picture.save(out / f"{make.__name__}.png")
        (out / f"{make.__name__}.txt").write_text("\n".join(page.truth) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
