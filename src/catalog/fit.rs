//! Whether a relationship can lead where it is said to.

use super::{Attribute, AttributeId, AttributeType, Catalog, DatabaseType, Entity, Problems, link::Link};

/// A single-valued end must lead to one record at most, or rows would multiply; a hierarchy stays within its entity; and both
/// ends compare alike, or a delete would reach records that are not related.
pub(super) fn check(catalog: &Catalog, link: &Link, problems: &mut Problems) -> bool {
    let referenced = catalog.entity(link.referenced);
    let referencing = catalog.entity(link.referencing);
    let words = |entity: &Entity, ids: &[AttributeId]| {
        ids.iter().map(|id| entity.attribute(*id).column.as_str()).collect::<Vec<_>>().join(", ")
    };
    if !referenced.is_unique(&link.referenced_attributes) {
        let columns = words(referenced, &link.referenced_attributes);
        problems.fault(
            link.is_discovered,
            &referenced.table,
            Some(&columns),
            format!("is referenced by {} but is not unique", referencing.table),
        );
        return false;
    }
    if link.says_single && !referencing.is_unique(&link.referencing_attributes) {
        let columns = words(referencing, &link.referencing_attributes);
        problems.fault(
            link.is_discovered,
            &referencing.table,
            Some(&columns),
            format!("is the lookup of a one-to-one relationship with {} but is not unique", referenced.table),
        );
        return false;
    }
    if link.hierarchical && link.referencing != link.referenced {
        let columns = words(referencing, &link.referencing_attributes);
        problems.fault(
            link.is_discovered,
            &referencing.table,
            Some(&columns),
            format!("is named as a hierarchy but leads to another table, {}", referenced.table),
        );
        return false;
    }
    for (own, other) in link.referencing_attributes.iter().zip(&link.referenced_attributes) {
        let (own, other) = (referencing.attribute(*own), referenced.attribute(*other));
        if let Some([first, second]) = unlike(own, other) {
            let target = format!("{}.{}", referenced.table, other.column);
            let message = format!("its values are {first}, and those of {target}, which it leads to, {second}");
            problems.fault(link.is_discovered, &referencing.table, Some(&own.column), message);
            return false;
        }
    }
    true
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
