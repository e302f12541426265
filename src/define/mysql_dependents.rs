//! What else depends on columns or a table of MariaDB. It knows of keys and indexes; of views and triggers it keeps the
//! texts, which are searched for names.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::{catalog::Table, execute::Error, sql::ddl::inspect_mysql};

#[derive(FromQueryResult)]
struct Dependent {
    dependent: String,
}

#[derive(FromQueryResult)]
struct View {
    name: String,
    text: String,
}

#[derive(FromQueryResult)]
struct Trigger {
    name: String,
    table_name: String,
    text: String,
}

/// What depends on columns of a table, but for the keys of a definition; on the table where no columns are named.
pub(super) async fn dependents(
    connection: &impl ConnectionTrait,
    table: &Table,
    columns: &[&str],
    own: &[String],
) -> Result<Vec<String>, Error> {
    let rows = connection.query_all(&inspect_mysql::dependents(table, columns, own)).await?;
    let mut found = BTreeSet::new();
    for row in &rows {
        found.insert(Dependent::from_query_result(row, "")?.dependent);
    }
    let rows = connection.query_all(&inspect_mysql::views(table)).await?;
    let views = rows.iter().map(|row| View::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    found.extend(over(&views, &table.name, columns).into_iter().map(|name| format!("view {name}")));
    let rows = connection.query_all(&inspect_mysql::triggers(table)).await?;
    for row in &rows {
        let trigger = Trigger::from_query_result(row, "")?;
        let is_about = trigger.table_name == table.name || has_word(&trigger.text, &table.name);
        if is_about && (columns.is_empty() || columns.iter().any(|column| has_word(&trigger.text, column))) {
            found.insert(format!("trigger {}", trigger.name));
        }
    }
    Ok(found.into_iter().collect())
}

/// The views that read columns of a table, or read them from such a view.
fn over<'v>(views: &'v [View], table: &str, columns: &[&str]) -> Vec<&'v str> {
    let mut known = vec![table];
    let mut found: Vec<&str> = Vec::new();
    loop {
        let next = views.iter().find(|view| {
            let reads = |name: &str| view.text.contains(&format!("`{name}`"));
            !found.contains(&&*view.name)
                && known.iter().any(|name| reads(name))
                && (columns.is_empty() || columns.iter().any(|column| reads(column)))
        });
        let Some(view) = next else { return found };
        known.push(&view.name);
        found.push(&view.name);
    }
}

/// Whether a name stands in a text as a word, whatever its letters' case.
fn has_word(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_letter = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(&name)
        .any(|(at, _)| !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + name.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_words_only() {
        assert!(has_word("set new.b = new.A", "a"));
        assert!(has_word("`a`", "a"));
        assert!(!has_word("new.ab + ba + a_b", "a"));
    }

    #[test]
    fn a_view_of_a_view_reads_what_that_reads() {
        let view = |name: &str, text: &str| View { name: name.to_owned(), text: text.to_owned() };
        let views = [
            view("further", "select `w`.`v`.`a` AS `a` from `w`.`v`"),
            view("v", "select `w`.`t`.`a` AS `a` from `w`.`t`"),
            view("other", "select `w`.`t`.`b` AS `b` from `w`.`t`"),
            view("elsewhere", "select `w`.`u`.`a` AS `a` from `w`.`u`"),
        ];
        assert_eq!(over(&views, "t", &["a"]), ["v", "further"]);
        assert_eq!(over(&views, "t", &[]), ["v", "further", "other"]);
    }
}
