//! Plans and statements as text that a reader can judge: names for numbers, one clause per line.

use std::fmt::Write as _;

use crate::{
    catalog::{AttributeId, Catalog, End, EntityId},
    plan::{
        Aggregate, AggregateFunction, ConnectionPart, EdgePart, Filter, Hop, Object, OrderTerm, Output, Query,
        ReadPlan, Rows, Step,
    },
    sql::{Parameter, Statement},
};

/// A plan: what each step fetches, then what is written from it.
pub(super) fn plan(catalog: &Catalog, plan: &ReadPlan) -> String {
    let mut out = String::new();
    for (number, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(out, "-- step {number}: {}", self::step(catalog, plan, step));
    }
    let _ = writeln!(out, "-- answer: {}\n", object(&plan.object));
    out
}

fn step(catalog: &Catalog, plan: &ReadPlan, step: &Step) -> String {
    let below = step.parent.as_ref().map_or_else(String::new, |parent| {
        let key: Vec<String> =
            parent.key.iter().map(|column| column_name(catalog, &plan.steps[parent.step], *column)).collect();
        format!(" of step {} over {} by {}", parent.step, hop(catalog, parent.hop), key.join(", "))
    });
    match &step.query {
        Query::Rows(rows) => format!("{}{below}{}", catalog.entity(rows.entity).type_name, self::rows(catalog, rows)),
        Query::Aggregate(aggregate) => {
            format!("{}{below}{}", catalog.entity(aggregate.entity).type_name, self::aggregate(catalog, aggregate))
        }
    }
}

fn rows(catalog: &Catalog, rows: &Rows) -> String {
    let mut out = String::new();
    for (index, join) in rows.joins.iter().enumerate() {
        let _ = write!(out, "\n--   {} = {}.{}", index + 1, join.source, hop(catalog, join.hop));
    }
    let columns = rows.columns.iter().map(|column| attribute(catalog, rows, column.source, column.attribute));
    let _ = write!(out, "\n--   columns {}", list(columns));
    if let Some(filter) = &rows.filter {
        let _ = write!(out, "\n--   where {}", self::filter(catalog, rows.entity, filter));
    }
    let term = |term: &OrderTerm| {
        let direction = if term.sort.descending { " desc" } else { "" };
        let nulls = if term.sort.nulls_first == term.sort.descending { "" } else { " with nulls at the other end" };
        format!("{}{direction}{nulls}", attribute(catalog, rows, term.source, term.attribute))
    };
    let _ = write!(out, "\n--   order {}", list(rows.order.iter().map(term)));
    for (word, bound) in [("after", &rows.after), ("before", &rows.before)] {
        if let Some(bound) = bound {
            let _ = write!(out, "\n--   {word} {bound:?}");
        }
    }
    let end = if rows.backward { " from the end" } else { "" };
    let _ = write!(out, "\n--   page {} from {}{end}", rows.limit, rows.offset);
    out
}

fn aggregate(catalog: &Catalog, aggregate: &Aggregate) -> String {
    let entity = catalog.entity(aggregate.entity);
    let name = |id: AttributeId| entity.attribute(id).name.clone();
    let columns = aggregate.columns.iter().map(|column| match (column.function, column.attribute) {
        (AggregateFunction::Key, Some(id)) => name(id),
        (function, id) => format!("{function:?}({})", id.map_or_else(|| "*".to_owned(), name)),
    });
    let mut out = format!("\n--   columns {}", list(columns));
    if let Some(filter) = &aggregate.filter {
        let _ = write!(out, "\n--   where {}", self::filter(catalog, aggregate.entity, filter));
    }
    if !aggregate.group_by.is_empty() {
        let _ = write!(out, "\n--   group by {}", list(aggregate.group_by.iter().map(|id| name(*id))));
    }
    out
}

fn filter(catalog: &Catalog, id: EntityId, filter: &Filter) -> String {
    let each = |parts: &[Filter], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| self::filter(catalog, id, part)).collect();
        if parts.is_empty() { format!("{word} of nothing") } else { format!("({})", parts.join(&format!(" {word} "))) }
    };
    let name = |attribute: AttributeId| &catalog.entity(id).attribute(attribute).name;
    match filter {
        Filter::All(parts) => each(parts, "and"),
        Filter::Any(parts) => each(parts, "or"),
        Filter::Not(part) => format!("not {}", self::filter(catalog, id, part)),
        Filter::Compare { attribute, operator, operands } => {
            let literals: Vec<_> = operands.iter().flat_map(|operand| &operand.literals).collect();
            format!("{} {operator:?} {literals:?}", name(*attribute))
        }
        Filter::Null { attribute, is_null } => {
            format!("{} is {}null", name(*attribute), if *is_null { "" } else { "not " })
        }
        Filter::Related { hop: way, quantifier, filter } => {
            format!("{quantifier:?} {} ({})", hop(catalog, *way), self::filter(catalog, way.target, filter))
        }
    }
}

fn hop(catalog: &Catalog, hop: Hop) -> String {
    let arrow = match hop.end {
        End::Referencing => "to one".to_owned(),
        End::Referenced => "to many".to_owned(),
        End::Role(role) => format!("role {role}"),
    };
    format!("{} ({arrow} {})", catalog.relationship(hop.relationship).schema_name, catalog.entity(hop.target).type_name)
}

fn attribute(catalog: &Catalog, rows: &Rows, source: usize, id: AttributeId) -> String {
    let name = &catalog.entity(rows.source(source)).attribute(id).name;
    if source == 0 { name.clone() } else { format!("{source}.{name}") }
}

fn column_name(catalog: &Catalog, step: &Step, column: usize) -> String {
    match &step.query {
        Query::Rows(rows) => attribute(catalog, rows, rows.columns[column].source, rows.columns[column].attribute),
        Query::Aggregate(_) => column.to_string(),
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn object(object: &Object) -> String {
    let members = object.members.iter().map(|member| format!("{}: {}", member.key, output(&member.value)));
    format!("{{{}}}", list(members))
}

fn output(value: &Output) -> String {
    match value {
        Output::Text(text) => format!("\"{text}\""),
        Output::Scalar { column, .. } => format!("#{column}"),
        Output::Reference { set_name, key } => {
            format!("{set_name}({})", list(key.iter().map(|(name, column)| format!("{name}=#{column}"))))
        }
        Output::Etag { columns, is_version } => {
            let columns = list(columns.iter().map(|column| format!("#{column}")));
            if *is_version { format!("version {columns}") } else { format!("digest of {columns}") }
        }
        Output::Joined { present, object } => format!("#{present} ? {}", self::object(object)),
        Output::AnyOf(arms) => {
            let arms = arms.iter().map(|(present, object)| format!("#{present} ? {}", self::object(object)));
            arms.collect::<Vec<_>>().join(" : ")
        }
        Output::Nested(object) => self::object(object),
        Output::First { step, object } => format!("first of {step} {}", self::object(object)),
        Output::Many { step, object } => format!("all of {step} {}", self::object(object)),
        Output::ChildScalar { step, column, empty } => format!("{step}#{column} or {empty}"),
        Output::Connection(template) => {
            let part = |part: &ConnectionPart| match part {
                ConnectionPart::Nodes(object) => self::object(object),
                ConnectionPart::Edges(parts) => list(parts.iter().map(|(key, part)| match part {
                    EdgePart::Node(object) => format!("{key}: {}", self::object(object)),
                    other => format!("{key}: {other:?}"),
                })),
                ConnectionPart::PageInfo(parts) => list(parts.iter().map(|(key, part)| format!("{key}: {part:?}"))),
                ConnectionPart::Value(output) => self::output(output),
            };
            let parts = list(template.parts.iter().map(|(key, value)| format!("{key}: [{}]", part(value))));
            format!("page of {} of step {:?} {{{parts}}}", template.limit, template.step)
        }
    }
}

/// A statement with its parameters, a line per clause, sub-selects indented.
pub(super) fn statement(title: &str, statement: &Statement) -> String {
    let parameters = statement.parameters.iter().map(|parameter| match parameter {
        Parameter::Value(value) => format!("{value:?}"),
        Parameter::Slot(slot) => format!("leaf {} of the variables", statement.slots[*slot].leaf),
        Parameter::ParentKeys { part } => format!("keys {part}"),
    });
    let parameters = list(parameters);
    let parameters = if parameters.is_empty() { String::new() } else { format!(" [{parameters}]") };
    format!("-- {title}{parameters}\n{}\n\n", broken(&statement.text))
}

const CLAUSES: &[&str] = &[
    "FROM ",
    "LEFT JOIN ",
    "INNER JOIN ",
    "CROSS JOIN ",
    "WHERE ",
    "GROUP BY ",
    "ORDER BY ",
    "LIMIT ",
    "AND EXISTS",
    "SELECT ",
];

fn broken(text: &str) -> String {
    let mut out = String::new();
    // Whether each open parenthesis holds a sub-select.
    let mut open = Vec::new();
    let depth = |open: &[bool]| open.iter().filter(|is_select| **is_select).count();
    for (index, letter) in text.char_indices() {
        let rest = &text[index..];
        if out.ends_with([' ', '(']) && CLAUSES.iter().any(|clause| rest.starts_with(clause)) {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&"  ".repeat(depth(&open)));
        }
        match letter {
            '(' => open.push(rest[1..].trim_start().starts_with("SELECT ")),
            ')' => drop(open.pop()),
            _ => {}
        }
        out.push(letter);
    }
    out
}
