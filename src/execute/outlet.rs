//! Where an answer goes that is larger than a buffer: piece by piece to whoever sends it on, as fast as that happens.

use std::{
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use tokio::{sync::mpsc, time::timeout};

use super::{Error, Fragment};

/// How large the pieces are that follow the first.
const PIECE: usize = 128 << 10;

const CLOSED: u8 = 0;
const OPEN: u8 = 1;
const BROKEN: u8 = 2;

/// The way out for one answer.
#[derive(Debug)]
pub struct Outlet {
    buffer: usize,
    patience: Duration,
    pieces: mpsc::Sender<Vec<u8>>,
    state: AtomicU8,
}

impl Outlet {
    /// One for what is larger than `buffer` bytes, and where the pieces come out. Each has to be taken within `patience`:
    /// meanwhile a connection of the database is held.
    #[must_use]
    pub fn new(buffer: usize, patience: Duration) -> (Self, mpsc::Receiver<Vec<u8>>) {
        let (pieces, received) = mpsc::channel(1);
        (Self { buffer, patience, pieces, state: AtomicU8::new(CLOSED) }, received)
    }

    /// Whether something was sent: then there is no other answer any more.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state.load(Ordering::Acquire) != CLOSED
    }

    /// Whether something was sent that does not go on.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.state.load(Ordering::Acquire) == BROKEN
    }

    /// Says that what was sent does not go on.
    pub fn break_off(&self) {
        self.state.store(BROKEN, Ordering::Release);
    }

    /// How many bytes are written before they are sent.
    fn threshold(&self) -> usize {
        if self.is_open() { self.buffer.min(PIECE) } else { self.buffer }
    }

    async fn send(&self, piece: Vec<u8>) -> Result<(), Error> {
        self.state.store(OPEN, Ordering::Release);
        match timeout(self.patience, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Error::BrokenOff("the client has left".to_owned())),
            Err(_) => Err(Error::BrokenOff("the client takes nothing".to_owned())),
        }
    }
}

/// What the answer begins with before its last field, by the fields before that; nothing where there will be no data.
pub type Head<'a> = &'a (dyn Fn(&[Result<Fragment, Error>]) -> Option<Vec<u8>> + Sync);

/// A way out for the last field of a query.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The way out.
    pub outlet: &'a Outlet,
    /// What comes before the field.
    pub head: Head<'a>,
}

/// A way out for a field, behind others.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) outgoing: Outgoing<'a>,
    pub(super) earlier: &'a [Result<Fragment, Error>],
}

impl Sending<'_> {
    /// Sends what was written of the field, if it is enough. Says whether more may be sent.
    pub(super) async fn send(&self, out: &mut Vec<u8>) -> Result<bool, Error> {
        let outlet = self.outgoing.outlet;
        if out.len() < outlet.threshold() {
            return Ok(true);
        }
        let mut piece = std::mem::replace(out, Vec::with_capacity(PIECE));
        if !outlet.is_open() {
            let Some(mut head) = (self.outgoing.head)(self.earlier) else {
                *out = piece;
                return Ok(false);
            };
            head.append(&mut piece);
            piece = head;
        }
        outlet.send(piece).await.map(|()| true)
    }
}
