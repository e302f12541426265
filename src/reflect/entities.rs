//! SeaORM entities as drafts: by their own traits and nothing else.

use std::{collections::BTreeMap, sync::Arc};

use sea_orm::{
    ActiveEnum, ColumnTrait, ColumnType, DbBackend, EntityTrait, IdenStatic, Identity, Iterable, PrimaryKeyToColumn,
    PrimaryKeyTrait, RelationDef, RelationTrait, Schema,
    sea_query::{ForeignKeyAction, OptionEnum, StringLen, TableRef, Value},
};

use crate::catalog::{
    AttributeType, CascadeDelete, ColumnDraft, DatabaseType, EntityDraft, EnumType, EnumValue, KeyDraft, RelationDraft,
    StoredValue, Table, UuidStorage, name,
};

use super::condition;

/// What an entity says about itself.
#[must_use]
pub fn entity<E: EntityTrait>(entity: E, backend: DbBackend) -> EntityDraft {
    let auto_increment = <E::PrimaryKey as PrimaryKeyTrait>::auto_increment();
    let primary_key: Vec<String> = E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned()).collect();
    // The definition as a create statement would have it knows comments, which columns keep to themselves.
    let created = Schema::new(backend).create_table_from_entity(entity);
    let comments: BTreeMap<String, String> = created
        .get_columns()
        .iter()
        .filter_map(|column| Some((column.get_column_name().clone(), column.get_column_spec().comment.clone()?)))
        .collect();
    let columns = E::Column::iter().map(|column| {
        let definition = column.def();
        let column_name = column.as_str().to_owned();
        let (ty, database_type) = column_type(definition.get_column_type(), backend);
        ColumnDraft {
            nullable: definition.is_null(),
            has_default: definition.get_column_default().is_some()
                || (auto_increment && primary_key == [column_name.clone()]),
            generated: false,
            description: comments.get(&column_name).cloned(),
            name: column_name,
            ty,
            database_type,
        }
    });
    EntityDraft {
        is_discovered: false,
        precedence: 0,
        table: Some(Table { namespace: entity.schema_name().map(str::to_owned), name: entity.table_name().to_owned() }),
        is_view: false,
        is_passive: false,
        description: entity.comment().map(str::to_owned),
        columns: columns.collect(),
        unique_keys: unique_keys(entity, backend),
        primary_key,
        relations: E::Relation::iter().map(|relation| self::relation(relation.name(), relation.def())).collect(),
        warnings: Vec::new(),
    }
}

/// The values of an active enum that a column holds.
#[must_use]
pub fn active_enum<A: ActiveEnum + std::fmt::Debug>() -> AttributeType {
    let stored = |value: A::Value| match value.into() {
        Value::String(Some(text)) => Some(StoredValue::Text(text)),
        Value::Enum(OptionEnum::Some(value)) => Some(StoredValue::Text(value.value.to_string())),
        Value::Char(Some(letter)) => Some(StoredValue::Text(letter.to_string())),
        Value::TinyInt(number) => number.map(|number| StoredValue::Integer(number.into())),
        Value::SmallInt(number) => number.map(|number| StoredValue::Integer(number.into())),
        Value::Int(number) => number.map(|number| StoredValue::Integer(number.into())),
        Value::BigInt(number) => number.map(StoredValue::Integer),
        Value::TinyUnsigned(number) => number.map(|number| StoredValue::Integer(number.into())),
        Value::SmallUnsigned(number) => number.map(|number| StoredValue::Integer(number.into())),
        Value::Unsigned(number) => number.map(|number| StoredValue::Integer(number.into())),
        _ => None,
    };
    let values = A::iter().filter_map(|value| {
        let name = name::shouty(&format!("{value:?}"));
        Some(EnumValue { name, stored: stored(value.to_value())? })
    });
    let type_name = name::pascal(&A::name().to_string());
    AttributeType::Enum(Arc::new(EnumType { type_name, values: values.collect() }))
}

fn unique_keys<E: EntityTrait>(entity: E, backend: DbBackend) -> Vec<KeyDraft> {
    let single = E::Column::iter()
        .filter(|column| column.def().is_unique())
        .map(|column| KeyDraft { columns: vec![column.as_str().to_owned()] });
    let composite = Schema::new(backend)
        .create_index_from_entity(entity)
        .into_iter()
        .filter(sea_orm::sea_query::IndexCreateStatement::is_unique_key)
        .map(|index| KeyDraft { columns: index.get_index_spec().get_column_names() });
    single.chain(composite).collect()
}

fn relation(name: String, definition: RelationDef) -> RelationDraft {
    let (own, target) = (table(&definition.from_tbl), table(&definition.to_tbl));
    let condition = match &definition.on_condition {
        None => Ok(None),
        Some(condition) => condition::read(condition.as_ref(), &own, &target).map(Some),
    };
    RelationDraft {
        name: Some(name),
        // SeaORM calls the side that is pointed at the owner.
        is_referencing: !definition.is_owner,
        is_single: definition.rel_type == sea_orm::RelationType::HasOne,
        columns: columns(&definition.from_col),
        target,
        target_columns: columns(&definition.to_col),
        hierarchical: false,
        delete: definition.on_delete.and_then(cascade),
        condition,
        constraint: definition.fk_name,
        is_assumed: false,
    }
}

fn cascade(action: ForeignKeyAction) -> Option<CascadeDelete> {
    match action {
        ForeignKeyAction::Cascade => Some(CascadeDelete::Cascade),
        ForeignKeyAction::SetNull => Some(CascadeDelete::RemoveLink),
        ForeignKeyAction::Restrict | ForeignKeyAction::NoAction => Some(CascadeDelete::Restrict),
        ForeignKeyAction::SetDefault => Some(CascadeDelete::SetDefault),
        _ => None,
    }
}

fn columns(identity: &Identity) -> Vec<String> {
    identity.iter().map(ToString::to_string).collect()
}

fn table(table: &TableRef) -> Table {
    match table {
        TableRef::Table(name, _) => {
            Table { namespace: name.0.as_ref().map(|namespace| namespace.1.to_string()), name: name.1.to_string() }
        }
        // Relations are declared between tables only.
        _ => Table { namespace: None, name: String::new() },
    }
}

fn column_type(ty: &ColumnType, backend: DbBackend) -> (Option<AttributeType>, Option<DatabaseType>) {
    let built_in = |name: &str| (backend == DbBackend::Postgres).then(|| DatabaseType::built_in(name));
    let text = |max_length| Some(AttributeType::String { max_length });
    match ty {
        ColumnType::Boolean => (Some(AttributeType::Boolean), None),
        ColumnType::TinyInteger
        | ColumnType::SmallInteger
        | ColumnType::Integer
        | ColumnType::TinyUnsigned
        | ColumnType::SmallUnsigned
        | ColumnType::Year => (Some(AttributeType::Int), None),
        ColumnType::BigInteger | ColumnType::BigUnsigned | ColumnType::Unsigned => (Some(AttributeType::BigInt), None),
        ColumnType::Float => (Some(AttributeType::Float), built_in("float4")),
        ColumnType::Double => (Some(AttributeType::Float), built_in("float8")),
        ColumnType::Decimal(precision) => {
            let (scale, beyond_numbers) = (precision.map(|(_, scale)| scale), backend == DbBackend::Postgres);
            (Some(AttributeType::Decimal { scale, beyond_numbers }), built_in("numeric"))
        }
        ColumnType::Money(_) => (Some(AttributeType::Text), built_in("money")),
        ColumnType::Char(length) => (text(*length), None),
        ColumnType::String(StringLen::N(length)) => (text(Some(*length)), None),
        ColumnType::String(_) | ColumnType::Text => (text(None), None),
        ColumnType::Uuid => (Some(AttributeType::Uuid(UuidStorage::Native)), built_in("uuid")),
        ColumnType::Date => (Some(AttributeType::Date), built_in("date")),
        ColumnType::Time => (Some(AttributeType::Time), built_in("time")),
        ColumnType::DateTime | ColumnType::Timestamp => {
            (Some(AttributeType::DateTime { zoned: false }), built_in("timestamp"))
        }
        ColumnType::TimestampWithTimeZone => (Some(AttributeType::DateTime { zoned: true }), built_in("timestamptz")),
        ColumnType::Json => (Some(AttributeType::Json), built_in("json")),
        ColumnType::JsonBinary => (Some(AttributeType::Json), built_in("jsonb")),
        ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => (Some(AttributeType::Bytes), None),
        ColumnType::Enum { name, variants } => {
            let values = variants.iter().map(|label| EnumValue {
                name: name::shouty(&label.to_string()),
                stored: StoredValue::Text(label.to_string()),
            });
            let list = EnumType { type_name: name::pascal(&name.to_string()), values: values.collect() };
            (Some(AttributeType::Enum(Arc::new(list))), built_in(&name.to_string()))
        }
        ColumnType::Custom(name) => (Some(AttributeType::Text), built_in(&name.to_string())),
        ColumnType::Interval(..) => (Some(AttributeType::Text), built_in("interval")),
        ColumnType::Cidr => (Some(AttributeType::Text), built_in("cidr")),
        ColumnType::Inet => (Some(AttributeType::Text), built_in("inet")),
        ColumnType::MacAddr => (Some(AttributeType::Text), built_in("macaddr")),
        ColumnType::LTree => (Some(AttributeType::Text), built_in("ltree")),
        // Arrays, bit strings and vectors have no name here that a value could be cast to.
        _ => (None, None),
    }
}

#[cfg(all(test, feature = "demo"))]
mod tests {
    use super::*;

    /// A relation as one line.
    fn lines(draft: &EntityDraft) -> Vec<String> {
        let line = |relation: &RelationDraft| {
            let arrow = if relation.is_referencing { "->" } else { "<-" };
            // SeaORM calls every single-valued side that, the one with the lookup too.
            let single = if relation.is_single && !relation.is_referencing { " single" } else { "" };
            format!(
                "{} {} {arrow} {}.{}{single} {:?} {:?}",
                relation.name.as_deref().unwrap_or_default(),
                relation.columns.join(","),
                relation.target,
                relation.target_columns.join(","),
                relation.delete,
                relation.condition.as_ref().map(Option::is_some)
            )
        };
        draft.relations.iter().map(line).collect()
    }

    #[test]
    fn relations_say_who_references_whom() {
        let account = entity(::entity::account::Entity, DbBackend::Postgres);
        assert_eq!(
            lines(&account),
            [
                "Createdby createdbyid -> systemuser.systemuserid Some(Restrict) Ok(false)",
                "ContactCustomerAccounts accountid <- contact.accountid None Ok(false)",
                "AccountTasks accountid <- task.regardingobjectid None Ok(false)",
                "SocialprofileCustomerAccounts accountid <- socialprofile.customer_id None Ok(true)",
                "Salesorders accountid <- salesorder.accountid None Ok(false)",
            ]
        );
        let user = entity(::entity::systemuser::Entity, DbBackend::Sqlite);
        let single: Vec<_> =
            user.relations.iter().filter(|relation| relation.is_single && !relation.is_referencing).collect();
        assert_eq!(single.len(), 1, "one-to-one with the profile");
    }

    #[test]
    fn keys_comments_and_types_are_the_entitys_own() {
        let line = entity(::entity::orderline::Entity, DbBackend::Postgres);
        assert_eq!(line.primary_key, ["salesorderid", "line"]);
        assert_eq!(line.description.as_deref(), Some("One line of an order"));
        let price = line.columns.iter().find(|column| column.name == "priceperunit").expect("the column");
        assert_eq!(price.ty, Some(AttributeType::Decimal { scale: Some(4), beyond_numbers: true }));
        assert_eq!(price.description.as_deref(), Some("Price of one unit in euros"));
        let account = entity(::entity::account::Entity, DbBackend::Sqlite);
        assert_eq!(account.unique_keys.iter().map(|key| key.columns.join(",")).collect::<Vec<_>>(), ["accountnumber"]);
        let has_default = |name: &str| account.columns.iter().any(|column| column.name == name && column.has_default);
        assert!(has_default("versionnumber") && !has_default("accountid"));
    }
}
