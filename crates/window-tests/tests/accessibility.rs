//! Every screen of the page in a real browser, in light and in dark, for those who see little, hear it read or use no
//! mouse.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fs;

use deskscribe_window_tests::{Desk, Look, RecordedPage, ui};
use serde_json::{Value, json};

/// Has axe look at the page by these rules, or by all that it has for everybody; a finding is what is wrong, with the
/// elements that are.
const LOOK: &str = "
    const [rules, done] = arguments;
    const only = rules.length > 0 ? { runOnly: { type: 'rule', values: rules } } : {};
    axe.run(document, { resultTypes: ['violations'], ...only }).then(
        ({ violations }) => done(violations.map(({ id, impact, nodes }) => ({
            id, impact, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
        }))),
        (error) => done(String(error)),
    );
";

/// What moves although the system asks for calm; what only waits before it is seen does not move.
const MOVES: &str = "
    const moving = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 0
        && !effect.getKeyframes().some((frame) => 'visibility' in frame));
    return moving.map(({ effect }) => effect.target.outerHTML.slice(0, 200));
";

/// What is in the way of somebody with large text: controls that stand outside of the window where nothing scrolls, text
/// that is cut without a sign that there is more, and a box to tick that is not beside its words.
const CUT: &str = "
    const scrolls = (element) => {
        for (let box = element.parentElement; box; box = box.parentElement) {
            const { overflowX, overflowY, position } = getComputedStyle(box);
            const down = box.scrollHeight > box.clientHeight && /auto|scroll/.test(overflowY);
            const aside = box.scrollWidth > box.clientWidth && /auto|scroll/.test(overflowX);
            if (down || aside) return true;
            if (position === 'fixed') return false;
        }
        return false;
    };
    const isSeen = (element) => element.checkVisibility({ visibilityProperty: true })
        && element.closest('[inert]') === null;
    const called = (element) => element.getAttribute('aria-label') || element.textContent.trim().slice(0, 40);
    const top = document.querySelector('dialog[open]') ?? document;
    const outside = [...top.querySelectorAll('button, input')].filter(isSeen).filter((control) => {
        const { left, right, top, bottom, width } = control.getBoundingClientRect();
        const isIn = left >= -1 && right <= innerWidth + 1 && top >= -1 && bottom <= innerHeight + 1;
        return width > 0 && !isIn && !scrolls(control);
    });
    const cut = [...top.querySelectorAll('*')].filter(isSeen).filter((element) => {
        const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(element);
        const text = [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== '');
        if (!text || textOverflow === 'ellipsis' || webkitLineClamp !== 'none') return false;
        const aside = overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1;
        const down = overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1;
        return element.clientWidth > 1 && (aside || down);
    });
    const apart = [...top.querySelectorAll('input[type=checkbox]')].filter(isSeen).filter((box) => {
        const words = box.labels?.[0];
        if (words?.parentElement !== box.parentElement) return false;
        const [own, other] = [box, words].map((element) => element.getBoundingClientRect());
        return other.bottom <= own.top || other.top >= own.bottom;
    });
    const wide = document.scrollingElement.scrollWidth > innerWidth + 1 ? ['the page is wider than its window'] : [];
    return [
        ...wide,
        ...outside.map((control) => `out of reach: ${called(control)}`),
        ...cut.map((element) => `cut: ${called(element)}`),
        ...apart.map((box) => `not beside its box: ${called(box.labels[0])}`),
    ];
";

#[tokio::test]
async fn axe_finds_nothing_serious_in_the_light() {
    nothing_serious(Look::Light, &[]).await;
}

/// Nothing but the colours is another in the dark.
#[tokio::test]
async fn axe_finds_nothing_serious_in_the_colours_of_the_dark() {
    nothing_serious(Look::Dark, &["color-contrast", "link-in-text-block"]).await;
}

/// Nothing that axe finds by these rules, and nothing that moves.
async fn nothing_serious(look: Look, rules: &[&str]) {
    let (desk, page) = (Desk::with(look), RecordedPage::serve());
    let window = desk.browse().await;
    let axe = fs::read_to_string(ui().join("node_modules/axe-core/axe.min.js")).unwrap();
    let mut findings = Vec::new();
    for screen in page.screens(&window).await {
        page.show(&window, &screen).await;
        let is_dark = window.run("return matchMedia('(prefers-color-scheme: dark)').matches", vec![]).await;
        assert_eq!(is_dark, look == Look::Dark, "the browser looks as the desk does");
        let moving = window.run(MOVES, vec![]).await;
        let moving = moving.as_array().unwrap().iter();
        findings.extend(moving.map(|element| format!("{} moves: {element}", screen.name)));
        window.run(&axe, vec![]).await;
        let found = window.client.execute_async(LOOK, vec![json!(rules)]).await.unwrap();
        let found = found.as_array().expect("axe comes to its end");
        let serious = found.iter().filter(|one| one["impact"] == "serious" || one["impact"] == "critical");
        findings.extend(serious.map(|one| format!("{}: {one:#}", screen.name)));
    }
    window.close().await;
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn with_text_twice_as_large_nothing_is_cut_or_out_of_reach() {
    let (desk, page) = (Desk::new(), RecordedPage::serve().with_large_text());
    let window = desk.browse().await;
    let mut findings = Vec::new();
    for (width, height) in [(1280, 800), (900, 600)] {
        window.resize(width, height).await;
        for screen in page.screens(&window).await {
            page.show(&window, &screen).await;
            let found = window.run(CUT, vec![]).await;
            let found = found.as_array().unwrap().iter().filter_map(Value::as_str);
            findings.extend(found.map(|one| format!("{} at {width} x {height}: {one}", screen.name)));
        }
    }
    window.close().await;
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
