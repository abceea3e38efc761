//! What can be asked of what was read.

use std::ffi::OsString;
use std::path::PathBuf;

use deskscribe_engine::Format;

/// Explained once, for `search`, `list` and `export` alike.
pub(super) const FILTERS: &str = "\
Filters:
  kind:image          images, videos (kind:video) or sound (kind:audio)
  tag:invoice         with this tag; tag:\"two words\"
  in:~/Desktop        in this folder, at any depth
  after:2026-03-14    taken on that day or later; also 2026-03, 2026, today, yesterday, 7d, 2w
  before:2026         taken before that day
  state:failed        what could not be read; state:queued is what was not read yet
  lang:de             written in this language
  by:llama3.2         summarised by this model; by:extractive without any; by:remote sent to another machine
  -tag:private        a dash before a word or a filter: without it
  \"exact words\"       side by side, as they stand

What begins with a dash goes into quotes with the rest, or behind two dashes:
  deskscribe search \"invoice -draft\"
  deskscribe list -- -tag:private";

/// Search by what is written in pictures and said in recordings, and by title, tags and name.
///
/// All words must be there, in any order; the last one may be unfinished. The best hits come first.
///
/// Exit code: 0 something was found, 1 nothing was found, 2 the search could not run.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTERS)]
pub(crate) struct SearchArgs {
    /// Words to look for, and filters
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) query: Vec<OsString>,

    /// Print JSON Lines on stdout, one row for every hit
    #[arg(long)]
    pub(crate) json: bool,

    /// The most hits
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = limit())]
    pub(crate) limit: u32,

    /// Also find what means something like these words; asks the language model's server for that
    #[arg(long)]
    pub(crate) meaning: bool,
}

/// Find what is like a file: what means something similar, the nearest first.
///
/// A language model must have made vectors of what was read, which a scan does where the server has a model for that:
/// `deskscribe llm` says.
///
/// Exit code: 0 something was found, 1 nothing was found, 2 nothing is known about the file.
#[derive(Debug, clap::Args)]
pub(crate) struct SimilarArgs {
    /// A file, or the key of what was read
    #[arg(value_name = "FILE|KEY")]
    pub(crate) name: OsString,

    /// Print JSON Lines on stdout, one row for every hit
    #[arg(long)]
    pub(crate) json: bool,

    /// The most hits
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = limit())]
    pub(crate) limit: u32,
}

/// List what was read, the newest first.
///
/// Exit code: 0 there is something, 1 there is nothing, 2 nothing could be listed.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTERS)]
pub(crate) struct ListArgs {
    /// Filters, and words; everything when there are none
    #[arg(value_name = "FILTER")]
    pub(crate) query: Vec<OsString>,

    /// Print JSON Lines on stdout, one short row for every file
    #[arg(long)]
    pub(crate) json: bool,

    /// The most files [default: all]
    #[arg(long, value_name = "N", value_parser = limit())]
    pub(crate) limit: Option<u32>,

    /// Wait, and print what is read from now on, by whatever program; Ctrl-C ends it
    #[arg(long, short)]
    pub(crate) follow: bool,
}

/// Show what was read in a file.
///
/// A file is found by its place and by its content, so copies and moved files are known too. A key is enough: `b3:` and
/// at least six of its digits.
///
/// Exit code: 0 it is shown, 1 it could not be read, and why is shown, 2 nothing is known about it.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("form").multiple(false)))]
pub(crate) struct ShowArgs {
    /// A file, or the key of what was read
    #[arg(value_name = "FILE|KEY")]
    pub(crate) name: OsString,

    /// Print one JSON document on stdout: the row of a scan, with date and places
    #[arg(long, group = "form")]
    pub(crate) json: bool,

    /// Print Markdown
    #[arg(long, group = "form")]
    pub(crate) markdown: bool,

    /// Print nothing but the text
    #[arg(long, group = "form")]
    pub(crate) text: bool,
}

/// Write what was read to a file, or to stdout.
///
/// srt, vtt and txt are the words of a recording. Such a file holds one recording: name it, or name a folder with -o,
/// and every recording that matches gets a file of its own there.
///
/// Exit code: 0 all of it was written, also when there was nothing, 2 it could not be.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTERS)]
pub(crate) struct ExportArgs {
    /// Files, or keys of what was read; or filters and words; everything when there are none
    #[arg(value_name = "FILE|KEY|FILTER")]
    pub(crate) query: Vec<OsString>,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub(crate) format: ExportFormat,

    /// The file to write, whole or not at all; for the words of several recordings a folder; - is stdout
    #[arg(long, short, value_name = "FILE|FOLDER", default_value = "-")]
    pub(crate) output: PathBuf,

    /// Replace the file if there is one
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `--format` takes.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ExportFormat {
    /// JSON Lines, one item on each line
    Jsonl,
    /// One JSON array
    Json,
    /// One Markdown document
    Md,
    /// A table for spreadsheets, by RFC 4180; no cell is taken for a formula
    Csv,
    /// What was said in a recording, as SubRip subtitles
    Srt,
    /// What was said in a recording, as WebVTT subtitles
    Vtt,
    /// What was said in a recording, as plain text
    Txt,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Jsonl => Self::Jsonl,
            ExportFormat::Json => Self::Json,
            ExportFormat::Md => Self::Markdown,
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Srt => Self::Srt,
            ExportFormat::Vtt => Self::Vtt,
            ExportFormat::Txt => Self::Txt,
        }
    }
}

/// Forget what was read in files. The files themselves are not touched.
///
/// Copies of a file are forgotten with it: what was read belongs to the content. The next scan that finds such a file
/// reads it again.
///
/// Exit code: 0 all of it is forgotten, 1 you said no, or some of it was not known, 2 nothing could be forgotten.
#[derive(Debug, clap::Args)]
pub(crate) struct ForgetArgs {
    /// Files, or keys of what was read; with --gone, folders
    #[arg(value_name = "FILE|KEY", required_unless_present = "gone")]
    pub(crate) names: Vec<OsString>,

    /// Forget what was read in files that are gone; folders that are gone as a whole, such as those of a drive that is
    /// not plugged in, count only when they are named
    #[arg(long)]
    pub(crate) gone: bool,

    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// Show what past scans did.
///
/// Exit code: 0, also when there was none, 2 the logs cannot be read.
#[derive(Debug, clap::Args)]
pub(crate) struct RunsArgs {
    /// The most runs, the last ones first; a hundred are kept
    #[arg(value_name = "N", default_value_t = 10, value_parser = limit())]
    pub(crate) most: u32,

    /// Print JSON Lines on stdout, one row for every run
    #[arg(long)]
    pub(crate) json: bool,
}

fn limit() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}

/// Have a language model summarise what was read, also what it has summarised before.
///
/// Without this command, whatever has no summary by a model gets one by itself as soon as the model can be asked.
///
/// Exit code: 0 all were summarised, 1 some were not, 2 none could be, 130 it was stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTERS)]
pub(crate) struct SummariseArgs {
    /// Files or keys, or filters and words that choose what was read
    #[arg(value_name = "FILE|KEY|FILTER", required = true)]
    pub(crate) query: Vec<OsString>,

    /// The model to ask, instead of the one that is asked by default
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,

    /// Print JSON Lines on stdout, one row for every summary and a last one for the run
    #[arg(long)]
    pub(crate) json: bool,
}
