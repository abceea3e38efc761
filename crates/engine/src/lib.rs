//! The engine: it finds files, lends them to confined workers, and stores what they learned.
//!
//! ```text
//!  watch ─▶ intake ─▶ dispatch ─▶ pool ══frames + descriptors══▶ worker
//!                       ▲   │                                      │
//!                      │   ╰─▶ record ─▶ cache                    │
//!                      │          │                               │
//!                      ╰──────────┴── reports, progress ◀═════════╯
//!                      │
//!                      ╰─▶ events ─▶ terminal
//! ```
//!
//! An engine that [stays](Engine::stay) takes [orders](Order) while it runs; a scan is one order.
//!
//! Beside them, [`status`] keeps what is true now for whoever asks, and [`control`] lets other processes ask.
//!
//! Data moves forward; only messages come back. Nothing in here decodes a medium: what is in a file is
//! learned by workers alone.

mod crash;
mod event;
mod home;
mod json;
mod log;
mod path;
mod permits;
mod places;
mod plan;
mod resources;
mod settings;
mod words;

mod watch;

mod intake;
mod order;
mod pause;
mod power;

mod dispatch;
mod pool;

mod record;
mod row;
mod run_log;
mod scan;
mod session;
mod upkeep;

mod library;
mod sidecar;
mod transcript;

mod gateway;
mod models;

mod control;
mod doctor;
mod status;

pub use control::{ControlError, RunningEngine, Stopped};
pub use crash::{Crash, Death, Exit};
pub use deskscribe_cache::{
    CacheError, Change, Coverage, Meaning, Query, QueryError, Receipt, Sent, StopWaiting, Summary, Total,
    Watch,
};
pub use deskscribe_protocol::{
    Canary, Chapter, Code, Confinement, ContentKey, Digest, EngineUse, Gap, Isolation, Layer, LayerState,
    Limits, MediaKind, Missing, Omission, Omitted, OnScreen, Owed, Recording, Segment, Sound, Stage, acts,
    tame,
};
pub use dispatch::Capacity;
pub use doctor::{Check, Diagnosis, Kept, Mend, Part, Verdict, WorkerCheck};
pub use event::{Activity, Event, Share, WorkerState};
pub use gateway::{
    Call, Fetchable, Gateway, KeyError, KeyKept, Line, LlmKey, LlmState, LlmTest, LlmVerdict, Meant, Need,
    Pull, Remedy, RemedyKind, Server, ServerKind, Trouble, TroubleCode,
};
pub use home::{Home, HomeError, desktop};
pub use intake::{Again, Survey, WalkError, survey};
pub use json::json;
pub use library::{
    Attention, AttentionPage, Card, Counted, ExportError, Exported, FindError, Findings, Follow, Format,
    Found, Gone, Item, ItemState, ItemView, Library, LineHit, Listed, MomentHit, Named, Page, Piece,
    QueuePage, Selection, Spot, SpotView, Waiting, asked, markdown,
};
pub use log::{LogError, start_log};
pub use models::{
    Address, Catalogue, Choice, Fit, Got, Imported, InstalledModel, KnownModel, Languages, ListedModel,
    ModelError, ModelState, Models, Refusal, SpeechModel, Step, Verified,
};
pub use order::{Files, News, Order, Turn};
pub use path::{FilePath, FilePathError, absolute};
pub use pause::{PauseStatus, PausedBy};
pub use permits::{Permit, Permits};
pub use record::{forget, set_tags};
pub use resources::{ResourceError, Resources};
pub use row::{LastRow, Row, RowState, RunCounts, Summarised, SummaryRow, WorkerName};
pub use run_log::{PastRun, RunEnd};
pub use scan::{Engine, Run, RunError};
pub use session::{Closed, Preview, PreviewError, PreviewOf, Session, SessionError};
pub use settings::{
    Chosen, Downloads, Edit, Filter, GlobError, Llm, LlmServer, OnBattery, Patience, Plain, Priority,
    Setting, Settings, SettingsChanges, SettingsError, Takes, WatchedFolder, WayBack, Wear,
};
pub use sidecar::{SidecarError, SidecarPlace, Sidecars, Written, write as write_sidecars};
pub use status::{
    CrashStatus, Host, Pace, Phase, QueueStatus, Queues, RecordingStatus, Status, StatusChanges,
    SummariesStatus, Volume, Wire, Work, WorkerStatus, WritingStatus,
};
pub use tokio_util::sync::CancellationToken;
pub use transcript::{MODELS_COMMAND, TranscriptFormat, WAITS_FOR_SPEECH, by_time, missing, sound};
pub use watch::{FolderState, FolderStatus, FolderSurvey, survey_folder};
pub use words::{at_home, clock, count, instant, local, local_stamp, local_time, omitted, quoted, size};
