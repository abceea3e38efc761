//! Pages of many kinds, by the places of their lines.

use deskscribe_protocol::Line;
use proptest::prelude::*;

use super::*;

/// A line at a place, in letters of this height.
pub(super) fn at(x: f32, y: f32, height: f32, text: &str) -> Line {
    let count = text.chars().map(|c| if script::is_dense(c) { 2.0 } else { 1.0 }).sum::<f32>();
    placed(x, y, x + 0.5 * height * count, y + height, text)
}

fn placed(left: f32, top: f32, right: f32, bottom: f32, text: &str) -> Line {
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    Line { text: text.to_owned(), confidence: 0.99, corners, page: 0 }
}

/// The text of lines that come in no order.
pub(super) fn read(mut lines: Vec<Line>) -> String {
    lines.sort_by(|one, other| one.text.cmp(&other.text));
    text_of(&sorted(lines))
}

/// Rows under each other, each of cells at these places.
pub(super) fn table(xs: &[f32], y: f32, pace: f32, rows: &[&[&str]]) -> Vec<Line> {
    let row = |(at_row, row): (usize, &&[&str])| {
        let y = y + pace * at_row as f32;
        let cells = xs.iter().zip(*row).filter(|(_, text)| !text.is_empty());
        cells.map(|(x, text)| at(*x, y, 20.0, text)).collect::<Vec<_>>()
    };
    rows.iter().enumerate().flat_map(row).collect()
}

pub(super) fn list(x: f32, y: f32, pace: f32, texts: &[&str]) -> Vec<Line> {
    let rows: Vec<[&str; 1]> = texts.iter().map(|text| [*text]).collect();
    table(&[x], y, pace, &rows.iter().map(|row| &row[..]).collect::<Vec<_>>())
}

#[test]
fn pages_follow_each_other() {
    let on = |page, text: &str| Line { page, ..at(0.0, 0.0, 20.0, text) };
    assert_eq!(text_of(&[on(0, "first"), on(1, "second"), on(2, "third")]), "first\nsecond\nthird");
    assert_eq!(text_of(&[]), "");
}

#[test]
fn rows_are_read_across_and_cells_kept_apart() {
    let lines = vec![
        at(300.0, 41.0, 20.0, "4.50"),
        at(10.0, 80.0, 20.0, "Total"),
        at(10.0, 40.0, 20.0, "Coffee"),
        at(78.0, 42.0, 20.0, "beans"),
        at(300.0, 78.0, 20.0, "4.50"),
    ];
    assert_eq!(read(lines), "Coffee beans\t4.50\nTotal\t4.50");
}

#[test]
fn close_lines_are_not_one_row() {
    assert_eq!(read(vec![at(10.0, 24.0, 20.0, "First"), at(10.0, 38.0, 20.0, "Second")]), "First\nSecond");
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(read(Vec::new()), "");
}

#[test]
fn a_tilted_receipt_is_read_across() {
    let rows: [(&str, &str); 4] =
        [("MILK", "2.35"), ("BREAD", "3.10"), ("TEA, LOOSE", "1.74"), ("TOTAL DUE", "7.19")];
    let tilted = |x: f32, y: f32, text: &str| {
        let (right, slope) = (x + 10.0 * text.len() as f32, 0.1);
        let corners = [
            [x, y + slope * x],
            [right, y + slope * right],
            [right, y + slope * right + 20.0],
            [x, y + slope * x + 20.0],
        ];
        Line { text: text.to_owned(), confidence: 0.9, corners, page: 0 }
    };
    let lines = rows.iter().zip(0u8..).flat_map(|((name, price), row)| {
        let y = 40.0 * f32::from(row);
        [tilted(10.0, y, name), tilted(600.0, y, price)]
    });
    assert_eq!(read(lines.collect()), "MILK\t2.35\nBREAD\t3.10\nTEA, LOOSE\t1.74\nTOTAL DUE\t7.19");
}

/// The boxes of a real window with settings: a list of sections at the side, labels with values, hints below some.
#[test]
fn the_head_of_a_conversation_belongs_to_it_and_not_to_the_list_at_its_side() {
    let mut lines = vec![
        at(20.0, 22.0, 24.0, "Messages"),
        at(284.0, 26.0, 16.0, "x"),
        at(348.0, 16.0, 20.0, "Cabin weekend"),
        at(348.0, 40.0, 15.0, "Ines, Rafi, Tove and you"),
        at(1200.0, 25.0, 16.0, "Q"),
    ];
    for (row, name) in
        ["Cabin weekend", "Ines Valcourt", "Choir, altos", "Rafi", "Bike repair"].iter().enumerate()
    {
        let y = 124.0 + 70.0 * row as f32;
        lines.extend([at(78.0, y, 16.0, name), at(272.0, y + 2.0, 12.0, "21:37")]);
        lines.push(at(78.0, y + 22.0, 16.0, "Thanks, that did it"));
    }
    for (row, said) in
        ["Which ferry do we take?", "The early one.", "I can book it tonight."].iter().enumerate()
    {
        lines.push(at(410.0, 140.0 + 83.0 * row as f32, 18.0, said));
        lines.push(at(640.0, 146.0 + 83.0 * row as f32, 12.0, "20:48"));
    }
    let text = read(lines);
    let place = |what: &str| text.find(what).unwrap();
    assert!(place("Messages") < place("Bike repair"), "{text}");
    assert!(place("Bike repair") < place("Ines, Rafi, Tove and you"), "{text}");
    assert!(text.contains("Cabin weekend\tQ\nInes, Rafi"), "{text}");
}

#[test]
fn a_list_at_the_side_comes_before_the_settings_beside_it() {
    let boxes = [
        (89.0, 56.0, 261.0, 82.0, "Driftbox preferences"),
        (91.0, 116.0, 159.0, 146.0, "Profile"),
        (397.0, 118.0, 541.0, 146.0, "Bandwidth limits"),
        (92.0, 162.0, 228.0, 190.0, "Linked folders"),
        (396.0, 178.0, 511.0, 200.0, "Upload limit"),
        (1061.0, 177.0, 1236.0, 201.0, "2.5 MB per second"),
        (93.0, 208.0, 197.0, 234.0, "Bandwidth"),
        (397.0, 211.0, 621.0, 229.0, "Applies to every linked folder"),
        (91.0, 250.0, 201.0, 283.0, "Encryption"),
        (397.0, 259.0, 537.0, 281.0, "Download limit"),
        (1156.0, 256.0, 1240.0, 286.0, "No limit"),
        (92.0, 297.0, 215.0, 325.0, "Notifications"),
        (397.0, 320.0, 507.0, 342.0, "Quiet hours"),
        (1094.0, 316.0, 1238.0, 345.0, "22:30 to 06:15"),
        (92.0, 342.0, 188.0, 371.0, "Shortcuts"),
        (396.0, 349.0, 730.0, 374.0, "Transfers pause and resume by themselves"),
        (92.0, 388.0, 215.0, 417.0, "Proxy server"),
        (397.0, 402.0, 590.0, 423.0, "Metered connections"),
        (1154.0, 400.0, 1239.0, 426.0, "Ask first"),
        (92.0, 433.0, 191.0, 463.0, "Language"),
    ];
    let lines = boxes.map(|(left, top, right, bottom, text)| placed(left, top, right, bottom, text));
    let expected = "Driftbox preferences\nProfile\nLinked folders\nBandwidth\nEncryption\nNotifications\n\
        Shortcuts\nProxy server\nLanguage\n\
        Bandwidth limits\nUpload limit\t2.5 MB per second\nApplies to every linked folder\n\
        Download limit\tNo limit\nQuiet hours\t22:30 to 06:15\nTransfers pause and resume by themselves\n\
        Metered connections\tAsk first";
    assert_eq!(read(lines.to_vec()), expected);
}

#[test]
fn buttons_in_the_middle_of_two_lines_belong_to_them() {
    let lines: Vec<Line> = (0..5u8)
        .flat_map(|at_row| {
            let y = 100.0 + 80.0 * f32::from(at_row);
            [
                at(40.0, y, 18.0, &format!("Setting {at_row}")),
                at(40.0, y + 22.0, 18.0, &format!("Told about {at_row} in a few words")),
                at(700.0, y + 11.0, 18.0, &format!("Value {at_row}")),
            ]
        })
        .collect();
    let panes = &pages(&lines)[0].panes;
    assert_eq!(panes.len(), 1, "{panes:?}");
}

#[test]
fn columns_of_text_come_one_after_the_other_below_their_headline() {
    let left = [
        "The big glasshouse stood empty for",
        "nineteen years, and pigeons came in",
        "through the panes that were broken.",
        "Last week its doors were opened to",
        "visitors once more, and people said",
    ];
    let right = [
        "that it smelled of wet soil and fruit.",
        "Volunteers have potted seedlings since",
        "then, and pupils of the school look",
        "after the vanilla, which has to be",
        "pollinated by hand with a thin stick.",
    ];
    let mut lines = vec![at(40.0, 10.0, 40.0, "Bananas ripen again under glass")];
    // The lines of both stand at the same heights.
    lines.extend(list(40.0, 80.0, 26.0, &left));
    lines.extend(list(520.0, 80.0, 26.0, &right));
    let text = read(lines);
    let expected = "Bananas ripen again under glass\nThe big glasshouse stood empty for nineteen years, and pigeons came in \
        through the panes that were broken.\nLast week its doors were opened to visitors once more, and people said\n\
        that it smelled of wet soil and fruit.\n";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn messages_from_left_and_right_stay_in_order() {
    let mut lines = Vec::new();
    for (row, text) in (0u8..).zip([
        "Are you up?",
        "Barely.",
        "The cat is on it.",
        "Oh no.",
        "The ladder?",
        "In the shed.",
        "Thanks!",
        "Careful!",
    ]) {
        let x = if row % 2 == 0 { 40.0 } else { 500.0 };
        lines.push(at(x, 100.0 + 70.0 * f32::from(row), 20.0, text));
        lines.push(at(x, 124.0 + 70.0 * f32::from(row), 14.0, &format!("07:{row:02}")));
    }
    let expected = "Are you up?\n07:00\nBarely.\n07:01\nThe cat is on it.\n07:02\nOh no.\n07:03\n\
        The ladder?\n07:04\nIn the shed.\n07:05\nThanks!\n07:06\nCareful!\n07:07";
    assert_eq!(read(lines), expected);
}

#[test]
fn cards_are_read_one_by_one_and_the_table_below_them_across() {
    let mut lines = Vec::new();
    for (x, [label, value, note]) in [40.0, 400.0, 760.0].into_iter().zip([
        ["Power", "1.47 MW", "71 % of all"],
        ["Energy", "52.8 MWh", "more than ever"],
        ["Revenue", "3,961 EUR", "paid in April"],
    ]) {
        lines.extend([at(x, 100.0, 18.0, label), at(x, 124.0, 36.0, value), at(x, 166.0, 18.0, note)]);
    }
    let rows: [&[&str]; 4] = [
        &["Plant", "Today", "Losses", "Status"],
        &["Roof", "1,866", "2.7 %", "Normal"],
        &["Barn", "388", "", "Shaded"],
        &["Field", "6,042", "1.9 %", ""],
    ];
    lines.extend(table(&[40.0, 300.0, 560.0, 820.0], 300.0, 50.0, &rows));
    let expected = "Power\n1.47 MW\n71 % of all\nEnergy\n52.8 MWh\nmore than ever\nRevenue\n3,961 EUR\npaid in April\n\
        Plant\tToday\tLosses\tStatus\nRoof\t1,866\t2.7 %\tNormal\nBarn\t388\t\tShaded\nField\t6,042\t1.9 %\t";
    assert_eq!(read(lines), expected);
}

#[test]
fn a_calendar_is_read_day_by_day_wherever_days_stand_in_their_cells() {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let events =
        [(3, "Dentist"), (5, "Swimming"), (9, "Tax papers"), (11, "Parents evening"), (17, "Bus pass")];
    for right in [false, true] {
        let mut lines = Vec::new();
        for (name, x) in names.iter().zip([0.0, 190.0, 380.0, 570.0, 760.0, 950.0, 1140.0]) {
            lines.push(at(x + 80.0, 80.0, 18.0, name));
        }
        for day in 1..=28u8 {
            let (week, place) = (f32::from((day - 1) / 7), f32::from((day - 1) % 7));
            let (x, y) = (190.0 * place, 112.0 + 130.0 * week);
            let width = if day > 9 { 18.0 } else { 9.0 };
            lines.push(at(if right { x + 180.0 - width } else { x + 8.0 }, y, 18.0, &day.to_string()));
            let event = events.iter().find(|(of, _)| *of == day);
            lines.extend(event.map(|(_, event)| at(x + 8.0, y + 28.0, 18.0, event)));
        }
        let expected = "Mon\tTue\tWed\tThu\tFri\tSat\tSun\n1\t2\t3 Dentist\t4\t5 Swimming\t6\t7\n\
            8\t9 Tax papers\t10\t11 Parents evening\t12\t13\t14\n15\t16\t17 Bus pass\t18\t19\t20\t21\n\
            22\t23\t24\t25\t26\t27\t28";
        assert_eq!(read(lines), expected, "right: {right}");
    }
}

#[test]
fn cells_of_several_lines_stay_in_their_row() {
    let rows: [&[&str]; 7] = [
        &["No.", "Description", "Owner"],
        &["17", "Replace the window in", "Facilities"],
        &["18", "Order forty chairs", "Purchasing"],
        &["19", "Find out why the lift", "Facilities"],
        &["20", "Renew the contract", "Legal"],
        &["21", "Paint the cellar", "Facilities"],
        &["22", "Clean the roof", "Facilities"],
    ];
    let mut lines = table(&[40.0, 120.0, 520.0], 90.0, 70.0, &rows);
    lines.push(at(120.0, 182.0, 20.0, "the hall on the second floor"));
    lines.push(at(120.0, 322.0, 20.0, "stops between floors"));
    let text = read(lines);
    assert!(
        text.contains("17\tReplace the window in the hall on the second floor\tFacilities\n18\t"),
        "{text}"
    );
    assert!(text.contains("19\tFind out why the lift stops between floors\tFacilities\n20\t"), "{text}");
}

#[test]
fn files_at_the_pace_of_the_program_beside_them_come_first() {
    let mut lines =
        list(20.0, 40.0, 24.0, &["src", "app.py", "models.py", "views.py", "urls.py", "tests.py"]);
    let program = [
        "import flask",
        "app = flask.Flask(name)",
        "def home():",
        "return render(\"home\")",
        "def items():",
        "rows = db.all()",
        "return render(\"list\", rows)",
        "def main():",
        "app.run(debug=True)",
        "items()",
        "home()",
        "exit(0)",
    ];
    lines.extend(list(300.0, 40.0, 24.0, &program));
    let expected = format!("src\napp.py\nmodels.py\nviews.py\nurls.py\ntests.py\n{}", program.join("\n"));
    assert_eq!(read(lines), expected);
}

#[test]
fn broken_words_are_made_whole_only_where_that_is_certain() {
    let words = |lines: &[&str]| read(list(40.0, 40.0, 24.0, lines));
    let known = words(&["What was measured before is now mea-", "sured anew, as far as we can tell."]);
    assert_eq!(known, "What was measured before is now measured anew, as far as we can tell.");
    let unknown = words(&["It was done in the end with a well-", "known method, as far as we can tell."]);
    assert_eq!(unknown, "It was done in the end with a well-known method, as far as we can tell.");
}

#[test]
fn what_a_terminal_shows_stays_line_by_line() {
    let lines = [
        "$ make check",
        "compiling the first of many files in this folder now",
        "and this line is as long as the one before it was",
        "done",
    ];
    assert_eq!(read(list(10.0, 10.0, 24.0, &lines)), lines.join("\n"));
}

#[test]
fn pages_come_one_after_the_other() {
    let on = |page, line: Line| Line { page, ..line };
    let lines = vec![
        on(1, at(10.0, 10.0, 20.0, "third")),
        on(0, at(10.0, 50.0, 20.0, "Second")),
        on(0, at(10.0, 10.0, 20.0, "First.")),
    ];
    assert_eq!(read(lines), "First.\nSecond\nthird");
}

/// Boxes of all kinds: turned, without width, outside of the picture, upon each other.
fn any_line() -> impl Strategy<Value = Line> {
    let number = prop_oneof![8 => (0u16..2000).prop_map(f32::from), 1 => Just(-1e9_f32), 1 => Just(f32::MAX)];
    let place = (number.clone(), number, 0u16..400, 0u16..60);
    let text =
        prop_oneof!["[a-z]{1,8}", "[0-9.]{1,6}", "[a-z ]{10,60}", Just(String::new()), "[図書館]{1,20}"];
    (place, text, 0u32..2).prop_map(|((x, y, width, height), text, page)| {
        let (width, height) = (f32::from(width), f32::from(height));
        Line { page, ..placed(x, y, x + width, y + height, &text) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_line_comes_once_and_the_order_stays(lines in prop::collection::vec(any_line(), 0..120)) {
        let once = sorted(lines.clone());
        let key = |line: &Line| (line.page, line.text.clone(), line.corners.map(|corner| corner.map(f32::to_bits)));
        let keys = |lines: &[Line]| { let mut keys: Vec<_> = lines.iter().map(key).collect(); keys.sort(); keys };
        prop_assert_eq!(keys(&once), keys(&lines));
        prop_assert_eq!(&sorted(lines), &once);
        prop_assert!(once.is_sorted_by_key(|line| line.page));
        // Nothing is lost in the text, whatever is joined.
        let letters = |text: &str| { let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect(); letters.sort(); letters };
        let all: String = once.iter().map(|line| line.text.as_str()).collect();
        prop_assert_eq!(letters(&text_of(&once)), letters(&all));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn a_crowded_page_is_read_whole(seed in any::<u64>()) {
        let mut state = seed | 1;
        let mut random = |below: u16| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u16 % below
        };
        let lines: Vec<Line> = (0..5000).map(|number| {
            let (x, y) = (f32::from(random(7000)), f32::from(random(12_000)));
            at(x, y, 12.0 + f32::from(random(8)), &number.to_string())
        }).collect();
        prop_assert_eq!(sorted(lines).len(), 5000);
    }
}
