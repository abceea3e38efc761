//! What stands on a screen because it is one: menus, buttons, clocks, days of the week. By its words and its shape;
//! by its place it is told in `page`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words of one kind.
type List = LazyLock<HashSet<&'static str>>;

/// Menus and buttons that mean the same in every program. A cell of nothing but these says nothing.
static CHROME: List = LazyLock::new(|| {
    set("file edit view help window tools options format insert history bookmarks go run debug terminal \
    selection home back forward next previous ok okay cancel apply save open close exit quit undo redo cut copy paste \
    print search find replace send reply refresh reload menu more less share sign log in out login logout yes no done \
    submit delete remove add new edit discard attach settings preferences profile account \
    datei bearbeiten ansicht hilfe fenster extras einfügen abbrechen speichern schließen öffnen übernehmen zurück \
    weiter senden suchen antworten löschen hinzufügen anmelden abmelden \
    fichier modifier affichage aide fenêtre outils insertion annuler enregistrer fermer ouvrir envoyer rechercher \
    retour suivant supprimer ajouter \
    archivo editar ver ayuda ventana herramientas insertar cancelar guardar cerrar abrir enviar buscar aceptar atrás \
    siguiente eliminar añadir \
    modifica visualizza aiuto finestra strumenti annulla salva chiudi apri invia cerca \
    arquivo exibir ajuda janela ferramentas salvar fechar pesquisar \
    bestand bewerken beeld annuleren opslaan sluiten openen verzenden zoeken \
    файл правка вид справка окно отмена сохранить закрыть открыть отправить поиск \
    文件 编辑 查看 帮助 取消 保存 确定 关闭 打开 发送 搜索 ファイル 編集 表示 ヘルプ キャンセル 閉じる 開く 送信 検索 파일 \
    편집 보기 도움말 취소 저장 확인")
});

/// What a button of two or three words begins with.
static VERBS: List = LazyLock::new(|| {
    set("send save cancel remove restore apply attach try retry delete add new open close discard write \
    reset submit continue start stop show hide view edit create update learn read sign log download upload export \
    import print copy share skip got manage install allow deny block keep replace change reply mark go back \
    jetzt alle abbrechen speichern löschen \
    tout annuler enregistrer nouveau nouvelle guardar nuevo nueva añadir")
});

/// What a field for typing says while it is empty: how such a line begins.
const PLACEHOLDERS: [&str; 20] = [
    "write a message",
    "type a message",
    "type here",
    "search",
    "message #",
    "send a message",
    "write a comment",
    "add a comment",
    "enter your",
    "nachricht schreiben",
    "nachricht eingeben",
    "suche",
    "rechercher",
    "écrire un message",
    "escribe un mensaje",
    "buscar",
    "ask anything",
    "reply to",
    "start typing",
    "aa",
];

/// The fields of a letter.
static FIELDS: List =
    LazyLock::new(|| set("from to cc bcc date sent reply-to von an datum de para von: à data aan van da"));
/// What the subject of a letter is called.
static SUBJECTS: List =
    LazyLock::new(|| set("subject betreff objet asunto oggetto assunto onderwerp тема 件名 主题 主題 제목"));

/// Days and months, whole and short.
static DAYS: List = LazyLock::new(|| {
    set(
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun \
    montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so \
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim \
    lunes martes miércoles jueves viernes sábado domingo lu ma me je ve \
    lunedì martedì mercoledì giovedì venerdì sabato domenica gio \
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag \
    today yesterday tomorrow heute gestern morgen hier aujourd'hui hoy ayer \
    january february march april may june july august september october november december jan feb apr jun jul aug sep \
    sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août \
    septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre \
    diciembre 月 火 水 木 金 土 日 一 二 三 四 五 六",
    )
});

/// Beginnings of words that mean trouble, or that money is due: what a picture was taken for.
const TROUBLE: [&str; 36] = [
    "error",
    "fail",
    "fatal",
    "fault",
    "exception",
    "denied",
    "refused",
    "panic",
    "warning",
    "cannot",
    "unable",
    "not found",
    "not responding",
    "timed out",
    "timeout",
    "overdue",
    "crash",
    "invalid",
    "fehler",
    "fehlgeschlagen",
    "warnung",
    "überfällig",
    "erreur",
    "échec",
    "échou",
    "avertissement",
    "fallo",
    "errore",
    "erro ",
    "falha",
    "fout",
    "ошибк",
    "エラー",
    "错误",
    "失败",
    "오류",
];
const SUMS: [&str; 22] = [
    "total",
    "balance due",
    "amount due",
    "grand total",
    "to pay",
    "payable",
    "sum",
    "gesamt",
    "summe",
    "zu zahlen",
    "betrag",
    "montant",
    "net à payer",
    "importe",
    "totale",
    "saldo",
    "totaal",
    "итого",
    "合計",
    "合计",
    "总计",
    "합계",
];

/// Units and signs that belong to a number.
static UNITS: List = LazyLock::new(|| {
    set("eur usd gbp nzd aud cad chf jpy kr sek nok dkk pln kb mb gb tb kib mib gib kw mw gw kwh mwh gwh hz \
    khz mhz ghz v a w c f g kg mg t m km cm mm l ml s ms min h d am pm fps px pt dpi bar psi x of von de k b bpm ppm h² rpm \
    mbps kbps")
});

fn is_of(list: &List, word: &str) -> bool {
    list.contains(word)
}

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_ascii_whitespace().collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '&')))
        .filter(|word| word.contains(char::is_alphanumeric))
}

/// Whether nothing but menus and buttons that every program has is written here.
pub(super) fn is_chrome(lower: &str) -> bool {
    let mut words = words(lower).peekable();
    words.peek().is_some() && words.all(|word| is_of(&CHROME, word))
}

/// Whether this reads like a button: a few words, what to do first.
pub(super) fn is_button(lower: &str) -> bool {
    let mut words = words(lower);
    let is_plain = !lower.contains([':', '.', ',', '(', '/']) && !lower.contains(char::is_numeric);
    is_plain
        && words.next().is_some_and(|word| is_of(&VERBS, word) || is_of(&CHROME, word))
        && words.count() <= 4
}

/// Whether this is what an empty field says.
pub(super) fn is_placeholder(lower: &str) -> bool {
    lower.chars().count() <= 40
        && PLACEHOLDERS.iter().any(|begin| match lower.strip_prefix(begin) {
            Some(rest) => {
                !rest.starts_with(|c: char| c.is_alphanumeric()) && (begin.contains(' ') || rest.len() < 16)
            }
            None => false,
        })
}

/// Whether this is the name of a field of a letter.
pub(super) fn is_field(lower: &str) -> bool {
    is_of(&FIELDS, lower.trim_end_matches([':', '：', ' ']))
}

/// What stands behind the name of a letter's subject, if this begins with it: nothing, or the subject.
pub(super) fn subject(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once([':', '：']).unwrap_or((text, ""));
    is_of(&SUBJECTS, name.trim().to_lowercase().as_str()).then(|| rest.trim())
}

/// Whether this is nothing but days or months. A month with its year is a name.
pub(super) fn is_days(lower: &str) -> bool {
    let is_number = |word: &&str| word.chars().all(char::is_numeric);
    let has_year = words(lower).any(|word| is_number(&word) && word.len() == 4);
    let mut words = words(lower).filter(|word| !is_number(word)).peekable();
    words.peek().is_some() && !has_year && words.all(|word| is_of(&DAYS, word))
}

/// Whether this is a number, a price, a time, a date, or a count of something with its unit, and nothing else. A month
/// with its year is a name.
pub(super) fn is_value(lower: &str) -> bool {
    let (mut numbers, mut has_day) = (0, false);
    for word in words(lower) {
        let letters = word.trim_matches(|c: char| c.is_numeric() || c == '-');
        let is_day = is_of(&DAYS, letters);
        if !(letters.is_empty() || is_day || is_of(&UNITS, letters)) {
            return false;
        }
        numbers += if letters.len() < word.len() { word.len() - letters.len() } else { 0 };
        has_day |= is_day && !is_of(&UNITS, letters);
    }
    numbers > 0 && !(has_day && numbers == 4)
}

/// Whether a day stands in this: three numbers, or two and a month.
pub(super) fn is_date(lower: &str) -> bool {
    words(lower).any(|word| word.split('-').filter(|part| !part.is_empty()).count() == 3)
        || lower.split_whitespace().any(|word| {
            let parts: Vec<&str> = word.split(['/', '.']).filter(|part| !part.is_empty()).collect();
            parts.len() == 3
                && parts.iter().all(|part| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
        })
        || (words(lower).any(|word| is_of(&DAYS, word))
            && lower.chars().filter(|c| c.is_numeric()).count() >= 5)
}

/// Whether this is a time of the day, with or without a day, and nothing else.
pub(super) fn is_clock(lower: &str) -> bool {
    let is_time = |word: &str| {
        let parts: Vec<&str> = word.split([':', '.']).collect();
        let digits = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        word.contains(':') && (2..=3).contains(&parts.len()) && parts.iter().all(digits)
    };
    let mut words = lower.split([' ', ',', '-', '–']).filter(|word| !word.is_empty());
    let mut has_time = false;
    words.all(|word| {
        let time = is_time(word) || is_time(word.trim_end_matches(['a', 'p', 'm', '.']));
        has_time |= time;
        time || matches!(word, "am" | "pm" | "uhr" | "h") || is_of(&DAYS, word)
    }) && has_time
}

/// Whether this tells of trouble.
pub(super) fn is_trouble(lower: &str) -> bool {
    TROUBLE.iter().any(|word| at_word(lower, word))
}

/// Whether this says what is to be paid, or was.
pub(super) fn is_sum(lower: &str) -> bool {
    SUMS.iter().any(|word| lower.starts_with(word))
}

/// Whether a word begins like this.
fn at_word(lower: &str, begin: &str) -> bool {
    let is_start = |at: usize| !lower[..at].ends_with(char::is_alphabetic) || !begin.is_ascii();
    lower.match_indices(begin).any(|(at, _)| is_start(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menus_and_buttons_are_known_in_several_languages() {
        for text in ["file edit view help", "datei bearbeiten ansicht", "ok", "キャンセル", "send", "取消"]
        {
            assert!(is_chrome(text), "{text}");
        }
        assert!(!is_chrome("file permissions of the share") && !is_chrome("12:30"));
        assert!(
            is_button("try again") && is_button("restore defaults") && !is_button("boiler repair on the 9th")
        );
        assert!(
            is_placeholder("search…")
                && is_placeholder("type a message")
                && !is_placeholder("search party of 12 found")
        );
    }

    #[test]
    fn numbers_times_and_days_are_told_from_names() {
        for text in [
            "2.35",
            "14/05/2025 17:22",
            "1,866 kwh",
            "38 of 41",
            "9:05 am",
            "46 c",
            "€ 12.00",
            "3 march 2026",
        ] {
            assert!(is_value(text), "{text}");
        }
        assert!(!is_value("room 214") && !is_value("rye bread") && !is_value("october"));
        assert!(
            is_clock("14:31") && is_clock("9:05 am") && is_clock("today, 9:05") && !is_clock("14.31 eur")
        );
        assert!(is_days("monday") && is_days("oct 12") && !is_days("monday blues"));
    }

    #[test]
    fn trouble_sums_and_subjects_are_seen() {
        assert!(
            is_trouble("connection refused") && is_trouble("schwerer fehler") && !is_trouble("terrorist")
        );
        assert!(is_sum("total 13.18") && !is_sum("subtotal"));
        assert_eq!(subject("Betreff: Angebot"), Some("Angebot"));
        assert_eq!((subject("Subject"), subject("Subjects: two")), (Some(""), None));
        assert!(is_date("14/05/2025 17:22") && is_date("paid on 30 april 2026") && !is_date("1,250.50"));
    }
}
