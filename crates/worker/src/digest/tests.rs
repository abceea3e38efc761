//! The short forms of screens of all kinds.

use super::*;

/// A line at a place, with letters of this height.
fn at(x: f32, y: f32, height: f32, text: &str) -> Line {
    let count = text.chars().map(|c| if crate::layout::script::is_dense(c) { 2.0 } else { 1.0 }).sum::<f32>();
    let width = height * count / 2.0;
    let corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
    Line { text: text.to_owned(), confidence: 0.99, corners, page: 0 }
}

fn digest(lines: &[Line]) -> Digest {
    let text = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    let digest = make(Content { lines, spoken: &[] }, language_of(&text).as_deref());
    assert_honest(&digest, &text);
    digest
}

/// Every word of it stands there, and it is as short as it promises.
fn assert_honest(digest: &Digest, text: &str) {
    let folded = |text: &str| text.to_lowercase();
    let known = folded(text);
    let parts = digest
        .title
        .iter()
        .chain(&digest.summary)
        .chain(&digest.tags)
        .chain(digest.chapters.iter().map(|it| &it.title));
    for part in parts {
        for word in folded(part).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            assert!(known.contains(word), "{word} of {part}");
        }
    }
    assert!(digest.summary.as_deref().unwrap_or_default().chars().count() <= 280, "{digest:?}");
    assert!(digest.tags.len() <= Digest::MOST_TAGS, "{digest:?}");
    assert!(digest.tags.iter().all(|tag| tag.split(' ').count() <= 3), "{digest:?}");
    let folded: std::collections::HashSet<String> = digest.tags.iter().map(|tag| words::fold(tag)).collect();
    assert_eq!(folded.len(), digest.tags.len(), "{digest:?}");
}

fn summary(digest: &Digest) -> &str {
    digest.summary.as_deref().unwrap_or_default()
}

#[test]
fn an_invoice_is_called_by_its_headline_and_tagged_by_its_subject() {
    let digest = digest(&[
        at(10.0, 2.0, 12.0, "File Edit View Help"),
        at(10.0, 40.0, 30.0, "Invoice 2231 for garden furniture"),
        at(10.0, 90.0, 14.0, "Please pay the invoice for the garden furniture within 14 days."),
        at(10.0, 125.0, 14.0, "The furniture was delivered on 3 March to your garden in Leeds."),
        at(10.0, 160.0, 14.0, "Total"),
        at(500.0, 160.0, 14.0, "412.00"),
    ]);
    assert_eq!(digest.title.as_deref(), Some("Invoice 2231 for garden furniture"));
    assert!(
        summary(&digest).contains("Please pay the invoice") && summary(&digest).contains("Total: 412.00")
    );
    assert_eq!(digest.tags[0], "garden furniture");
    assert!(!format!("{digest:?}").contains("Help"), "{digest:?}");
}

#[test]
fn an_error_is_called_by_itself_and_its_buttons_are_left_out() {
    let digest = digest(&[
        at(400.0, 300.0, 24.0, "The disk could not be ejected"),
        at(400.0, 340.0, 17.0, "The volume Holiday Photos is in use by another program."),
        at(400.0, 362.0, 17.0, "Close its windows and wait a moment (error 8807)."),
        at(660.0, 410.0, 18.0, "Cancel"),
        at(790.0, 410.0, 18.0, "Try again"),
    ]);
    assert_eq!(digest.title.as_deref(), Some("The disk could not be ejected"));
    assert!(summary(&digest).contains("error 8807") && !summary(&digest).contains("Try again"), "{digest:?}");
    assert!(digest.tags.iter().any(|tag| tag.contains("Holiday Photos")), "{digest:?}");
}

#[test]
fn a_letter_is_called_by_its_subject() {
    let mut lines = vec![at(20.0, 10.0, 18.0, "Neue Nachricht")];
    for (row, (name, value)) in
        [("An", "Petra Vogt"), ("Betreff", "Verschiebung der Gartenführung")].into_iter().enumerate()
    {
        lines.push(at(20.0, 50.0 + 40.0 * row as f32, 18.0, name));
        lines.push(at(120.0, 50.0 + 40.0 * row as f32, 18.0, value));
    }
    lines.push(at(20.0, 190.0, 18.0, "Guten Tag,"));
    lines.push(at(20.0, 230.0, 18.0, "leider müssen wir die Gartenführung am Freitag wegen Sturm"));
    lines.push(at(20.0, 254.0, 18.0, "um eine Woche verschieben. Bitte sagen Sie Ihrer Gruppe Bescheid."));
    lines.push(at(20.0, 400.0, 18.0, "Senden"));
    let digest = digest(&lines);
    assert_eq!(digest.title.as_deref(), Some("Verschiebung der Gartenführung"));
    // A sentence that goes on in the next line is whole.
    assert!(summary(&digest).contains("wegen Sturm um eine Woche verschieben."), "{digest:?}");
    assert!(!summary(&digest).contains("Guten Tag") && !summary(&digest).contains("Senden"), "{digest:?}");
    assert!(digest.tags.contains(&"Petra Vogt".to_owned()), "{digest:?}");
}

#[test]
fn a_terminal_is_called_by_its_command_and_tells_what_went_wrong() {
    let digest = digest(&[
        at(10.0, 10.0, 16.0, "mia@desk:~/shop$ cargo test --workspace"),
        at(10.0, 30.0, 16.0, "   Compiling shop-ledger v0.4.0"),
        at(10.0, 50.0, 16.0, "test ledger::sums_up ... ok"),
        at(10.0, 70.0, 16.0, "error[E0308]: mismatched types in src/ledger/report.rs"),
        at(10.0, 90.0, 16.0, "mia@desk:~/shop$ df -h"),
        at(10.0, 110.0, 16.0, "/dev/sda1  98G  71G  22G  77% /"),
    ]);
    assert_eq!(digest.title.as_deref(), Some("cargo test --workspace"));
    assert!(summary(&digest).contains("mismatched types"), "{digest:?}");
}

#[test]
fn a_program_is_told_by_what_it_names_not_by_its_numbers_of_lines() {
    let mut lines = vec![at(20.0, 5.0, 14.0, "ledger.py - shop")];
    let code = [
        "import csv",
        "# Adds up what was sold in a month.",
        "def monthlyRevenue(orders, month):",
        "    return sum(order.price for order in orders if order.month == month)",
        "class OrderBook:",
        "    def closeBook(self):",
        "        self.open = False",
    ];
    for (row, text) in code.iter().enumerate() {
        let y = 30.0 + 20.0 * row as f32;
        lines.push(at(10.0, y, 14.0, &(row + 1).to_string()));
        lines.push(at(50.0, y, 14.0, text.trim()));
    }
    let digest = digest(&lines);
    assert_eq!(digest.title.as_deref(), Some("ledger.py - shop"));
    assert!(summary(&digest).contains("Adds up what was sold in a month."), "{digest:?}");
    assert!(
        digest.tags.contains(&"monthlyRevenue".to_owned()) && digest.tags.contains(&"OrderBook".to_owned()),
        "{digest:?}"
    );
    assert!(!digest.tags.iter().any(|tag| tag == "import" || tag == "def" || tag == "self"), "{digest:?}");
}

#[test]
fn settings_are_told_with_their_values_and_the_list_at_the_side_is_not() {
    let mut lines = vec![at(300.0, 20.0, 26.0, "Energy saving")];
    for (row, name) in
        ["General", "Privacy", "Energy saving", "Keyboard", "Accounts", "Wallpaper"].into_iter().enumerate()
    {
        lines.push(at(20.0, 31.0 + 44.0 * row as f32, 17.0, name));
    }
    let pairs = [
        ("Turn off the screen", "After 5 minutes"),
        ("Sleep when idle", "Never"),
        ("Battery limit", "80 %"),
        ("Wake on network", "Off"),
    ];
    for (row, (name, value)) in pairs.into_iter().enumerate() {
        lines.push(at(300.0, 85.0 + 59.0 * row as f32, 17.0, name));
        lines.push(at(900.0, 85.0 + 59.0 * row as f32, 17.0, value));
    }
    let digest = digest(&lines);
    assert_eq!(digest.title.as_deref(), Some("Energy saving"));
    assert!(summary(&digest).contains("Turn off the screen: After 5 minutes"), "{digest:?}");
    assert!(
        summary(&digest).contains("Battery limit: 80 %") && !summary(&digest).contains("Wallpaper"),
        "{digest:?}"
    );
    assert!(digest.tags.contains(&"battery limit".to_owned()), "{digest:?}");
}

#[test]
fn a_month_is_told_by_its_entries_not_by_its_days() {
    let mut lines = vec![at(20.0, 20.0, 28.0, "March 2027"), at(900.0, 20.0, 18.0, "Add event")];
    for (day, name) in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().enumerate() {
        lines.push(at(20.0 + 150.0 * day as f32, 70.0, 18.0, name));
        for week in 0..4 {
            let number = (1 + day + 7 * week).to_string();
            lines.push(at(20.0 + 150.0 * day as f32, 110.0 + 150.0 * week as f32, 20.0, &number));
        }
    }
    lines.push(at(20.0, 150.0, 16.0, "09:15 Dentist"));
    lines.push(at(320.0, 150.0, 16.0, "Ferry to Texel"));
    lines.push(at(470.0, 300.0, 16.0, "Tax return due"));
    let digest = digest(&lines);
    assert_eq!(digest.title.as_deref(), Some("March 2027"));
    assert_eq!(summary(&digest), "09:15 Dentist · Ferry to Texel · Tax return due");
    assert!(digest.tags.contains(&"dentist".to_owned()), "{digest:?}");
    assert!(!digest.tags.iter().any(|tag| tag == "mon" || tag.contains("event")), "{digest:?}");
}

#[test]
fn a_receipt_that_was_held_askew_has_its_prices_beside_their_names() {
    let bought = [("OAT DRINK 1L", "1.89"), ("PLUM JAM", "3.25"), ("RICE 500G", "2.10"), ("TOTAL", "7.24")];
    let mut lines = vec![at(300.0, 20.0, 50.0, "HARBOUR GROCERS")];
    for (row, (name, price)) in bought.into_iter().enumerate() {
        lines.push(at(100.0, 120.0 + 60.0 * row as f32, 40.0, name));
        lines.push(at(800.0, 120.0 + 60.0 * row as f32, 40.0, price));
    }
    // As much as a row in the width of the receipt.
    for corner in lines.iter_mut().flat_map(|line| &mut line.corners) {
        corner[1] += 0.09 * corner[0];
    }
    lines.sort_by(|one, other| one.corners[0][1].total_cmp(&other.corners[0][1]));
    let digest = digest(&lines);
    assert_eq!(digest.title.as_deref(), Some("HARBOUR GROCERS"));
    assert!(
        summary(&digest).contains("PLUM JAM: 3.25") && summary(&digest).contains("TOTAL: 7.24"),
        "{digest:?}"
    );
    assert!(digest.tags.contains(&"plum jam".to_owned()), "{digest:?}");
}

#[test]
fn what_is_wrong_in_a_table_is_told_with_what_it_is_about() {
    let mut lines = vec![at(20.0, 20.0, 26.0, "Pump stations north"), at(30.0, 70.0, 30.0, "31.7 bar")];
    lines.insert(1, at(30.0, 52.0, 15.0, "Pressure in the main"));
    let table = [
        ["Station", "Flow", "Level", "State"],
        ["Mill creek", "40 l", "2.1 m", "Normal"],
        ["Old quay", "0 l", "3.9 m", "Motor fault"],
        ["Ridge road", "38 l", "2.0 m", "Normal"],
    ];
    for (row, cells) in table.iter().enumerate() {
        for (column, text) in cells.iter().enumerate() {
            lines.push(at(30.0 + 250.0 * column as f32, 160.0 + 40.0 * row as f32, 17.0, text));
        }
    }
    let digest = digest(&lines);
    assert_eq!(digest.title.as_deref(), Some("Pump stations north"));
    assert!(summary(&digest).contains("Old quay: Motor fault"), "{digest:?}");
    assert!(summary(&digest).contains("Pressure in the main: 31.7 bar"), "{digest:?}");
    assert!(!digest.tags.iter().any(|tag| tag == "station" || tag == "level"), "{digest:?}");
}

#[test]
fn a_chat_is_called_by_its_room_and_tagged_by_who_talks() {
    let digest = digest(&[
        at(400.0, 20.0, 24.0, "Allotment committee"),
        at(400.0, 90.0, 16.0, "Bogdan"),
        at(400.0, 112.0, 18.0, "The water pump by the compost is leaking again."),
        at(400.0, 136.0, 14.0, "09:41"),
        at(400.0, 180.0, 16.0, "Ingrid"),
        at(400.0, 202.0, 18.0, "I can bring a new gasket on Sunday."),
        at(400.0, 226.0, 14.0, "09:44"),
        at(400.0, 270.0, 16.0, "Bogdan"),
        at(400.0, 292.0, 18.0, "Great, the gasket is the blue one."),
        at(400.0, 316.0, 14.0, "09:45"),
        at(400.0, 700.0, 18.0, "Type a message"),
    ]);
    assert_eq!(digest.title.as_deref(), Some("Allotment committee"));
    assert!(summary(&digest).contains("water pump"), "{digest:?}");
    assert!(
        !format!("{digest:?}").contains("09:4") && !format!("{digest:?}").contains("Type a message"),
        "{digest:?}"
    );
    assert!(digest.tags.iter().any(|tag| tag.eq_ignore_ascii_case("bogdan")), "{digest:?}");
    assert!(digest.tags.contains(&"gasket".to_owned()), "{digest:?}");
}

#[test]
fn scripts_without_spaces_have_short_forms_as_well() {
    let digest_of = digest(&[
        at(40.0, 30.0, 30.0, "市民プールのご案内"),
        at(40.0, 90.0, 18.0, "夏休みの期間は午前九時から午後八時まで営業します。"),
        at(40.0, 130.0, 18.0, "駐車場は工事中のため利用できません。"),
    ]);
    assert_eq!(digest_of.title.as_deref(), Some("市民プールのご案内"));
    assert!(summary(&digest_of).contains("駐車場は工事中のため利用できません。"), "{digest_of:?}");
    assert!(digest_of.tags.iter().any(|tag| tag == "駐車場"), "{digest_of:?}");

    let digest_of = digest(&[
        at(40.0, 30.0, 28.0, "Расписание электричек"),
        at(40.0, 90.0, 18.0, "Поезд на Тверь отправляется с третьего пути в девять часов."),
        at(40.0, 120.0, 18.0, "Сохранить"),
    ]);
    assert_eq!(digest_of.title.as_deref(), Some("Расписание электричек"));
    assert!(digest_of.tags.iter().any(|tag| tag.contains("Тверь")), "{digest_of:?}");
    assert!(!summary(&digest_of).contains("Сохранить"), "{digest_of:?}");
}

#[test]
fn little_or_nothing_has_little_or_nothing() {
    let none = make(Content::default(), None);
    assert_eq!((none.title, none.summary, none.tags), (None, None, Vec::new()));

    let word = digest(&[at(10.0, 10.0, 20.0, "Aubergine")]);
    assert_eq!((word.title.as_deref(), word.summary.as_deref()), (Some("Aubergine"), None));
    assert_eq!(word.tags, ["aubergine"]);

    let furniture = digest(&[
        at(10.0, 5.0, 14.0, "File"),
        at(60.0, 5.0, 14.0, "Edit"),
        at(110.0, 5.0, 14.0, "View"),
        at(900.0, 5.0, 14.0, "14:05"),
        at(10.0, 700.0, 14.0, "OK"),
        at(100.0, 700.0, 14.0, "Cancel"),
    ]);
    assert_eq!((furniture.summary, furniture.tags), (None, Vec::new()));
}

#[test]
fn what_was_only_said_has_a_short_form_of_its_words() {
    let spoken = ["So.", "The customer will rename the document on Saturday.", "The document is late."];
    let of = |lines: &[Line]| make(Content { lines, spoken: &spoken }, Some("en"));
    let digest = of(&[]);
    assert_honest(&digest, &spoken.join(" "));
    assert_eq!(digest.title.as_deref(), Some("So. The customer will rename the document on Saturday."));
    assert!(summary(&digest).contains("rename the document"));
    assert_eq!(digest.tags[0], "document");

    let digest = of(&[at(10.0, 40.0, 30.0, "Invoices to be paid")]);
    assert_eq!(digest.title.as_deref(), Some("Invoices to be paid"));
    assert!(summary(&digest).contains("rename the document"));
    assert!(digest.tags.contains(&"invoices".to_owned()) && digest.tags.contains(&"document".to_owned()));
}
