//! The response: one pass over the template and the rows, into one buffer. Nothing is allocated per cell.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    catalog::AttributeType,
    plan::{ConnectionPart, ConnectionTemplate, EdgePart, Object, Output, PageInfoPart, Query, ReadPlan},
};

use super::{
    Error,
    cells::{Cells, KeyPart, Rows, misfit},
    etag::etag,
    json,
    read::Fetched,
    reference,
};

/// Writes the members of a field's template.
///
/// # Errors
/// When a value is not of its column's type, or the answer is larger than `max_answer` bytes.
pub(super) fn object<R: Rows>(plan: &ReadPlan, fetched: &[Fetched<R>], max_answer: usize) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::new(plan, fetched, max_answer, Vec::with_capacity(1_024), 0);
    encoder.members(&plan.object, None)?;
    Ok(encoder.out)
}

/// The row that a template is written for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) step: usize,
    pub(super) row: usize,
}

/// A response in the making.
pub(super) struct Encoder<'a, R> {
    plan: &'a ReadPlan,
    fetched: &'a [Fetched<R>],
    /// Few rows may make a large answer: where links lead back, each is written once for every way to it.
    max_answer: usize,
    out: Vec<u8>,
    /// How many bytes came before those in `out`.
    sent: usize,
    scratch: Vec<u8>,
}

impl<'a, R: Rows> Encoder<'a, R> {
    /// Writes on behind what is in `out`, and what was sent before it.
    pub(super) fn new(
        plan: &'a ReadPlan,
        fetched: &'a [Fetched<R>],
        max_answer: usize,
        out: Vec<u8>,
        sent: usize,
    ) -> Self {
        Self { plan, fetched, max_answer, out, sent, scratch: Vec::new() }
    }

    /// What was in `out`, and what was written behind it.
    pub(super) fn into_written(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn object(&mut self, object: &Object, frame: Option<Frame>) -> Result<(), Error> {
        self.begin_object()?;
        self.members(object, frame)?;
        self.out.push(b'}');
        Ok(())
    }

    pub(super) fn begin_object(&mut self) -> Result<(), Error> {
        if self.sent + self.out.len() > self.max_answer {
            return Err(Error::TooLarge(self.max_answer));
        }
        self.out.push(b'{');
        Ok(())
    }

    fn members(&mut self, object: &Object, frame: Option<Frame>) -> Result<(), Error> {
        self.some_members(object, 0..object.members.len(), frame)
    }

    pub(super) fn some_members(
        &mut self,
        object: &Object,
        members: std::ops::Range<usize>,
        frame: Option<Frame>,
    ) -> Result<(), Error> {
        for index in members {
            let member = &object.members[index];
            self.key(index, &member.key);
            self.value(&member.value, frame).map_err(|error| error.in_field(&member.key))?;
        }
        Ok(())
    }

    pub(super) fn key(&mut self, index: usize, key: &str) {
        self.out.extend_from_slice(if index > 0 { b",\"" } else { b"\"" });
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    fn value(&mut self, output: &Output, frame: Option<Frame>) -> Result<(), Error> {
        match output {
            Output::Text(text) => json::string(text, &mut self.out),
            Output::Nested(object) => self.object(object, frame)?,
            Output::Scalar { column, required: false } => self.scalar(frame, *column)?,
            Output::Scalar { column, required: true } => self.required(frame, *column)?,
            Output::Reference { set_name, key } => self.reference(frame, set_name, key)?,
            Output::Etag { columns, is_version } => self.etag(frame, columns, *is_version)?,
            Output::Joined { present, object } => {
                if self.is_null(frame, *present)? {
                    self.null();
                } else {
                    self.object(object, frame)?;
                }
            }
            Output::AnyOf(arms) => {
                for (present, object) in arms {
                    if !self.is_null(frame, *present)? {
                        return self.object(object, frame);
                    }
                }
                self.null();
            }
            Output::First { step, object } => match self.rows_of(*step, frame).next() {
                Some(row) => self.object(object, Some(Frame { step: *step, row }))?,
                None => self.null(),
            },
            Output::Many { step, object } => self.list(*step, object, self.rows_of(*step, frame))?,
            Output::ChildScalar { step, column, empty } => match self.rows_of(*step, frame).next() {
                Some(row) => self.scalar(Some(Frame { step: *step, row }), *column)?,
                None => self.out.extend_from_slice(empty.as_bytes()),
            },
            Output::Connection(template) => self.connection(template, frame)?,
        }
        Ok(())
    }

    fn list(&mut self, step: usize, object: &Object, rows: impl Iterator<Item = usize>) -> Result<(), Error> {
        self.out.push(b'[');
        for (index, row) in rows.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.object(object, Some(Frame { step, row }))?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn connection(&mut self, template: &ConnectionTemplate, frame: Option<Frame>) -> Result<(), Error> {
        let step = template.step.unwrap_or_default();
        let all = template.step.map_or(0..0, |step| self.rows_of(step, frame));
        let has_more = all.len() > template.limit;
        let page = all.start..all.start + all.len().min(template.limit);
        self.out.push(b'{');
        for (index, (key, part)) in template.parts.iter().enumerate() {
            self.key(index, key);
            match part {
                ConnectionPart::Value(output) => self.value(output, frame)?,
                ConnectionPart::Nodes(object) => self.list(step, object, order(page.clone(), template.backward))?,
                ConnectionPart::Edges(parts) => {
                    self.out.push(b'[');
                    for (index, row) in order(page.clone(), template.backward).enumerate() {
                        if index > 0 {
                            self.out.push(b',');
                        }
                        self.edge(template, parts, Frame { step, row })?;
                    }
                    self.out.push(b']');
                }
                ConnectionPart::PageInfo(parts) => {
                    let mut rows = order(page.clone(), template.backward);
                    let first = rows.next();
                    let last = rows.last().or(first);
                    let (next, previous) =
                        if template.backward { (template.bounded, has_more) } else { (has_more, template.bounded) };
                    self.page_info(template, parts, step, [first, last], next, previous)?;
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn edge(&mut self, template: &ConnectionTemplate, parts: &[(String, EdgePart)], frame: Frame) -> Result<(), Error> {
        self.out.push(b'{');
        for (index, (key, part)) in parts.iter().enumerate() {
            self.key(index, key);
            match part {
                EdgePart::Node(object) => self.object(object, Some(frame))?,
                EdgePart::Cursor => self.cursor(template, frame)?,
                EdgePart::Text(text) => json::string(text, &mut self.out),
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn page_info(
        &mut self,
        template: &ConnectionTemplate,
        parts: &[(String, PageInfoPart)],
        step: usize,
        [first, last]: [Option<usize>; 2],
        next: bool,
        previous: bool,
    ) -> Result<(), Error> {
        self.out.push(b'{');
        for (index, (key, part)) in parts.iter().enumerate() {
            self.key(index, key);
            let truth = |value: bool| if value { &b"true"[..] } else { b"false" };
            match part {
                PageInfoPart::HasNext => self.out.extend_from_slice(truth(next)),
                PageInfoPart::HasPrevious => self.out.extend_from_slice(truth(previous)),
                PageInfoPart::Text(text) => json::string(text, &mut self.out),
                PageInfoPart::Start | PageInfoPart::End => {
                    match if *part == PageInfoPart::Start { first } else { last } {
                        Some(row) => self.cursor(template, Frame { step, row })?,
                        None => self.null(),
                    }
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    /// The order's fingerprint and the values of its keys, as base64 of a JSON array.
    fn cursor(&mut self, template: &ConnectionTemplate, frame: Frame) -> Result<(), Error> {
        let out = std::mem::replace(&mut self.out, std::mem::take(&mut self.scratch));
        self.out.clear();
        self.out.push(b'[');
        json::string(&template.signature, &mut self.out);
        for column in &template.cursor {
            self.out.push(b',');
            let start = self.out.len();
            self.scalar(Some(frame), *column)?;
            if &self.out[start..] == b"null" {
                self.beyond_numbers(frame, *column, start)?;
            }
        }
        self.out.push(b']');
        self.scratch = std::mem::replace(&mut self.out, out);
        self.out.push(b'"');
        let start = self.out.len();
        let length = base64::encoded_len(self.scratch.len(), false).unwrap_or_default();
        self.out.resize(start + length, 0);
        // The buffer has exactly the encoded length.
        let _ = BASE64_URL_SAFE_NO_PAD.encode_slice(&self.scratch, &mut self.out[start..]);
        self.out.push(b'"');
        Ok(())
    }

    /// Writes a floating-point number that JSON has none for as text.
    fn beyond_numbers(&mut self, frame: Frame, column: usize, start: usize) -> Result<(), Error> {
        let fetched = &self.fetched[frame.step];
        if let Some(ty @ AttributeType::Float) = column_type(self.plan, frame.step, column)
            && let Some(KeyPart::Text(text)) = fetched.rows.row(frame.row).key(column + fetched.shift(), ty)?
        {
            self.out.truncate(start);
            json::string(&text, &mut self.out);
        }
        Ok(())
    }

    fn reference(&mut self, frame: Option<Frame>, set_name: &str, key: &[(String, usize)]) -> Result<(), Error> {
        let Some(frame) = frame else {
            self.null();
            return Ok(());
        };
        let fetched = &self.fetched[frame.step];
        let key = key.iter().filter_map(|(name, column)| {
            let ty = column_type(self.plan, frame.step, *column)?;
            Some((name.as_str(), column + fetched.shift(), ty))
        });
        self.out.push(b'"');
        reference::write(&fetched.rows.row(frame.row), set_name, key, &mut self.out)?;
        self.out.push(b'"');
        Ok(())
    }

    fn etag(&mut self, frame: Option<Frame>, columns: &[usize], is_version: bool) -> Result<(), Error> {
        let Some(frame) = frame else {
            self.null();
            return Ok(());
        };
        let fetched = &self.fetched[frame.step];
        let typed = columns
            .iter()
            .filter_map(|column| Some((column + fetched.shift(), column_type(self.plan, frame.step, *column)?)));
        let text = etag(&fetched.rows.row(frame.row), typed, is_version)?;
        json::string(&text, &mut self.out);
        Ok(())
    }

    fn scalar(&mut self, frame: Option<Frame>, column: usize) -> Result<(), Error> {
        let Some(frame) = frame else {
            self.null();
            return Ok(());
        };
        let fetched = &self.fetched[frame.step];
        if let Some(ty) = column_type(self.plan, frame.step, column) {
            fetched.rows.row(frame.row).write(column + fetched.shift(), ty, &mut self.out)?;
        } else {
            self.null();
        }
        Ok(())
    }

    /// A column that is never null. What is written as null all the same, because JSON or the attribute's type does not
    /// have it, would break the schema's promise.
    fn required(&mut self, frame: Option<Frame>, column: usize) -> Result<(), Error> {
        let start = self.out.len();
        self.scalar(frame, column)?;
        if &self.out[start..] != b"null" {
            return Ok(());
        }
        frame.and_then(|frame| column_type(self.plan, frame.step, column)).map_or(Ok(()), |ty| Err(misfit(ty)))
    }

    pub(super) fn is_null(&self, frame: Option<Frame>, column: usize) -> Result<bool, Error> {
        let Some(frame) = frame else { return Ok(true) };
        let fetched = &self.fetched[frame.step];
        fetched.rows.row(frame.row).is_null(column + fetched.shift())
    }

    fn rows_of(&self, step: usize, frame: Option<Frame>) -> std::ops::Range<usize> {
        self.fetched[step].rows_of(frame.map(|frame| frame.row))
    }
}

fn column_type(plan: &ReadPlan, step: usize, column: usize) -> Option<&AttributeType> {
    match &plan.steps[step].query {
        Query::Rows(rows) => rows.columns.get(column).map(|column| &column.ty),
        Query::Aggregate(aggregate) => aggregate.columns.get(column).map(|column| &column.ty),
    }
}

fn order(rows: std::ops::Range<usize>, backward: bool) -> impl Iterator<Item = usize> {
    let (start, end) = (rows.start, rows.end);
    rows.map(move |row| if backward { start + (end - 1 - row) } else { row })
}
