//! Whether a relationship can lead where it is said to.

use super::{Attribute, AttributeId, AttributeType, Catalog, DatabaseType, Entity, Problems, link::Link};

/// Checks a relationship, and says what is wrong with it.
pub(super) fn check(catalog: &Catalog, link: &Link, problems: &mut Problems) -> bool {
    let fault = fault(catalog, link);
    if let Some((entity, columns, message)) = &fault {
        problems.fault(link.is_discovered, &entity.table, Some(columns), message);
    }
    fault.is_none()
}

/// What is wrong, and with which columns of which entity. A single-valued end must lead to one record at most, or rows
/// would multiply; a hierarchy stays within its entity; and both ends compare alike, or a delete would reach records that
/// are not related.
fn fault<'a>(catalog: &'a Catalog, link: &Link) -> Option<(&'a Entity, String, String)> {
    let referenced = catalog.entity(link.referenced);
    let referencing = catalog.entity(link.referencing);
    let words = |entity: &Entity, ids: &[AttributeId]| {
        ids.iter().map(|id| entity.attribute(*id).column.as_str()).collect::<Vec<_>>().join(", ")
    };
    let lookup = || words(referencing, &link.referencing_attributes);
    if !referenced.is_unique(&link.referenced_attributes) {
        let message = format!("is referenced by {} but is not unique", referencing.table);
        return Some((referenced, words(referenced, &link.referenced_attributes), message));
    }
    if link.says_single && !referencing.is_unique(&link.referencing_attributes) {
        let target = &referenced.table;
        let message = format!("is the lookup of a one-to-one relationship with {target} but is not unique");
        return Some((referencing, lookup(), message));
    }
    if link.hierarchical && link.referencing != link.referenced {
        let message = format!("is named as a hierarchy but leads to another table, {}", referenced.table);
        return Some((referencing, lookup(), message));
    }
    link.referencing_attributes.iter().zip(&link.referenced_attributes).find_map(|(own, other)| {
        let (own, other) = (referencing.attribute(*own), referenced.attribute(*other));
        let [first, second] = unlike(own, other)?;
        let target = format!("{}.{}", referenced.table, other.column);
        let message = format!("its values are {first}, and those of {target}, which it leads to, {second}");
        Some((referencing, own.column.clone(), message))
    })
}

/// What the values of two columns are where SQLite, which lets either lead to the other, does not compare them alike in
/// every statement.
fn unlike(own: &Attribute, other: &Attribute) -> Option<[String; 2]> {
    let is_text = |it: &Attribute| matches!(it.ty, AttributeType::String { .. });
    if (is_text(own) && other.ty.is_numeric()) || (own.ty.is_numeric() && is_text(other)) {
        return Some([own, other].map(|it| it.ty.word().to_owned()));
    }
    let [first, second] = [own, other].map(|it| DatabaseType::comparison(it.database_type.as_ref()));
    (first != second).then(|| [format!("compared in the collation {first}"), format!("in {second}")])
}
