//! A field whose last list is written while its rows come. The writing stands behind the last row that came; before the
//! next one it writes whatever the response has between them.

use std::ops::Range;

use futures_util::TryStreamExt;

use crate::plan::{Column, Query, ReadPlan};

use super::{
    Error,
    cells::{Cells, Rows},
    encode::{Encoder, Frame},
    outlet::Sending,
    program::{Line, Program, Sheet},
    read::Fetched,
    spine::{Spine, Way},
};

/// How much room an answer has from the start.
const FIRST: usize = 4_096;

/// A field in the making.
pub(super) struct Stream<'a, R> {
    plan: &'a ReadPlan,
    spine: &'a Spine<'a>,
    /// How a row of the list is written.
    program: &'a Program,
    /// The columns of those rows.
    columns: &'a [Column],
    /// The rows of all steps; of the last one those that came last.
    fetched: Vec<Fetched<R>>,
    /// The levels that are being written.
    open: Vec<Open>,
    place: Place,
    max_answer: usize,
    out: Vec<u8>,
    /// How many bytes were sent already.
    sent: usize,
    sending: Option<Sending<'a>>,
    /// What does not let the answer be written: told once the database has had its say.
    failed: Option<Error>,
}

/// A level: the row that its object is written for, and the rows of its list that are still to come.
#[derive(Debug, Clone, Default)]
struct Open {
    frame: Option<Frame>,
    rest: Range<usize>,
}

/// Where the writing stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Before an object of a level.
    Object(usize),
    /// In an object of a level, behind the member that leads on.
    Rest(usize),
    /// Behind an object of a level.
    Next(usize),
    /// In the list whose parent has this ordinal, behind so many rows.
    List(Option<usize>, usize),
    /// At the end.
    End,
}

impl<R: Cells> Stream<'_, Vec<R>> {
    /// Writes rows as they come.
    pub(super) async fn take_all(
        &mut self,
        rows: impl futures_util::Stream<Item = Result<R, sqlx::Error>>,
    ) -> Result<(), Error> {
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await? {
            self.take_row(row).await?;
        }
        Ok(())
    }

    /// Writes a row, in the place of the one before.
    pub(super) async fn take_row(&mut self, row: R) -> Result<(), Error> {
        let last = self.last();
        let mut rows = std::mem::take(&mut self.fetched[last].rows);
        rows.clear();
        rows.push(row);
        self.fetched[last].rows = self.take(rows).await?;
        Ok(())
    }
}

impl<'a, R: Rows> Stream<'a, R> {
    /// Begins with the rows of all steps but the last, of which only the parents are known.
    pub(super) fn new(
        plan: &'a ReadPlan,
        spine: &'a Spine<'a>,
        program: &'a Program,
        fetched: Vec<Fetched<R>>,
        max_answer: usize,
        sending: Option<Sending<'a>>,
    ) -> Self {
        let open = vec![Open::default(); spine.levels.len()];
        let columns = match plan.steps.last().map(|step| &step.query) {
            Some(Query::Rows(rows)) => &rows.columns[..],
            _ => &[],
        };
        let out = Vec::with_capacity(FIRST);
        let place = Place::Object(0);
        Self { plan, spine, program, columns, fetched, open, place, max_answer, out, sent: 0, sending, failed: None }
    }

    /// Begins anew, where nothing was sent yet.
    pub(super) fn restart(&mut self) {
        self.open.fill(Open::default());
        self.place = Place::Object(0);
        self.out.clear();
        self.failed = None;
    }

    /// How many bytes are written that were not sent.
    pub(super) fn written(&self) -> usize {
        self.out.len()
    }

    /// Writes a row of the parent at a position. `shift` columns stand before those of the step.
    pub(super) fn put<C: Cells>(&mut self, ordinal: usize, row: &C, shift: usize) {
        if self.failed.is_none()
            && let Err(error) = self.write_row(ordinal, row, shift)
        {
            self.failed = Some(error);
        }
    }

    /// Sends what was put, if it is more than a buffer.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        if self.failed.is_none()
            && let Some(sending) = self.sending
        {
            let written = self.out.len();
            if !sending.send(&mut self.out).await? {
                self.sending = None;
            } else if self.out.is_empty() {
                self.sent += written;
            }
        }
        Ok(())
    }

    /// Writes rows, and sends what is more than a buffer. Answers them, for the next ones to lie in their place.
    pub(super) async fn take(&mut self, rows: R) -> Result<R, Error> {
        let last = self.last();
        if self.failed.is_some() {
            return Ok(rows);
        }
        if let Err(error) = self.write(rows) {
            // Once something was sent, nobody asks what the database has to say.
            if self.sent > 0 {
                return Err(error);
            }
            self.failed = Some(error);
        }
        self.flush().await?;
        Ok(std::mem::take(&mut self.fetched[last].rows))
    }

    /// The end of the field: what was not sent yet.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.advance(usize::MAX)?;
        Ok(self.out)
    }

    fn last(&self) -> usize {
        self.fetched.len() - 1
    }

    fn write(&mut self, rows: R) -> Result<(), Error> {
        let last = self.last();
        let shift = self.fetched[last].shift();
        let mut written = Ok(());
        for row in (0..rows.len()).map(|row| rows.row(row)) {
            let ordinal = if shift > 0 { row.ordinal(0)? } else { 0 };
            written = self.write_row(ordinal, &row, shift);
            if written.is_err() {
                break;
            }
        }
        self.fetched[last].rows = rows;
        written
    }

    fn write_row<C: Cells>(&mut self, ordinal: usize, row: &C, shift: usize) -> Result<(), Error> {
        if !self.advance(ordinal)? {
            return Ok(());
        }
        if let Place::List(parent, written) = self.place {
            self.comma(written > 0);
            let line = Line { row, shift, columns: self.columns };
            let most = self.max_answer.saturating_sub(self.sent);
            self.program.write(&line, &mut Sheet { out: &mut self.out, most, max_answer: self.max_answer })?;
            self.place = Place::List(parent, written + 1);
        }
        Ok(())
    }

    /// Writes whatever comes before the list of the parent with this ordinal; says whether there is such a list.
    fn advance(&mut self, ordinal: usize) -> Result<bool, Error> {
        loop {
            match self.place {
                Place::List(Some(parent), _) if parent == ordinal => return Ok(true),
                Place::List(Some(parent), _) if parent > ordinal => return Ok(false),
                Place::End => return Ok(false),
                _ => self.place = self.step()?,
            }
        }
    }

    /// Writes on to the next place.
    fn step(&mut self) -> Result<Place, Error> {
        let levels = &self.spine.levels;
        match self.place {
            Place::Object(depth) => {
                let (level, frame) = (&levels[depth], self.open[depth].frame);
                self.encode(|encoder| {
                    if depth > 0 {
                        encoder.begin_object()?;
                    }
                    encoder.some_members(level.object, 0..level.member, frame)?;
                    encoder.key(level.member, &level.object.members[level.member].key);
                    Ok(())
                })?;
                self.enter(depth, level.way, frame)
            }
            Place::Rest(depth) => {
                let (level, frame) = (&levels[depth], self.open[depth].frame);
                let rest = level.member + 1..level.object.members.len();
                self.encode(|encoder| encoder.some_members(level.object, rest, frame))?;
                if depth > 0 {
                    self.out.push(b'}');
                }
                Ok(Place::Next(depth))
            }
            Place::Next(0) | Place::End => Ok(Place::End),
            Place::Next(depth) => match levels[depth - 1].way {
                Way::Many(step) => Ok(self.next_of(step, depth, true)),
                _ => Ok(Place::Rest(depth - 1)),
            },
            Place::List(..) => {
                self.out.push(b']');
                Ok(Place::Rest(levels.len() - 1))
            }
        }
    }

    /// Goes from an object on to the one that its member leads to.
    fn enter(&mut self, depth: usize, way: Way, frame: Option<Frame>) -> Result<Place, Error> {
        let row = frame.map(|frame| frame.row);
        let below = match way {
            Way::Nested => return Ok(self.begin(depth + 1, frame)),
            Way::Joined(present) => {
                let is_null = self.encode(|encoder| encoder.is_null(frame, present))?;
                frame.filter(|_| !is_null)
            }
            Way::First(step) => self.fetched[step].rows_of(row).next().map(|row| Frame { step, row }),
            Way::Many(step) => {
                self.out.push(b'[');
                self.open[depth + 1].rest = self.fetched[step].rows_of(row);
                return Ok(self.next_of(step, depth + 1, false));
            }
            Way::List => {
                self.out.push(b'[');
                let ordinal = match &self.fetched[self.last()].parents {
                    None => Some(0),
                    Some(parents) => row.and_then(|row| parents.ordinal(row)),
                };
                return Ok(Place::List(ordinal, 0));
            }
        };
        if below.is_some() {
            return Ok(self.begin(depth + 1, below));
        }
        self.out.extend_from_slice(b"null");
        Ok(Place::Rest(depth))
    }

    fn begin(&mut self, depth: usize, frame: Option<Frame>) -> Place {
        self.open[depth].frame = frame;
        Place::Object(depth)
    }

    /// The next object of a level's list, or its end.
    fn next_of(&mut self, step: usize, depth: usize, is_behind: bool) -> Place {
        if let Some(row) = self.open[depth].rest.next() {
            self.comma(is_behind);
            return self.begin(depth, Some(Frame { step, row }));
        }
        self.out.push(b']');
        Place::Rest(depth - 1)
    }

    fn comma(&mut self, is_behind: bool) {
        self.out.extend(is_behind.then_some(b','));
    }

    fn encode<T>(&mut self, write: impl FnOnce(&mut Encoder<'_, R>) -> Result<T, Error>) -> Result<T, Error> {
        let out = std::mem::take(&mut self.out);
        let mut encoder = Encoder::new(self.plan, &self.fetched, self.max_answer, out, self.sent);
        let written = write(&mut encoder);
        self.out = encoder.into_written();
        written
    }
}
