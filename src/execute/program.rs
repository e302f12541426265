//! How a row is written of which everything is known beforehand but its values: text, a column, text, and so on.

use crate::{
    catalog::AttributeType,
    plan::{Column, Object, Output},
};

use super::{
    Error,
    cells::{Cells, misfit},
    etag::etag,
    json, reference,
};

/// What is written for each row of a list, one thing after the other.
#[derive(Debug, Clone)]
pub(super) struct Program(Vec<Op>);

#[derive(Debug, Clone)]
enum Op {
    /// JSON as it stands there.
    Text(Vec<u8>),
    /// An object begins: the place to see whether the answer has become too large.
    Open,
    Column {
        column: usize,
        required: bool,
        /// The member, for whoever asks what went wrong where.
        key: String,
    },
    Reference {
        set_name: String,
        parts: Vec<(String, usize)>,
        key: String,
    },
    Etag {
        columns: Vec<usize>,
        is_version: bool,
        key: String,
    },
    /// The first of these whose column is not null, or null.
    AnyOf(Vec<(usize, Program)>),
}

/// Where rows are written, and what limits them.
pub(super) struct Sheet<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// How many bytes it may hold.
    pub(super) most: usize,
    /// How large an answer may be, for whoever asks what went wrong.
    pub(super) max_answer: usize,
}

/// A row, and which columns of it are whose.
pub(super) struct Line<'a, C> {
    pub(super) row: &'a C,
    /// How many columns the gateway selected for itself before those of the step.
    pub(super) shift: usize,
    pub(super) columns: &'a [Column],
}

impl<C> Line<'_, C> {
    fn ty(&self, column: usize) -> Option<&AttributeType> {
        self.columns.get(column).map(|column| &column.ty)
    }
}

impl Program {
    /// How the object of a row is written; nothing where other rows have a part in it.
    pub(super) fn of(object: &Object) -> Option<Self> {
        let mut program = Self(Vec::new());
        program.object(object).then_some(program)
    }

    fn object(&mut self, object: &Object) -> bool {
        self.0.push(Op::Open);
        for (index, member) in object.members.iter().enumerate() {
            self.text(if index > 0 { ",\"" } else { "\"" });
            self.text(&member.key);
            self.text("\":");
            if !self.value(&member.key, &member.value) {
                return false;
            }
        }
        self.text("}");
        true
    }

    fn value(&mut self, key: &str, output: &Output) -> bool {
        let key = key.to_owned();
        match output {
            Output::Text(text) => {
                let mut written = Vec::new();
                json::string(text, &mut written);
                self.bytes(&written);
            }
            Output::Nested(object) => return self.object(object),
            Output::Scalar { column, required } => {
                self.0.push(Op::Column { column: *column, required: *required, key });
            }
            Output::Reference { set_name, key: parts } => {
                self.0.push(Op::Reference { set_name: set_name.clone(), parts: parts.clone(), key });
            }
            Output::Etag { columns, is_version } => {
                self.0.push(Op::Etag { columns: columns.clone(), is_version: *is_version, key });
            }
            Output::Joined { present, object } => {
                let Some(program) = Self::of(object) else { return false };
                self.0.push(Op::AnyOf(vec![(*present, program)]));
            }
            Output::AnyOf(arms) => {
                let arms = arms.iter().map(|(present, object)| Some((*present, Self::of(object)?)));
                let Some(arms) = arms.collect() else { return false };
                self.0.push(Op::AnyOf(arms));
            }
            Output::First { .. } | Output::Many { .. } | Output::ChildScalar { .. } | Output::Connection(_) => {
                return false;
            }
        }
        true
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Text next to text is one.
    fn bytes(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            Some(Op::Text(before)) => before.extend_from_slice(bytes),
            _ => self.0.push(Op::Text(bytes.to_vec())),
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When a value is not of its column's type, or the answer becomes too large.
    pub(super) fn write<C: Cells>(&self, line: &Line<'_, C>, sheet: &mut Sheet<'_>) -> Result<(), Error> {
        for op in &self.0 {
            match op {
                Op::Text(text) => sheet.out.extend_from_slice(text),
                Op::Open if sheet.out.len() > sheet.most => return Err(Error::TooLarge(sheet.max_answer)),
                Op::Open => sheet.out.push(b'{'),
                Op::Column { column, required, key } => {
                    scalar(line, *column, *required, sheet.out).map_err(|error| error.in_field(key))?;
                }
                Op::Reference { set_name, parts, key } => {
                    let parts = parts
                        .iter()
                        .filter_map(|(name, column)| Some((name.as_str(), column + line.shift, line.ty(*column)?)));
                    sheet.out.push(b'"');
                    let written = reference::write(line.row, set_name, parts, sheet.out);
                    written.map_err(|error| error.in_field(key))?;
                    sheet.out.push(b'"');
                }
                Op::Etag { columns, is_version, key } => {
                    let columns = columns.iter().filter_map(|column| Some((column + line.shift, line.ty(*column)?)));
                    let text = etag(line.row, columns, *is_version).map_err(|error| error.in_field(key))?;
                    json::string(&text, sheet.out);
                }
                Op::AnyOf(arms) => any_of(arms, line, sheet)?,
            }
        }
        Ok(())
    }
}

fn any_of<C: Cells>(arms: &[(usize, Program)], line: &Line<'_, C>, sheet: &mut Sheet<'_>) -> Result<(), Error> {
    for (present, program) in arms {
        if !line.row.is_null(present + line.shift)? {
            return program.write(line, sheet);
        }
    }
    sheet.out.extend_from_slice(b"null");
    Ok(())
}

/// A column's value. What is written as null though the schema promises that it is not would break its word.
fn scalar<C: Cells>(line: &Line<'_, C>, column: usize, required: bool, out: &mut Vec<u8>) -> Result<(), Error> {
    let Some(ty) = line.ty(column) else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    let start = out.len();
    line.row.write(column + line.shift, ty, out)?;
    if required && &out[start..] == b"null" { Err(misfit(ty)) } else { Ok(()) }
}
