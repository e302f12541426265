//! Collects the text of a statement and its parameters while sea-query writes it.

use std::fmt::{Display, Formatter, Result, Write};

use sea_orm::sea_query::{QueryBuilder, SqlWriter, Value};

/// A statement in the making. Values become parameters, page sizes stand in the text: a database that does not know
/// how many rows are wanted plans for others (PostgreSQL assumes a tenth of the table and plans anew on every run,
/// SQLite prepares anew whenever the parameter is bound).
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    values: Vec<Value>,
}

impl Writer {
    /// The text, and the parameters in the order of their placeholders.
    pub(super) fn into_parts(self) -> (String, Vec<Value>) {
        (self.text, self.values)
    }
}

impl Write for Writer {
    fn write_str(&mut self, text: &str) -> Result {
        self.text.push_str(text);
        Ok(())
    }
}

impl Display for Writer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str(&self.text)
    }
}

impl SqlWriter for Writer {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, builder: &T) {
        match value {
            Value::BigUnsigned(Some(size)) if self.text.ends_with(" LIMIT ") => {
                return self.text.push_str(&size.to_string());
            }
            // What stands there to fence a sub-select off; a real one is a parameter.
            Value::BigUnsigned(Some(0)) if self.text.ends_with(" OFFSET ") => return self.text.push('0'),
            _ => {}
        }
        self.values.push(value);
        let (placeholder, numbered) = builder.placeholder();
        self.text.push_str(placeholder);
        if numbered {
            self.text.push_str(&self.values.len().to_string());
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}
