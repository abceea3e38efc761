"""The other half of the screens of `drawn_screens.py`: pages, forms, lists and windows."""

from drawing import DARK, Screen, program, screen


@screen
def slide_of_two_columns() -> Screen:
    page = Screen(1280, 720)
    page.say(80, 60, "What the new pump changes", 36, bold=True)
    page.say(80, 180, "Before", 24, bold=True)
    page.lines(80, 230, 48, ["Two floods each winter", "Night shifts at the sluice", "Repairs cost 40,000 a year", "Diesel in the canal"], 21)
    page.say(690, 180, "After", 24, bold=True)
    page.lines(690, 230, 48, ["Dry cellars since October", "Nobody on call at night", "Repairs cost 6,000 a year", "Runs on the solar roof"], 21)
    page.across(670, [(80, "Water board, spring meeting"), (1180, "7")], 15)
    return page


@screen
def newspaper() -> Screen:
    page = Screen(1280, 900)
    page.say(640, 24, "THE ESTUARY COURIER", 40, bold=True, centred=True)
    page.across(86, [(60, "Thursday, 16 April 2026"), (1120, "Price 2.40")], 14)
    page.rule(60, 112, 1220, 112)
    page.say(60, 130, "Ferry returns after eleven years", 30, bold=True)
    columns = [
        ["The old car ferry across the", "estuary will sail again from the", "first of May, the harbour board", "said on Wednesday. It had been",
         "laid up since the bridge opened,", "and many had thought that it was", "sold for scrap. Twelve crossings", "a day are planned in summer, and",
         "six in winter. Bicycles travel free", "of charge, as do children."],
        ["Shops on the northern bank hope", "for more visitors. It was quiet", "here for a decade, says the owner", "of the bakery by the landing, who",
         "has already ordered a second oven.", "Not everybody is glad: anglers", "fear for their places along the", "old quay, which will be closed to",
         "them from dawn until the last", "boat has left in the evening."],
        ["The board wants to decide on the", "fares next week. A single trip is", "expected to cost three euros, and", "a card for the month thirty. The",
         "crew of five was chosen from more", "than two hundred applicants, some", "of whom had served on her before.", "Her captain will be Ida Solberg,",
         "who grew up within sight of the", "landing stage and the lamp."]]
    for at, column in enumerate(columns):
        page.lines(60 + 395 * at, 190, 25, column, 17)
    page.rule(60, 460, 1220, 460)
    page.say(60, 480, "Bees on the town hall", 24, bold=True)
    page.lines(60, 524, 25, ["Four hives were put on the flat roof of the town hall last week,", "and the mayor himself has learned how to look after them. The",
                             "first honey is expected at the end of July."], 17)
    page.say(700, 480, "Weather", 24, bold=True)
    page.lines(700, 524, 25, ["Bright at first, with rain from the west", "in the afternoon. Highs of 13 degrees,", "wind fresh at times near the coast."], 17)
    return page


@screen
def form() -> Screen:
    page = Screen(1000, 760)
    page.say(60, 40, "Register a boat", 26, bold=True)
    page.say(60, 84, "Fields with a star have to be filled in.", 14)
    for at, (label, value) in enumerate([
        ("Name of the boat *", "Wandering Tern"), ("Home port *", "Ellerby"), ("Length over all", "7.40 m"), ("Year built", "1987"),
        ("Hull", "Wood, clinker"), ("Owner *", "Greta Lindholm"), ("Telephone", "+44 1632 960 118"), ("Insured until", "30 November 2026")]):
        y = 140 + 56 * at
        page.box(320, y - 10, 460, 40)
        page.across(y, [(60, label), (336, value)], 16)
    page.across(640, [(60, "I have read the harbour rules"), (560, "Cancel"), (680, "Register")], 16)
    return page


@screen
def form_in_two_columns() -> Screen:
    page = Screen(1200, 700)
    page.say(60, 36, "Order", 26, bold=True)
    left = [("First name", "Amina"), ("Last name", "Okafor"), ("Street", "14 Ropewalk"), ("Town", "Ellerby"), ("Telephone", "01632 960 452")]
    right = [("Card number", "**** **** **** 4417"), ("Name on the card", "A Okafor"), ("Valid until", "08 / 28"), ("Discount code", "SPRING"), ("Notes", "Ring twice")]
    for x, name, fields in ((60, "Delivery address", left), (640, "Payment", right)):
        page.say(x, 100, name, 19, bold=True)
        for at, (label, value) in enumerate(fields):
            page.say(x, 150 + 88 * at, label, 14)
            page.box(x, 172 + 88 * at, 480, 40)
            page.say(x + 14, 182 + 88 * at, value, 16)
    page.say(1010, 640, "Place order", 16, bold=True)
    return page


@screen
def web_shop() -> Screen:
    page = Screen(1360, 900)
    page.across(20, [(40, "Oak & Wool"), (420, "Blankets"), (540, "Chairs"), (640, "Lamps"), (740, "Sale"), (1240, "Basket 2")], 16)
    page.across(76, [(40, "48 products"), (1160, "Sort by newest")], 14)
    things = [["Sheepskin, grey", "89.00 EUR", "In stock"], ["Three-legged stool", "64.00 EUR", "In stock"], ["Lamp of beaten copper", "149.00 EUR", "2 left"],
              ["Blanket, herringbone", "112.00 EUR", "In stock"], ["Chair with arms, ash", "238.00 EUR", "In 3 weeks"], ["Felt slippers", "42.00 EUR", "In stock"],
              ["Wall hooks, set of 5", "27.50 EUR", "In stock"], ["Cushion, moss", "39.00 EUR", "Sold out"]]
    for at, thing in enumerate(things):
        x, y = 40 + 330 * (at % 4), 120 + 390 * (at // 4)
        page.draw.rectangle((x, y, x + 290, y + 260), fill=page.tint)
        for row, (text, size) in enumerate(zip(thing, (17, 16, 13))):
            page.say(x, y + 276 + 28 * row, text, size, bold=row == 0)
    return page


@screen
def dialog_with_tabs() -> Screen:
    page = Screen(820, 640)
    page.say(410, 18, "Scanner options", 17, bold=True, centred=True)
    page.across(66, [(60, "General"), (190, "Paper"), (310, "Colour"), (430, "Saving"), (560, "Advanced")], 15)
    page.rule(30, 98, 790, 98)
    for at, (label, value) in enumerate([("Paper size", "A4, 210 x 297 mm"), ("Source", "Feeder, both sides"), ("Turn pages", "By their text"), ("Blank pages", "Leave them out")]):
        page.box(300, 120 + 56 * at, 360, 36)
        page.across(128 + 56 * at, [(60, label), (314, value)], 15)
    page.lines(90, 370, 36, ["Straighten pages that came in askew", "Keep the holes of a binder white", "Beep when the feeder is empty"], 15)
    page.lines(60, 500, 24, ["Changes hold for the next scan. What is being scanned now", "is finished as it was begun."], 13)
    page.across(588, [(60, "Restore"), (540, "Cancel"), (660, "Apply"), (740, "OK")], 15)
    return page


@screen
def diff_side_by_side() -> Screen:
    page = Screen(1440, 640)
    page.across(14, [(20, "tide.py"), (740, "tide.py (new)")], 15)
    old = ["import json", "", "def load(path):", "    with open(path) as file:", "        return json.load(file)", "", "def highest(tides):", "    best = None",
           "    for tide in tides:", "        if best is None or tide > best:", "            best = tide", "    return best", "", "def main():", "    print(highest(load('t.json')))"]
    new = ["import json", "from pathlib import Path", "def load(path):", "    text = Path(path).read_text()", "    return json.loads(text)", "", "def highest(tides):", "    return max(tides)",
           "", "def lowest(tides):", "    return min(tides)", "", "def main():", "    tides = load('t.json')", "    print(highest(tides), lowest(tides))"]
    program(page, 20, 60, 30, old)
    page.rule(720, 44, 720, 640)
    program(page, 740, 60, 30, new)
    return page


@screen
def settings_beside_a_form() -> Screen:
    page = Screen(1280, 800)
    page.say(30, 24, "Settings", 24, bold=True)
    page.lines(30, 90, 48, ["Account", "Appearance", "Notifications", "Sound", "Keyboard", "Printers", "Storage", "Sharing", "About"], 16)
    page.rule(260, 0, 260, 800)
    page.say(300, 28, "Notifications", 22, bold=True)
    for at, (label, about, value) in enumerate([
        ("Show on the lock screen", "Others may read them there", "Never"), ("Play a sound", "Only when the screen is off", "Softly"),
        ("Do not disturb", "From ten in the evening", "At night"), ("Group by program", "The newest comes first", "Yes"),
        ("Keep them for", "Older ones are forgotten", "Two weeks")]):
        y = 92 + 96 * at
        page.across(y, [(300, label), (1120, value)], 16)
        page.say(300, y + 28, about, 13)
    page.say(300, 600, "Programs that may not notify you", 16, bold=True)
    page.across(640, [(300, "Chess"), (420, "News"), (540, "Shop")], 15)
    return page


@screen
def dashboard() -> Screen:
    page = Screen(1360, 820)
    page.say(40, 28, "Week 16", 24, bold=True)
    for at, (label, number, note) in enumerate([("Visitors", "12,408", "up 4 % on last week"), ("Orders", "318", "up 11 % on last week"),
                                                ("Returned", "9", "down 2 on last week"), ("Revenue", "21,940 EUR", "up 7 % on last week")]):
        x = 40 + 325 * at
        page.box(x, 90, 300, 130)
        page.say(x + 18, 106, label, 14)
        page.say(x + 18, 132, number, 30, bold=True)
        page.say(x + 18, 184, note, 13)
    page.say(40, 260, "Newest orders", 19, bold=True)
    xs = [40, 220, 560, 860, 1140]
    page.across(306, list(zip(xs, ["Number", "Customer", "Paid by", "Date", "Sum"])), 14, bold=True)
    for at, row in enumerate([["OW-9931", "Femi Adeyemi", "Card", "16 April", "64.00"], ["OW-9930", "Klara Horak", "Invoice", "16 April", "238.00"],
                              ["OW-9929", "Yusuf Demir", "Card", "15 April", "27.50"], ["OW-9928", "Ingrid Moe", "Transfer", "15 April", "451.00"],
                              ["OW-9927", "Paul Weber", "Card", "15 April", "89.00"], ["OW-9926", "Rosa Conti", "Card", "14 April", "112.00"]]):
        page.across(346 + 40 * at, list(zip(xs, row)), 15)
    return page


@screen
def chat_beside_a_list() -> Screen:
    page = Screen(1280, 820, DARK)
    page.say(20, 20, "Messages", 22, bold=True)
    for at, (who, what, when) in enumerate([("Garden group", "Selim: seeds are here", "18:22"), ("Aunt Vera", "Call me when you can", "17:05"),
                                            ("Football", "You: I am in", "16:40"), ("Doctor Hale", "Your results are fine", "12:11"), ("Ben", "ok", "11:58")]):
        y = 90 + 80 * at
        page.across(y, [(24, who), (290, when)], 15)
        page.say(24, y + 26, what, 14)
    page.rule(360, 0, 360, 820)
    page.say(390, 20, "Garden group", 19, bold=True)
    for y, x, who, lines, when in [
        (100, 400, "Selim", ["The seeds are here, four boxes. Who", "has room for them in a cellar?"], "18:02"), (220, 800, None, ["I have, but only until Saturday."], "18:05"),
        (310, 400, "Maren", ["I can take two of them after that."], "18:09"), (420, 800, None, ["Good. Then they are safe for the", "frost nights at the end of the week."], "18:15"),
        (540, 400, "Selim", ["Coming over at seven!"], "18:22")]:
        page.box(x - 12, y - 12, 420, 60 + 24 * len(lines), page.tint)
        if who:
            page.say(x, y, who, 13, bold=True)
            y += 24
        y = page.lines(x, y, 24, lines, 16)
        page.say(x, y + 2, when, 12)
    page.across(780, [(390, "Write a message"), (1210, "Send")], 15)
    return page


@screen
def music_player() -> Screen:
    page = Screen(1360, 820)
    page.lines(30, 30, 40, ["Home", "Browse", "Radio", "Library", "Albums", "Artists", "Playlists", "Rainy days", "For running", "Kitchen"], 16)
    page.rule(230, 0, 230, 740)
    page.say(270, 30, "Rainy days", 32, bold=True)
    page.say(270, 78, "8 songs, 31 minutes", 14)
    xs = [270, 330, 700, 1020, 1280]
    page.across(130, list(zip(xs, ["No", "Title", "Artist", "Album", "Time"])), 13, bold=True)
    for at, row in enumerate([["Slate", "The Weather Station", "Tin Roofs", "3:41"], ["Gutter song", "Anouk Verre", "Umbrella Years", "4:02"], ["Puddles", "Low Tide Trio", "Estuary", "2:58"],
                              ["Grey on grey", "Anouk Verre", "Umbrella Years", "5:10"], ["Wet dog", "Marlow Pike", "Field Notes", "3:15"], ["Window", "Low Tide Trio", "Estuary", "4:27"],
                              ["Drizzle", "Sun Parade", "Almost June", "3:33"], ["After it", "The Weather Station", "Tin Roofs", "4:09"]]):
        page.across(170 + 44 * at, list(zip(xs, [str(at + 1), *row])), 15)
    page.rule(0, 740, 1360, 740)
    page.say(30, 756, "Wet dog", 16, bold=True)
    page.say(30, 782, "Marlow Pike", 13)
    page.across(766, [(560, "1:04"), (1290, "3:15")], 13)
    return page


@screen
def recipe_with_parts_at_the_side() -> Screen:
    page = Screen(1200, 780)
    page.say(60, 34, "Leek and barley soup", 30, bold=True)
    page.say(60, 84, "For four people, ready in an hour", 15)
    page.say(60, 140, "You need", 20, bold=True)
    page.lines(60, 184, 34, ["180 g barley", "3 leeks", "40 g butter", "2 carrots", "1 l stock", "1 bay leaf", "Nutmeg, salt"], 16)
    page.say(400, 140, "How it is made", 20, bold=True)
    page.lines(400, 184, 27, ["Wash the barley until the water stays clear and leave it to drain. Cut the", "leeks into rings, the carrots into small cubes, and soften both in half of",
                              "the butter without letting them brown."], 16)
    page.lines(400, 290, 27, ["Add the barley and stir for two minutes. Pour in the stock, add the bay leaf", "and cook on a low flame for forty minutes with the lid on."], 16)
    page.lines(400, 370, 27, ["Take out the leaf, stir in the rest of the butter, and season with nutmeg", "and salt. It is even better on the next day."], 16)
    return page
