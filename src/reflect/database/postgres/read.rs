//! The statements that read `PostgreSQL`'s catalog, each over all tables at once, and the rows that they answer.

use sea_orm::sea_query::{Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::super::rows;

/// Everything that is read before drafts are made of it.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) relations: Vec<RelationRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) types: Vec<TypeRow>,
    pub(super) labels: Vec<LabelRow>,
    pub(super) keys: Vec<KeyRow>,
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
    pub(super) target_columns: Vec<TargetColumnRow>,
}

/// What the database calls a relation: a table or view.
#[derive(Debug, FromQueryResult)]
pub(super) struct RelationRow {
    pub(super) id: u32,
    pub(super) namespace: String,
    pub(super) name: String,
    /// `r` and `p` for tables, `v` and `m` for views, `f` for foreign tables.
    pub(super) kind: String,
    /// Whether it is a table by itself that no trigger, rule or policy of a user acts on.
    pub(super) is_passive: bool,
    pub(super) description: Option<String>,
}

/// A column.
#[derive(Debug, FromQueryResult)]
pub(super) struct ColumnRow {
    pub(super) relation: u32,
    pub(super) number: i16,
    pub(super) name: String,
    pub(super) type_id: u32,
    pub(super) modifier: i32,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
    /// `a` always, `d` by default, or empty.
    pub(super) identity: String,
    /// `s` stored, `v` virtual, or empty.
    pub(super) generated: String,
    pub(super) description: Option<String>,
}

/// A type of a column, or one that a domain is made of.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct TypeRow {
    pub(super) id: u32,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The type that this one, a domain, is made of; 0 where it is no domain.
    pub(super) base: u32,
    pub(super) modifier: i32,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
}

/// A label of an enum.
#[derive(Debug, FromQueryResult)]
pub(super) struct LabelRow {
    pub(super) type_id: u32,
    pub(super) label: String,
}

/// A primary key or a unique index.
#[derive(Debug, FromQueryResult)]
pub(super) struct KeyRow {
    pub(super) relation: u32,
    pub(super) is_primary: bool,
    /// Column numbers with spaces between them, those that are only included last.
    pub(super) columns: String,
    /// How many of the columns are the key.
    pub(super) size: i16,
}

/// A foreign key.
#[derive(Debug, FromQueryResult)]
pub(super) struct ForeignKeyRow {
    pub(super) relation: u32,
    pub(super) name: String,
    /// Column numbers with spaces between them.
    pub(super) columns: String,
    pub(super) target: u32,
    pub(super) target_namespace: String,
    pub(super) target_name: String,
    /// Column numbers with spaces between them.
    pub(super) target_columns: String,
    /// `c` cascade, `n` set null, `d` set default, `r` restrict, `a` no action.
    pub(super) on_delete: String,
}

/// A column of a table that a foreign key points at, which may lie in another namespace.
#[derive(Debug, FromQueryResult)]
pub(super) struct TargetColumnRow {
    pub(super) relation: u32,
    pub(super) number: i16,
    pub(super) name: String,
}

/// Those of the namespaces that exist.
pub(super) async fn namespaces(db: &impl ConnectionTrait, names: &[String]) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let select = Query::select()
        .expr_as(Expr::col(("n", "nspname")), "name")
        .from_as(("pg_catalog", "pg_namespace"), "n")
        .and_where(Expr::col(("n", "nspname")).is_in(names))
        .take();
    Ok(rows::<Row>(db, &select).await?.into_iter().map(|row| row.name).collect())
}

/// Reads the catalog.
pub(super) async fn all(db: &impl ConnectionTrait, namespaces: &[String]) -> Result<Rows, DbErr> {
    let relations = || relations(namespaces);
    Ok(Rows {
        relations: rows(db, &described(relations())).await?,
        columns: rows(db, &columns(relations())).await?,
        types: rows(db, &types(relations())).await?,
        labels: rows(db, &labels()).await?,
        keys: rows(db, &keys(relations())).await?,
        foreign_keys: rows(db, &foreign_keys(relations())).await?,
        target_columns: rows(db, &target_columns(relations())).await?,
    })
}

/// The ids of the tables and views. A partition is part of its table, and what an extension made is the extension's.
fn relations(namespaces: &[String]) -> SelectStatement {
    let class = Expr::val("pg_catalog.pg_class").cast_as("text").cast_as("regclass");
    let from_extension = Query::select()
        .expr(Expr::val(1))
        .from_as(("pg_catalog", "pg_depend"), "d")
        .and_where(Expr::col(("d", "classid")).eq(class))
        .and_where(Expr::col(("d", "objid")).equals(("c", "oid")))
        .and_where(text("d", "deptype").eq("e"))
        .take();
    Query::select()
        .column(("c", "oid"))
        .from_as(("pg_catalog", "pg_class"), "c")
        .join_as(
            JoinType::InnerJoin,
            ("pg_catalog", "pg_namespace"),
            "n",
            Expr::col(("n", "oid")).equals(("c", "relnamespace")),
        )
        .and_where(Expr::col(("n", "nspname")).is_in(namespaces))
        .and_where(text("c", "relkind").is_in(["r", "p", "v", "m", "f"]))
        .and_where(Expr::col(("c", "relispartition")).not())
        .and_where(Expr::not_exists(from_extension))
        .take()
}

fn described(mut relations: SelectStatement) -> SelectStatement {
    relations
        .clear_selects()
        .expr_as(Expr::col(("c", "oid")), "id")
        .expr_as(Expr::col(("n", "nspname")), "namespace")
        .expr_as(Expr::col(("c", "relname")), "name")
        .expr_as(text("c", "relkind"), "kind")
        .expr_as(passive(), "is_passive")
        .expr_as(Func::cust("obj_description").args([Expr::col(("c", "oid")), Expr::val("pg_class")]), "description")
        .take()
}

/// Triggers that stand for foreign keys are the database's own.
fn passive() -> Expr {
    let trigger = Query::select()
        .expr(Expr::val(1))
        .from_as(("pg_catalog", "pg_trigger"), "g")
        .and_where(Expr::col(("g", "tgrelid")).equals(("c", "oid")))
        .and_where(Expr::col(("g", "tgisinternal")).not())
        .take();
    let flags = ["relhassubclass", "relhasrules", "relrowsecurity"];
    let plain = text("c", "relkind").eq("r").and(Expr::not_exists(trigger));
    flags.into_iter().fold(plain, |all, flag| all.and(Expr::col(("c", flag)).not()))
}

fn columns(relations: SelectStatement) -> SelectStatement {
    let description = Func::cust("col_description").args([Expr::col(("a", "attrelid")), Expr::col(("a", "attnum"))]);
    from_attributes()
        .expr_as(Expr::col(("a", "atttypid")), "type_id")
        .expr_as(Expr::col(("a", "atttypmod")), "modifier")
        .expr_as(Expr::col(("a", "attnotnull")), "not_null")
        .expr_as(Expr::col(("a", "atthasdef")), "has_default")
        .expr_as(text("a", "attidentity"), "identity")
        .expr_as(text("a", "attgenerated"), "generated")
        .expr_as(description, "description")
        .and_where(Expr::col(("a", "attrelid")).in_subquery(relations))
        .take()
}

fn target_columns(relations: SelectStatement) -> SelectStatement {
    let targets = from_foreign_keys(relations).column(("k", "confrelid")).take();
    from_attributes().and_where(Expr::col(("a", "attrelid")).in_subquery(targets)).take()
}

fn from_attributes() -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(("a", "attrelid")), "relation")
        .expr_as(Expr::col(("a", "attnum")), "number")
        .expr_as(Expr::col(("a", "attname")), "name")
        .from_as(("pg_catalog", "pg_attribute"), "a")
        .and_where(Expr::col(("a", "attnum")).gt(0))
        .and_where(Expr::col(("a", "attisdropped")).not())
        .order_by(("a", "attrelid"), Order::Asc)
        .order_by(("a", "attnum"), Order::Asc)
        .take()
}

/// The types of the columns, all domains, and what those are made of.
fn types(relations: SelectStatement) -> SelectStatement {
    let of_columns = Query::select()
        .column(("a", "atttypid"))
        .from_as(("pg_catalog", "pg_attribute"), "a")
        .and_where(Expr::col(("a", "attrelid")).in_subquery(relations))
        .take();
    let of_domains = Query::select().column(("d", "typbasetype")).from_as(("pg_catalog", "pg_type"), "d").take();
    let is_wanted = Expr::col(("t", "oid"))
        .in_subquery(of_columns)
        .or(Expr::col(("t", "oid")).in_subquery(of_domains))
        .or(text("t", "typtype").eq("d"));
    Query::select()
        .expr_as(Expr::col(("t", "oid")), "id")
        .expr_as(Expr::col(("n", "nspname")), "namespace")
        .expr_as(Expr::col(("t", "typname")), "name")
        .expr_as(Expr::col(("t", "typbasetype")), "base")
        .expr_as(Expr::col(("t", "typtypmod")), "modifier")
        .expr_as(Expr::col(("t", "typnotnull")), "not_null")
        .expr_as(Expr::col(("t", "typdefault")).is_not_null(), "has_default")
        .from_as(("pg_catalog", "pg_type"), "t")
        .join_as(
            JoinType::InnerJoin,
            ("pg_catalog", "pg_namespace"),
            "n",
            Expr::col(("n", "oid")).equals(("t", "typnamespace")),
        )
        .and_where(is_wanted)
        .take()
}

fn labels() -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(("e", "enumtypid")), "type_id")
        .expr_as(Expr::col(("e", "enumlabel")), "label")
        .from_as(("pg_catalog", "pg_enum"), "e")
        .order_by(("e", "enumtypid"), Order::Asc)
        .order_by(("e", "enumsortorder"), Order::Asc)
        .take()
}

fn keys(relations: SelectStatement) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(("i", "indrelid")), "relation")
        .expr_as(Expr::col(("i", "indisprimary")), "is_primary")
        .expr_as(text("i", "indkey"), "columns")
        .expr_as(Expr::col(("i", "indnkeyatts")), "size")
        .from_as(("pg_catalog", "pg_index"), "i")
        .and_where(Expr::col(("i", "indrelid")).in_subquery(relations))
        .and_where(Expr::col(("i", "indisunique")))
        .and_where(Expr::col(("i", "indisvalid")))
        .and_where(Expr::col(("i", "indpred")).is_null())
        .and_where(Expr::col(("i", "indexprs")).is_null())
        .take()
}

fn foreign_keys(relations: SelectStatement) -> SelectStatement {
    let numbers = |column| Func::cust("array_to_string").args([Expr::col(("k", column)), Expr::val(" ")]);
    from_foreign_keys(relations)
        .expr_as(Expr::col(("k", "conrelid")), "relation")
        .expr_as(Expr::col(("k", "conname")), "name")
        .expr_as(numbers("conkey"), "columns")
        .expr_as(Expr::col(("k", "confrelid")), "target")
        .expr_as(Expr::col(("n", "nspname")), "target_namespace")
        .expr_as(Expr::col(("c", "relname")), "target_name")
        .expr_as(numbers("confkey"), "target_columns")
        .expr_as(text("k", "confdeltype"), "on_delete")
        .join_as(
            JoinType::InnerJoin,
            ("pg_catalog", "pg_class"),
            "c",
            Expr::col(("c", "oid")).equals(("k", "confrelid")),
        )
        .join_as(
            JoinType::InnerJoin,
            ("pg_catalog", "pg_namespace"),
            "n",
            Expr::col(("n", "oid")).equals(("c", "relnamespace")),
        )
        .take()
}

/// Without those that the database derives for partitions from one that was declared.
fn from_foreign_keys(relations: SelectStatement) -> SelectStatement {
    Query::select()
        .from_as(("pg_catalog", "pg_constraint"), "k")
        .and_where(text("k", "contype").eq("f"))
        .and_where(Expr::col(("k", "conparentid")).eq(0))
        .and_where(Expr::col(("k", "conrelid")).in_subquery(relations))
        .take()
}

/// A column as text, for types that have no counterpart outside the database.
fn text(table: &'static str, column: &'static str) -> Expr {
    Expr::col((table, column)).cast_as("text")
}
