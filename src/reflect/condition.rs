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
                let (is_own, column) = self.column(left)?;
                Ok(ConditionDraft::IsNull { is_own, column })
            }
            Expr::Binary(left, BinOper::IsNot, right) if is_null(right) => {
                let (is_own, column) = self.column(left)?;
                Ok(ConditionDraft::Not(Box::new(ConditionDraft::IsNull { is_own, column })))
            }
            Expr::Binary(left, operator, right) => {
                let (is_own, column) = self.column(left)?;
                let comparison = comparison(*operator)?;
                Ok(ConditionDraft::Compare { is_own, column, comparison, values: constants(right)? })
            }
            other => Err(format!("{other:?}")),
        }
    }

    /// Whether it is the declaring table's, and the column. The condition names the table by the identifier that it was
    /// given, or by its name, which says nothing where a table is related to itself.
    fn column(&self, expr: &Expr) -> Result<(bool, String), String> {
        let Expr::Column(ColumnRef::Column(column)) = expr else { return Err(format!("{expr:?}")) };
        let table = column.0.as_ref().map(|table| table.1.to_string());
        let is_own = match table {
            Some(name) if name == self.left => true,
            Some(name) if name == self.right => false,
            Some(name) if self.own != self.target && name == self.own.name => true,
            Some(name) if self.own != self.target && name == self.target.name => false,
            other => return Err(format!("the column {} of {}", column.1, other.unwrap_or_default())),
        };
        Ok((is_own, column.1.to_string()))
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

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{ExprTrait, Func, IntoCondition};

    use super::*;

    fn table(name: &str) -> Table {
        Table { namespace: None, name: name.to_owned() }
    }

    fn check(condition: impl Fn(DynIden, DynIden) -> Condition, expected: &str) {
        let found = read(&condition, &table("own"), &table("other"));
        assert_eq!(found.map_or_else(|reason| reason, |draft| format!("{draft:?}")), expected);
    }

    fn column(table: &DynIden, name: &str) -> Expr {
        Expr::col((table.clone(), Alias::new(name)))
    }

    #[test]
    fn conditions_are_read_back_by_side() {
        check(
            |own, _| column(&own, "kind").eq("a").into_condition(),
            r#"Compare { is_own: true, column: "kind", comparison: Equal, values: [Text("a")] }"#,
        );
        check(
            |_, other| column(&other, "n").is_in([1, 2]).into_condition(),
            r#"Compare { is_own: false, column: "n", comparison: In, values: [Integer(1), Integer(2)] }"#,
        );
        check(
            |own, other| column(&own, "a").is_null().and(column(&other, "b").is_not_null()).into_condition(),
            r#"All([IsNull { is_own: true, column: "a" }, Not(IsNull { is_own: false, column: "b" })])"#,
        );
        check(
            |own, _| Condition::any().add(column(&own, "a").gte(1.5)).add(column(&own, "b").ne(true)).not(),
            r#"Not(Any([Compare { is_own: true, column: "a", comparison: GreaterOrEqual, values: [Float(1.5)] }, Compare { is_own: true, column: "b", comparison: NotEqual, values: [Boolean(true)] }]))"#,
        );
        check(
            |_, _| Expr::col((Alias::new("other"), Alias::new("n"))).lt(3).into_condition(),
            r#"Compare { is_own: false, column: "n", comparison: Less, values: [Integer(3)] }"#,
        );
    }

    #[test]
    fn a_table_related_to_itself_is_told_by_the_identifiers_alone() {
        let node = table("node");
        let by_side = read(&|_, other| column(&other, "kind").eq("a").into_condition(), &node, &node);
        assert!(matches!(by_side, Ok(ConditionDraft::Compare { is_own: false, .. })), "{by_side:?}");
        let by_name =
            read(&|_, _| Expr::col((Alias::new("node"), Alias::new("kind"))).eq("a").into_condition(), &node, &node);
        assert_eq!(by_name, Err("the column kind of node".to_owned()));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let unreadable = |condition: &dyn Fn(DynIden, DynIden) -> Condition, part: &str| {
            let reason = read(condition, &table("own"), &table("other")).expect_err("it cannot be read");
            assert!(reason.contains(part), "{reason}");
        };
        unreadable(&|own, _| column(&own, "name").like("a%").into_condition(), "the operator Like");
        unreadable(&|own, other| column(&own, "a").eq(column(&other, "b")).into_condition(), "Column");
        unreadable(&|own, _| Expr::from(Func::lower(column(&own, "a"))).eq("a").into_condition(), "Function");
        unreadable(&|_, _| Expr::cust("1 = 1").into_condition(), "Custom");
        unreadable(&|_, _| Expr::col(Alias::new("bare")).eq(1).into_condition(), "the column bare of ");
        unreadable(
            &|_, _| Expr::col((Alias::new("third"), Alias::new("n"))).eq(1).into_condition(),
            "the column n of third",
        );
    }
}
