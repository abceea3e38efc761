//! Having Ollama fetch a model. Nothing is ever fetched unless somebody asks for just that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use deskscribe_cache::Receipt;
use ollama_rs::models::pull::PullModelStatus;
use serde::Serialize;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::place::ServerKind;
use super::question::body;
use super::remedy::Remedy;
use super::trouble::{Trouble, TroubleCode, saying};
use super::{Gateway, ollama};

/// How far a model is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Pull {
    /// What Ollama does, in its words, such as `pulling manifest`.
    pub step: String,
    /// Bytes that are there, of all its files together.
    pub bytes: u64,
    /// Bytes that there will be, as far as is known by now.
    pub total: u64,
}

impl Gateway {
    /// Has Ollama fetch a model, and looks at the server once it is there. Tells how far it is. What was fetched stays
    /// with Ollama when this is cancelled or dropped, and the next call goes on from there.
    ///
    /// # Errors
    /// The server is not there or is not Ollama, has no such model to fetch, fails, or it was cancelled
    /// ([`TroubleCode::Stopped`]).
    pub async fn pull(
        &self,
        model: &str,
        tell: impl FnMut(Pull) + Send,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        let stopped = || Trouble::new(TroubleCode::Stopped, "it was stopped; what was fetched is kept", None);
        tokio::select! {
            () = cancel.cancelled() => return Err(stopped()),
            pulled = self.pull_whole(model, tell) => pulled?,
        }
        self.look().await;
        Ok(())
    }

    async fn pull_whole(&self, model: &str, mut tell: impl FnMut(Pull) + Send) -> Result<(), Trouble> {
        let way = self.open().await?;
        if way.place.kind != ServerKind::Ollama {
            let reason = format!("{} fetches no models for us", way.place);
            return Err(Trouble::new(
                TroubleCode::NotAllowed,
                reason,
                Some(Remedy::please("load the model in that server itself")),
            ));
        }
        ollama::version(&way).await?;
        let request = json!({ "model": model, "stream": true });
        let receipt = Arc::new(Mutex::new(Receipt::default()));
        let mut flow = way.ask("api/pull", model, body(&request)?, &receipt).await?;
        let mut layers: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        while let Some(line) = flow.line().await? {
            flow.is_alive();
            let Ok(status) = serde_json::from_slice::<PullModelStatus>(&line) else {
                let lower = String::from_utf8_lossy(&line).to_lowercase();
                let mut trouble = Trouble::said(&way.place, model, 500, &line, None);
                if lower.contains("file does not exist") || lower.contains("not found") {
                    trouble.code = TroubleCode::ModelMissing;
                    trouble.reason = format!(
                        "there is no model {} to fetch; see https://ollama.com/library",
                        saying(model)
                    );
                    trouble.remedy = None;
                }
                return Err(trouble);
            };
            if let (Some(digest), Some(total)) = (status.digest, status.total) {
                layers.insert(digest, (status.completed.unwrap_or_default().min(total), total));
            }
            let is_done = status.message == "success";
            let bytes = layers.values().map(|(bytes, _)| bytes).sum();
            tell(Pull {
                step: saying(&status.message),
                bytes,
                total: layers.values().map(|(_, total)| total).sum(),
            });
            if is_done {
                return Ok(());
            }
        }
        Err(Trouble::hung_up(&way.place, "the model is not whole; ask again, and it goes on"))
    }
}
