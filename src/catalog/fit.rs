//! Whether a relationship can lead where it is said to.

use super::{AttributeId, Catalog, DatabaseType, Entity, Problems, link::Link};

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
    let pairs = link.referencing_attributes.iter().zip(&link.referenced_attributes);
    let pairs = pairs.map(|(own, other)| (referencing.attribute(*own), referenced.attribute(*other)));
    for (own, other) in pairs {
        let [first, second] = [own, other].map(|it| DatabaseType::comparison(it.database_type.as_ref()));
        if first != second {
            let message = format!(
                "its values are compared in the collation {first}, and those of {}.{}, which it leads to, in {second}",
                referenced.table, other.column
            );
            problems.fault(link.is_discovered, &referencing.table, Some(&own.column), message);
            return false;
        }
    }
    true
}
