//! The answer to a request for a transport that need not have all of it: what is larger than a buffer goes on while it is
//! read.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};
use tracing::Instrument;

use crate::execute::Outlet;

use super::{Gateway, Outcome, Request, Response, end_of};

/// An answer, or the beginning of one.
#[derive(Debug)]
pub struct Streamed {
    /// The whole answer, or its beginning.
    pub response: Response,
    /// What follows the body, where it goes on.
    pub rest: Option<Rest>,
}

/// The rest of an answer. Dropped, the reading ends.
#[derive(Debug)]
pub struct Rest {
    outlet: Arc<Outlet>,
    pieces: mpsc::Receiver<Vec<u8>>,
    /// Whoever reads; nothing at the end.
    task: Option<Task>,
    /// What the reading ended with, until it is taken.
    last: Option<Vec<u8>>,
}

/// A task that ends when nobody waits for it.
#[derive(Debug)]
struct Task(JoinHandle<Response>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The answer does not go on; the log has the reason.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the answer breaks off")]
pub struct BrokenOff;

impl Rest {
    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// When the answer breaks off: what was sent of it is worth nothing.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, BrokenOff> {
        let Some(task) = &mut self.task else { return Ok(self.last.take()) };
        tokio::select! {
            biased;
            Some(piece) = self.pieces.recv() => Ok(Some(piece)),
            ended = &mut task.0 => {
                self.task = None;
                match ended {
                    Ok(response) if !self.outlet.is_broken() => self.last = Some(response.body),
                    _ => return Err(BrokenOff),
                }
                // One may have come just before the end.
                Ok(self.pieces.try_recv().ok().or_else(|| self.last.take()))
            }
        }
    }
}

impl Gateway {
    /// Answers a request. Of an answer that is larger than `buffer` bytes the beginning is answered, and the rest goes on
    /// while it is read, as far as it can be; each piece has to be taken within `patience`.
    pub async fn execute_streamed(&self, request: Request, buffer: usize, patience: Duration) -> Streamed {
        let (outlet, mut pieces) = Outlet::new(buffer, patience);
        let outlet = Arc::new(outlet);
        let (gateway, out) = (self.clone(), Arc::clone(&outlet));
        let work = async move { gateway.answer(request, Some(&*out)).await }.in_current_span();
        let must_be_heard_out = self.0.origin.database.must_be_heard_out();
        let mut running: Pin<Box<dyn Future<Output = Response> + Send>> =
            if must_be_heard_out { Box::pin(end_of(tokio::spawn(work))) } else { Box::pin(work) };
        tokio::select! {
            biased;
            first = pieces.recv() => {
                let body = first.unwrap_or_default();
                let response = Response { outcome: Outcome::Executed, body, statements: 0, is_doubtful: false };
                let task = Some(Task(tokio::spawn(running)));
                Streamed { response, rest: Some(Rest { outlet, pieces, task, last: None }) }
            }
            response = &mut running => match pieces.try_recv() {
                Err(_) => Streamed { response, rest: None },
                // It ended as soon as it had begun to be sent.
                Ok(body) => {
                    let begun = Response { outcome: Outcome::Executed, body, statements: 0, is_doubtful: false };
                    let task = Some(Task(tokio::spawn(std::future::ready(response))));
                    Streamed { response: begun, rest: Some(Rest { outlet, pieces, task, last: None }) }
                }
            },
        }
    }
}
