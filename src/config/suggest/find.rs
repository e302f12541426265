//! What tables look like: the guesses that a person has to look through.

use std::collections::{HashMap, HashSet};

use crate::catalog::{AttributeType, Catalog, ColumnDraft, Entity, EntityDraft, Table, name};

use super::{
    Ground,
    outline::{Outline, Part, quoted},
};
use crate::config::tables::are_comparable;

/// How many targets are guessed for a key and a discriminator.
const TARGETS: usize = 3;

/// Endings of columns that hold keys of other tables.
const ENDINGS: &[&str] = &["Id", "No", "Nr", "Key", "Code"];

/// All guesses, table by table.
pub(super) fn all(ground: Ground<'_>) -> Outline {
    let Ground { drafts, catalog, given, .. } = ground;
    let tables = Tables::of(drafts, catalog);
    let mut outline = Outline::default();
    for (draft, table) in drafts.iter().filter_map(|draft| Some((draft, draft.table.as_ref()?))) {
        let header = format!("[entity.{}]", quoted(&tables.spell(table)));
        if let Some((_, entity)) = catalog.find_table(table) {
            names(&mut outline, &header, catalog, entity);
        }
        let unknown = draft.columns.iter().filter(|column| column.ty.is_none());
        let unknown: Vec<String> = unknown.map(|column| quoted(&column.name)).collect();
        if !unknown.is_empty() {
            let about = vec!["Left out, because there is no type for them; said here, there is no warning.".to_owned()];
            outline.add(&header, Part { about, lines: vec![format!("exclude = [{}]", unknown.join(", "))] });
        }
        key(&mut outline, &header, &tables, draft);
        let is_said = given.entities.get(table).is_some_and(|entity| entity.intersect.is_intersect.is_some());
        if !is_said && looks_like_pairs(draft) {
            let about = vec!["Two lookups and nothing else, but no key over both: is it a table of pairs?".to_owned()];
            outline.add(&header, Part { about, lines: vec!["intersect = true".to_owned()] });
        }
    }
    for (draft, table) in drafts.iter().filter_map(|draft| Some((draft, draft.table.as_ref()?))) {
        let entity = catalog.find_table(table).map(|(_, entity)| entity);
        // What is a lookup already, whoever says so.
        let mut known: HashSet<String> = draft.columns.iter().map(|column| column.name.clone()).collect();
        known.retain(|column| {
            let attribute = entity.and_then(|entity| Some(entity.attribute(entity.find_column(column)?)));
            is_lookup(draft, column) || attribute.is_some_and(|attribute| attribute.is_lookup)
        });
        pairs(&mut outline, &tables, draft, table, &mut known);
        lookups(&mut outline, &tables, draft, table, &known);
    }
    outline
}

/// Tables by what they are called.
struct Tables<'a> {
    drafts: &'a [EntityDraft],
    catalog: &'a Catalog,
    /// Names that stand for several tables.
    shared: HashSet<&'a str>,
    /// Tables by the lower case of their singular, and of what they are called.
    by_word: HashMap<String, Vec<&'a EntityDraft>>,
    /// Tables by the column that is their key.
    by_key: HashMap<&'a str, Vec<&'a EntityDraft>>,
}

impl<'a> Tables<'a> {
    fn of(drafts: &'a [EntityDraft], catalog: &'a Catalog) -> Self {
        let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
        let mut by_word: HashMap<String, Vec<&EntityDraft>> = HashMap::new();
        let mut by_key: HashMap<&str, Vec<&EntityDraft>> = HashMap::new();
        for draft in drafts {
            let Some(table) = &draft.table else { continue };
            if !seen.insert(table.name.as_str()) {
                shared.insert(table.name.as_str());
            }
            if let [key] = draft.primary_key.as_slice() {
                let mut words = vec![name::entity(&table.name).type_name.to_lowercase()];
                words.extend(catalog.find_table(table).map(|(_, entity)| entity.type_name.to_lowercase()));
                words.dedup();
                for word in words {
                    by_word.entry(word).or_default().push(draft);
                }
                by_key.entry(key).or_default().push(draft);
            }
        }
        Self { drafts, catalog, shared, by_word, by_key }
    }

    fn spell(&self, table: &Table) -> String {
        if self.shared.contains(table.name.as_str()) { table.to_string() } else { table.name.clone() }
    }

    /// The type's name of a table's records.
    fn type_name(&self, table: &Table) -> String {
        let served = self.catalog.find_table(table).map(|(_, entity)| entity.type_name.clone());
        served.unwrap_or_else(|| name::entity(&table.name).type_name)
    }

    /// The only table that a column seems to lead to.
    fn target(&self, own: &EntityDraft, column: &ColumnDraft) -> Option<&'a EntityDraft> {
        let fits = |target: &&&EntityDraft| key_column(target).is_some_and(|key| are_comparable(column, key));
        let only = |found: Option<&Vec<&'a EntityDraft>>| {
            let mut found = found?.iter().filter(fits);
            found.next().copied().filter(|_| found.next().is_none())
        };
        let camel = name::camel(&column.name);
        let stem = ENDINGS.iter().find_map(|ending| camel.strip_suffix(ending)).filter(|stem| !stem.is_empty());
        let by_word = stem.and_then(|stem| {
            let word = name::singular(&name::pascal(stem)).to_lowercase();
            only(self.by_word.get(&word))
        });
        // A key that says whose it is, as `customer_no`; every other table has an `id`.
        let by_key = || stem.and_then(|_| only(self.by_key.get(column.name.as_str())));
        by_word.or_else(by_key).filter(|target| target.table != own.table || !own.primary_key.contains(&column.name))
    }
}

fn key_column(draft: &EntityDraft) -> Option<&ColumnDraft> {
    let [key] = draft.primary_key.as_slice() else { return None };
    draft.columns.iter().find(|column| column.name == *key)
}

/// Names that were taken: what is served stays so when other tables come and go.
fn names(outline: &mut Outline, header: &str, catalog: &Catalog, entity: &Entity) {
    let table = entity.table.to_string();
    let renamed = catalog.warnings.iter().filter(|warning| warning.entity == table);
    let mut renamed = renamed.filter(|warning| warning.message.starts_with("is served as")).collect::<Vec<_>>();
    renamed.sort_by_key(|warning| warning.column.is_some());
    for warning in renamed {
        let line = match &warning.column {
            None => format!("name = {}", quoted(&entity.logical_name)),
            Some(column) => {
                let Some(attribute) = entity.find_column(column).map(|id| entity.attribute(id)) else { continue };
                format!("attribute.{}.name = {}", quoted(column), quoted(&attribute.name))
            }
        };
        outline.add(header, Part { about: vec![format!("It {}.", warning.message)], lines: vec![line] });
    }
}

/// The columns that may name a record of a table or view that has no key.
fn key(outline: &mut Outline, header: &str, tables: &Tables<'_>, draft: &EntityDraft) {
    let is_required = |name: &String| draft.columns.iter().any(|column| column.name == *name && !column.nullable);
    let has_key = !draft.primary_key.is_empty()
        || (!draft.is_view && draft.unique_keys.iter().any(|key| key.columns.iter().all(is_required)));
    if has_key {
        return;
    }
    let own: Vec<String> = draft
        .table
        .iter()
        .flat_map(|table| [name::entity(&table.name).type_name, tables.type_name(table)])
        .map(|name| format!("{}Id", name::camel(&name)))
        .collect();
    let rank = |column: &ColumnDraft| {
        let name = name::camel(&column.name);
        if name == "id" || own.contains(&name) {
            0
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            1
        } else {
            2
        }
    };
    let comparable = |ty: &AttributeType| ty.is_comparable() && !matches!(ty, AttributeType::Float);
    let mut columns: Vec<&ColumnDraft> =
        draft.columns.iter().filter(|column| column.ty.as_ref().is_some_and(comparable)).collect();
    columns.sort_by_key(|column| rank(column));
    let Some((first, rest)) = columns.split_first() else { return };
    let mut about = vec!["No key is known, so that no record can be addressed. Does this name exactly one?".to_owned()];
    let others = rest.iter().filter(|column| rank(column) < 2).map(|column| format!("[{}]", quoted(&column.name)));
    let others: Vec<String> = others.take(TARGETS).collect();
    if !others.is_empty() {
        about.push(format!("Or one of {}, or several columns together?", others.join(", ")));
    }
    outline.add(header, Part { about, lines: vec![format!("key = [{}]", quoted(&first.name))] });
}

/// Two lookups and nothing else but a key, without a key over both.
fn looks_like_pairs(draft: &EntityDraft) -> bool {
    let lookups: Vec<&[String]> =
        draft.relations.iter().filter(|it| it.is_referencing).map(|it| it.columns.as_slice()).collect();
    let [first, second] = lookups.as_slice() else { return false };
    if first == second {
        return false;
    }
    let is_pair = |key: &[String]| {
        key.len() == first.len() + second.len()
            && key.iter().all(|column| first.contains(column) || second.contains(column))
    };
    let is_known = is_pair(&draft.primary_key) || draft.unique_keys.iter().any(|key| is_pair(&key.columns));
    let is_own = |name: &String| first.contains(name) || second.contains(name) || draft.primary_key.contains(name);
    !draft.is_view && !is_known && draft.columns.iter().all(|column| is_own(&column.name))
}

fn is_lookup(draft: &EntityDraft, column: &str) -> bool {
    draft.relations.iter().any(|it| it.is_referencing && it.columns.iter().any(|known| known == column))
}

/// A key and a text beside it that says whose it is. Its column is known then.
fn pairs(outline: &mut Outline, tables: &Tables<'_>, draft: &EntityDraft, table: &Table, known: &mut HashSet<String>) {
    for key in &draft.columns {
        if known.contains(&key.name) {
            continue;
        }
        let camel = name::camel(&key.name);
        let Some(stem) = camel.strip_suffix("Id").filter(|stem| !stem.is_empty()) else { continue };
        let is_type = |column: &&ColumnDraft| {
            let name = name::camel(&column.name);
            let is_text = matches!(column.ty, Some(AttributeType::String { .. } | AttributeType::Text));
            is_text && ["Type", "Kind", "Table", "Class"].iter().any(|word| name == format!("{stem}{word}"))
        };
        let Some(discriminator) = draft.columns.iter().find(is_type) else { continue };
        known.insert(key.name.clone());
        let fits = |target: &&EntityDraft| {
            target.table != draft.table && key_column(target).is_some_and(|column| are_comparable(key, column))
        };
        let mut values = HashSet::new();
        let targets: Vec<String> = tables
            .drafts
            .iter()
            .filter(fits)
            .filter_map(|target| target.table.as_ref())
            .map(|target| (target, tables.type_name(target)))
            .filter(|(_, value)| values.insert(value.clone()))
            .take(TARGETS)
            .map(|(target, value)| {
                format!("{{ entity = {}, value = {} }}", quoted(&tables.spell(target)), quoted(&value))
            })
            .collect();
        if targets.is_empty() {
            continue;
        }
        let about = vec![
            format!("{} beside {}: does it lead to several tables?", quoted(&key.name), quoted(&discriminator.name)),
            "Targets and values are only guesses.".to_owned(),
        ];
        let lines = vec![
            format!("entity = {}", quoted(&tables.spell(table))),
            format!("name = {}", quoted(stem)),
            format!("key = {}", quoted(&key.name)),
            format!("discriminator = {}", quoted(&discriminator.name)),
            format!("targets = [{}]", targets.join(", ")),
        ];
        outline.add("[[multi-table-lookup]]", Part { about, lines });
    }
}

/// Columns that look like lookups, without a foreign key.
fn lookups(outline: &mut Outline, tables: &Tables<'_>, draft: &EntityDraft, table: &Table, known: &HashSet<String>) {
    for column in draft.columns.iter().filter(|column| !known.contains(&column.name)) {
        let Some(target) = tables.target(draft, column) else { continue };
        let Some(target) = target.table.as_ref() else { continue };
        let about = vec![format!(
            "{} has no foreign key, but seems to lead to {target}.",
            quoted(&format!("{table}.{}", column.name))
        )];
        let lines = vec![
            format!("from = {{ entity = {}, columns = [{}] }}", quoted(&tables.spell(table)), quoted(&column.name)),
            format!("to = {{ entity = {} }}", quoted(&tables.spell(target))),
        ];
        outline.add("[[relationship]]", Part { about, lines });
    }
}
