//! A status to test words with.

use deskscribe_engine::Status;
use serde_json::{Value, json};

/// Of a watch without anything to do, but for these fields.
pub(crate) fn status(fields: Value) -> Status {
    let queue = json!({ "depth": 0, "capacity": null, "oldest_seconds": null });
    let mut status = json!({
        "id": "4711-1", "pid": 4711, "program": "0.1.0", "host": "background", "idle": true, "folders": [],
        "stopping": false, "found": null, "resident": null,
        "counts": {
            "files": 0, "read": 0, "failed": 0, "skipped": 0, "ignored": 0, "cached": 0, "workers": 0, "seconds": 0.0,
        },
        "workers": [],
        "queues": { "arrivals": queue, "pending": queue, "alone": queue, "recording": queue, "events": queue },
        "wire": { "sent": { "frames": 0, "bytes": 0 }, "received": { "frames": 0, "bytes": 0 } },
        "deaths": 0, "crashes": [],
    });
    status.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(status).unwrap()
}
