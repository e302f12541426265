//! A relation's `on_condition` read back as a condition on columns, so that it can be put on any alias.

use sea_orm::sea_query::{Alias, BinOper, ColumnRef, Condition, DynIden, Expr, IntoIden, OptionEnum, UnOper, Value};

use crate::catalog::{Comparison, ConditionDraft, Constant, Table};

/// Reads a condition.
///
/// # Errors
/// What in it cannot be read.
pub(super) fn read(
    condition: &dyn Fn(DynIden, DynIden) -> Condition,
    own: &Table,
    target: &Table,
) -> Result<ConditionDraft, String> {
    let left = Alias::new("left").into_iden();
    let right = Alias::new("right").into_iden();
    let sides = Sides { own, target, left: left.to_string(), right: right.to_string() };
    sides.expr(&Expr::from(condition(left, right)))
}

struct Sides<'a> {
    own: &'a Table,
    target: &'a Table,
    left: String,
    right: String,
}

impl Sides<'_> {
    fn expr(&self, expr: &Expr) -> Result<ConditionDraft, String> {
        match expr {
            Expr::Binary(left, BinOper::And, right) => {
                Ok(ConditionDraft::All(vec![self.expr(left)?, self.expr(right)?]))
            }
            Expr::Binary(left, BinOper::Or, right) => {
                Ok(ConditionDraft::Any(vec![self.expr(left)?, self.expr(right)?]))
            }
            Expr::Unary(UnOper::Not, inner) => Ok(ConditionDraft::Not(Box::new(self.expr(inner)?))),
            Expr::Binary(left, BinOper::Is, right) if is_null(right) => {
                let (table, column) = self.column(left)?;
                Ok(ConditionDraft::IsNull { table, column })
            }
            Expr::Binary(left, BinOper::IsNot, right) if is_null(right) => {
                let (table, column) = self.column(left)?;
                Ok(ConditionDraft::Not(Box::new(ConditionDraft::IsNull { table, column })))
            }
            Expr::Binary(left, operator, right) => {
                let (table, column) = self.column(left)?;
                let comparison = comparison(*operator)?;
                Ok(ConditionDraft::Compare { table, column, comparison, values: constants(right)? })
            }
            other => Err(format!("{other:?}")),
        }
    }

    /// The column, whether the condition names it by the identifiers it was given or by its table.
    fn column(&self, expr: &Expr) -> Result<(Table, String), String> {
        let Expr::Column(ColumnRef::Column(column)) = expr else { return Err(format!("{expr:?}")) };
        let table = column.0.as_ref().map(|table| table.1.to_string());
        let table = match table {
            Some(name) if name == self.left || name == self.own.name => self.own,
            Some(name) if name == self.right || name == self.target.name => self.target,
            other => return Err(format!("the column {} of {}", column.1, other.unwrap_or_default())),
        };
        Ok((table.clone(), column.1.to_string()))
    }
}

fn comparison(operator: BinOper) -> Result<Comparison, String> {
    Ok(match operator {
        BinOper::Equal => Comparison::Equal,
        BinOper::NotEqual => Comparison::NotEqual,
        BinOper::SmallerThan => Comparison::Less,
        BinOper::SmallerThanOrEqual => Comparison::LessOrEqual,
        BinOper::GreaterThan => Comparison::Greater,
        BinOper::GreaterThanOrEqual => Comparison::GreaterOrEqual,
        BinOper::In => Comparison::In,
        other => return Err(format!("the operator {other:?}")),
    })
}

fn constants(expr: &Expr) -> Result<Vec<Constant>, String> {
    match expr {
        Expr::Value(value) | Expr::Constant(value) => Ok(vec![constant(value)?]),
        Expr::Values(values) => values.iter().map(constant).collect(),
        Expr::Tuple(parts) => parts.iter().map(constants).collect::<Result<Vec<_>, _>>().map(|parts| parts.concat()),
        Expr::AsEnum(_, inner) => constants(inner),
        other => Err(format!("{other:?}")),
    }
}

fn constant(value: &Value) -> Result<Constant, String> {
    let integer = |number: i64| Ok(Constant::Integer(number));
    match value {
        Value::Bool(Some(value)) => Ok(Constant::Boolean(*value)),
        Value::TinyInt(Some(number)) => integer((*number).into()),
        Value::SmallInt(Some(number)) => integer((*number).into()),
        Value::Int(Some(number)) => integer((*number).into()),
        Value::BigInt(Some(number)) => integer(*number),
        Value::TinyUnsigned(Some(number)) => integer((*number).into()),
        Value::SmallUnsigned(Some(number)) => integer((*number).into()),
        Value::Unsigned(Some(number)) => integer((*number).into()),
        Value::Float(Some(number)) => Ok(Constant::Float((*number).into())),
        Value::Double(Some(number)) => Ok(Constant::Float(*number)),
        Value::String(Some(text)) => Ok(Constant::Text(text.clone())),
        Value::Enum(OptionEnum::Some(value)) => Ok(Constant::Text(value.value.to_string())),
        Value::Char(Some(letter)) => Ok(Constant::Text(letter.to_string())),
        Value::Uuid(Some(uuid)) => Ok(Constant::Text(uuid.to_string())),
        other => Err(format!("the value {other:?}")),
    }
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Keyword(sea_orm::sea_query::Keyword::Null))
        || matches!(expr, Expr::Value(value) | Expr::Constant(value) if *value == value.as_null())
}
