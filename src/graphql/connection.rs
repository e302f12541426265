//! Connections: pages of records as Relay's GraphQL Cursor Connections describe them.

use async_graphql::dynamic::{Field, Object, TypeRef};

use crate::catalog::Entity;

use super::{
    query,
    types::{Types, data_field, input},
};

const PAGE_INFO: &str = "PageInfo";

/// The `…Connection` field beside a list.
pub(super) fn field(types: &Types<'_>, list: &str, target: &Entity) -> Field {
    let count = || TypeRef::named(TypeRef::INT);
    let cursor = || TypeRef::named(TypeRef::STRING);
    let about = format!("Pages of the records of {list}.");
    let field = data_field(&format!("{list}Connection"), TypeRef::named_nn(type_name(target)), about);
    query::ordered(query::filtered(field, target), target)
        .argument(input("first", count(), query::page_size(types, "The size of a page from the start.")))
        .argument(input("after", cursor(), "The cursor that the page comes after."))
        .argument(input("last", count(), query::page_size(types, "The size of a page from the end, not with `first`.")))
        .argument(input("before", cursor(), "The cursor that the page comes before."))
}

pub(super) fn register(types: &mut Types<'_>, entity: &Entity) {
    let name = type_name(entity);
    let edge = format!("{}Edge", entity.type_name);
    let connection = Object::new(&name)
        .description(format!("A page of records of {}.", entity.set_name))
        .field(data_field("edges", TypeRef::named_nn_list_nn(&edge), "The records with their cursors."))
        .field(data_field("nodes", TypeRef::named_nn_list_nn(&entity.type_name), "The records."))
        .field(data_field("pageInfo", TypeRef::named_nn(PAGE_INFO), "Where the page stands."))
        .field(data_field("totalCount", TypeRef::named_nn(TypeRef::INT), "How many records all pages have together."));
    types.add(&name, connection);
    let node = data_field("node", TypeRef::named_nn(&entity.type_name), "The record.");
    let object = Object::new(&edge)
        .description(format!("A record of {} on a page.", entity.set_name))
        .field(data_field(
            "cursor",
            TypeRef::named_nn(TypeRef::STRING),
            "Its place in the order, for `after` and `before`.",
        ))
        .field(node);
    types.add(&edge, object);
}

pub(super) fn register_page_info(types: &mut Types<'_>) {
    let flag = |name, about| data_field(name, TypeRef::named_nn(TypeRef::BOOLEAN), about);
    let cursor = |name, about| data_field(name, TypeRef::named(TypeRef::STRING), about);
    let object = Object::new(PAGE_INFO)
        .description("Where a page stands among all pages.")
        .field(flag("hasNextPage", "Whether there are records after the page."))
        .field(flag("hasPreviousPage", "Whether there are records before the page."))
        .field(cursor("startCursor", "The first record's cursor; null on an empty page."))
        .field(cursor("endCursor", "The last record's cursor; null on an empty page."));
    types.add(PAGE_INFO, object);
}

fn type_name(entity: &Entity) -> String {
    format!("{}Connection", entity.type_name)
}
