//! What is done with the values of a type, through the gateway and beside it.

use relata::catalog::Entity;
use serde_json::{Value, json};

use super::column::Column;
use crate::support::Server;

fn entity(server: &Server, table: &str) -> Entity {
    let catalog = server.catalog();
    catalog.entities.iter().find(|entity| entity.table.name == table).unwrap().clone()
}

/// A value as a text of SQL.
fn quoted(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("'{}'", text.replace('\'', "''"))
}

/// Creates a record of each value, and finds it again in every way that the type has.
pub(super) async fn survive(server: &Server, number: usize, column: &Column, values: &[Value]) {
    let entity = entity(server, &format!("item{number}"));
    let (one, many, ty) = (&entity.logical_name, &entity.set_name, column.ty);
    let declared = column.declared;
    let create = format!(
        "mutation($id: Int!, $v: {ty}) {{ create{}(input: {{id: $id, v: $v}}) {{ {one} {{ v etag }} }} }}",
        entity.type_name
    );
    for (id, value) in values.iter().enumerate() {
        let data = server.data_with(&create, json!({ "id": id, "v": value })).await;
        assert_eq!(data[format!("create{}", entity.type_name)][one]["v"], *value, "{declared}: created");
        let is_bytes = column.ty == "Bytes" && column.declared == "blob";
        let literal = match column.ty {
            "JSON" => quoted(&value.to_string().into()),
            _ if is_bytes => blob(value),
            _ => quoted(value),
        };
        let condition = column.equals.replace("{}", &literal);
        let found = server.sql(&format!("select id from item{number} where id = {id} and {condition}")).await;
        assert_eq!(found, [json!({ "id": id })], "{declared}: {value} by plain SQL");
    }
    let all = server.data(&format!("{{ {many}(orderBy: [{{id: ASC}}]) {{ v }} }}")).await;
    let read: Vec<&Value> = all[many].as_array().unwrap().iter().map(|record| &record["v"]).collect();
    assert_eq!(read, values.iter().collect::<Vec<_>>(), "{declared}: read");
    if column.is_compared {
        let by = format!(
            "query($v: {ty}, $vs: [{ty}!]) {{ eq: {many}(where: {{v: {{eq: $v}}}}) {{ id }}
               in: {many}(where: {{v: {{in: $vs}}}}) {{ id }} ne: {many}Aggregate(where: {{v: {{ne: $v}}}}) {{ count }} }}"
        );
        for (id, value) in values.iter().enumerate() {
            let data = server.data_with(&by, json!({ "v": value, "vs": [value] })).await;
            let expected = json!([{ "id": id }]);
            assert_eq!(data["eq"], expected, "{declared}: {value} by eq");
            assert_eq!(data["in"], expected, "{declared}: {value} by in");
            assert_eq!(data["ne"]["count"], values.len() - 1, "{declared}: {value} by ne");
        }
    }
    if column.is_ordered {
        walk_in_order(server, number, column, many).await;
    }
}

fn blob(value: &Value) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let bytes = BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
    format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Pages of three, forwards and backwards, meet every record once, in the database's own order.
async fn walk_in_order(server: &Server, number: usize, column: &Column, many: &str) {
    let rows = server.sql(&format!("select id from item{number} order by v, id")).await;
    let expected: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
    let mut met = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = format!(
            "query($after: String) {{ {many}Connection(first: 3, after: $after, orderBy: [{{v: ASC}}]) {{
               nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let data = server.data_with(&page, json!({ "after": after })).await;
        let connection = &data[format!("{many}Connection")];
        met.extend(connection["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()));
        after = connection["pageInfo"]["endCursor"].clone();
        if connection["pageInfo"]["hasNextPage"] == json!(false) || met.len() > expected.len() {
            break;
        }
    }
    assert_eq!(met, expected, "{}: in order", column.declared);
}

/// Uses values as keys: by key, by reference, and as what a lookup of another record holds.
pub(super) async fn link(server: &Server, number: usize, column: &Column, values: &[Value]) {
    let (holder, held) = (entity(server, &format!("holder{number}")), entity(server, &format!("held{number}")));
    let (ty, declared) = (column.ty, column.declared);
    let collection = &holder.navigation.iter().find(|end| end.collection).unwrap().name;
    let create = format!(
        "mutation($v: {ty}!, $n: Int!) {{
           holder: create{}(input: {{v: $v, n: $n}}) {{ {} {{ ref }} }}
           held: create{}(input: {{id: $n, holder: {{ref: {{v: $v}}}}}}) {{ {} {{ holder {{ n }} }} }} }}",
        holder.type_name, holder.logical_name, held.type_name, held.logical_name
    );
    let read = format!(
        "query($v: {ty}!, $ref: ID!) {{ key: {one}(key: {{v: $v}}) {{ n v {collection} {{ id }} }}
           node(ref: $ref) {{ ref ... on {} {{ n }} }} by: {one}(key: {{ref: $ref}}) {{ n }} }}",
        holder.type_name,
        one = holder.logical_name
    );
    for (n, value) in values.iter().enumerate() {
        let data = server.data_with(&create, json!({ "v": value, "n": n })).await;
        assert_eq!(data["held"][&held.logical_name]["holder"]["n"], n, "{declared}: {value}");
        let reference = &data["holder"][&holder.logical_name]["ref"];
        let data = server.data_with(&read, json!({ "v": value, "ref": reference })).await;
        assert_eq!(data["key"], json!({ "n": n, "v": value, collection: [{ "id": n }] }), "{declared}: by key");
        assert_eq!(data["node"], json!({ "ref": reference, "n": n }), "{declared}: by reference");
        assert_eq!(data["by"]["n"], n, "{declared}: by reference as key");
    }
    let lists = format!("{{ {}(orderBy: [{{n: ASC}}]) {{ {collection} {{ id holder {{ n }} }} }} }}", holder.set_name);
    let data = server.data(&lists).await;
    let expected: Vec<Value> =
        (0..values.len()).map(|n| json!({ collection: [{ "id": n, "holder": { "n": n } }] })).collect();
    assert_eq!(data[&holder.set_name], json!(expected), "{declared}: collections");
}
