//! The gateway's own tables: one row that says how they are laid out and how often definitions have changed, and one
//! row for each definition.

use sea_orm::sea_query::{
    ColumnDef, DeleteStatement, Expr, ExprTrait, Func, InsertStatement, JoinType, OnConflict, Order, Query,
    SelectStatement, Table, TableCreateStatement, UpdateStatement,
};

use super::{
    dialect::Dialect,
    hierarchy::fingerprint,
    statement::{self, Statement},
};

/// The layout that this version of the gateway reads and writes.
pub const VERSION: i32 = 1;

/// The channel on which PostgreSQL tells other instances that definitions have changed.
pub const CHANNEL: &str = "relata";

const STATE: &str = "relata_state";
const DEFINITION: &str = "relata_definition";

/// Whether the tables are there: `there`, a truth value.
#[must_use]
pub fn is_there(dialect: Dialect) -> SelectStatement {
    let mut select = Query::select();
    match dialect {
        Dialect::Sqlite => {
            let named = Query::select()
                .expr(Expr::val(1))
                .from("sqlite_schema")
                .and_where(Expr::col("type").eq("table"))
                .and_where(Expr::col("name").eq(STATE))
                .take();
            select.expr_as(Expr::exists(named), "there");
        }
        Dialect::Postgres => {
            select.expr_as(regclass(Expr::val(STATE)).is_not_null(), "there");
        }
        Dialect::MySql => {
            let named = Query::select()
                .expr(Expr::val(1))
                .from(("information_schema", "tables"))
                .and_where(Expr::col("table_schema").eq(Func::cust("database")))
                .and_where(Expr::col("table_name").eq(STATE))
                .take();
            select.expr_as(Expr::exists(named), "there");
        }
    }
    select
}

/// A table of PostgreSQL by its name; null where there is none.
fn regclass(name: Expr) -> Expr {
    Func::cust("to_regclass").arg(name).into()
}

/// Makes the tables. The state, which says that they are there, comes last: on MariaDB each of them is permanent at once,
/// and what was stopped between the two is gone on with.
#[must_use]
pub fn create(dialect: Dialect) -> [TableCreateStatement; 2] {
    let state = Table::create()
        .table(STATE)
        .if_not_exists()
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("generation").big_integer().not_null())
        .take();
    let definition = Table::create()
        .table(DEFINITION)
        .if_not_exists()
        .col(text(dialect, "schema_name", NAME).not_null().primary_key())
        .col(text(dialect, "definition", "mediumtext").not_null())
        .take();
    [definition, state]
}

/// A name on MariaDB: no index holds more of it.
const NAME: &str = "varchar(768)";

/// A column of text, whose letters are told apart.
fn text(dialect: Dialect, name: &'static str, on_mysql: &str) -> ColumnDef {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => ColumnDef::new(name).text().take(),
        Dialect::MySql => ColumnDef::new(name).custom(format!("{on_mysql} COLLATE utf8mb4_bin")).take(),
    }
}

/// The first row of the state.
#[must_use]
pub fn begin() -> InsertStatement {
    Query::insert()
        .into_table(STATE)
        .columns(["id", "version", "generation"])
        .values_panic([Expr::val(1), Expr::val(VERSION), Expr::val(0_i64)])
        .take()
}

/// `version` and `generation`.
#[must_use]
pub fn state() -> SelectStatement {
    Query::select().columns([(STATE, "version"), (STATE, "generation")]).from(STATE).take()
}

/// The same two as statements: whether the tables are there, and the state.
#[must_use]
pub fn look(dialect: Dialect) -> [Statement; 2] {
    [is_there(dialect), state()].map(|select| statement::finish(dialect, &select, Vec::new()))
}

/// Whether the generation is still the known one, as a condition of a statement; zero is that of a database without the
/// tables.
pub(super) fn is_current(dialect: Dialect, known: i64) -> Expr {
    if known == 0 {
        return match dialect {
            // Asked for once, before anything else, and without a statement of its own inside.
            Dialect::Postgres => regclass(Expr::Constant(STATE.into())).is_null(),
            Dialect::Sqlite | Dialect::MySql => Expr::from(is_there(dialect)).not(),
        };
    }
    Expr::from(Query::select().column("generation").from(STATE).take()).eq(known)
}

/// The state together with every definition, `schema_name` and `definition`; one row without them where there is none.
#[must_use]
pub fn all() -> SelectStatement {
    state()
        .columns([(DEFINITION, "schema_name"), (DEFINITION, "definition")])
        .join(JoinType::LeftJoin, DEFINITION, Expr::val(1).eq(1))
        .order_by((DEFINITION, "schema_name"), Order::Asc)
        .take()
}

/// Stores a definition in place of one of its name.
#[must_use]
pub fn put(schema_name: &str, definition: &str) -> InsertStatement {
    Query::insert()
        .into_table(DEFINITION)
        .columns(["schema_name", "definition"])
        .values_panic([Expr::val(schema_name), Expr::val(definition)])
        .on_conflict(OnConflict::column("schema_name").update_column("definition").to_owned())
        .take()
}

/// Forgets a definition.
#[must_use]
pub fn remove(schema_name: &str) -> DeleteStatement {
    Query::delete().from_table(DEFINITION).and_where(Expr::col("schema_name").eq(schema_name)).take()
}

/// Counts one change.
#[must_use]
pub fn count_up() -> UpdateStatement {
    Query::update().table(STATE).value("generation", Expr::col("generation").add(1)).take()
}

/// Tells other instances, once the transaction is committed; nothing where a database cannot.
#[must_use]
pub fn notify(dialect: Dialect, generation: i64) -> Option<SelectStatement> {
    let call = Func::cust("pg_notify").args([Expr::val(CHANNEL), Expr::val(generation.to_string())]);
    // Only that it returns matters, not what.
    (dialect == Dialect::Postgres).then(|| Query::select().expr(Expr::expr(call).is_null()).take())
}

/// Goes on with a transaction that statements about tables have ended; nothing where they do not.
#[must_use]
pub fn resume(dialect: Dialect) -> Option<&'static str> {
    (dialect == Dialect::MySql).then_some("START TRANSACTION")
}

/// How many seconds a session on MariaDB waits for any lock.
#[must_use]
pub fn patience(seconds: u64) -> String {
    format!("SET SESSION lock_wait_timeout = {seconds}, SESSION innodb_lock_wait_timeout = {seconds}")
}

/// Lets one session at a time change definitions on MariaDB, where no lock outlives a change of tables but that of a
/// session: `entered`, 1 once it may, 0 when it has waited for so many seconds.
#[must_use]
pub fn enter_session(seconds: u64) -> SelectStatement {
    let lock = Func::cust("get_lock").args([session_lock(), Expr::val(seconds)]);
    Query::select().expr_as(lock, "entered").take()
}

/// Waits until no session on MariaDB changes definitions, for so many seconds.
#[must_use]
pub fn pass_session(seconds: u64) -> SelectStatement {
    let lock = Func::cust("get_lock").args([session_lock(), Expr::val(seconds)]);
    let release = Func::cust("release_lock").arg(session_lock());
    Query::select().expr(lock).expr(release).take()
}

/// The name of the lock: that of a database among those of the server.
fn session_lock() -> Expr {
    let name = Func::cust("concat").args([Expr::val(CHANNEL), Expr::val("."), Func::cust("database").into()]);
    Func::cust("sha1").arg(name).into()
}

/// Lets the next session in.
pub const LEAVE_SESSION: &str = "DO RELEASE_ALL_LOCKS()";

/// Lets one transaction at a time change definitions and says how many milliseconds it may wait for any lock; nothing
/// where only one writes anyway.
#[must_use]
pub fn enter(dialect: Dialect, timeout: u128) -> Vec<SelectStatement> {
    let wait =
        Func::cust("set_config").args([Expr::val("lock_timeout"), Expr::val(timeout.to_string()), Expr::val(true)]);
    let Some(lock) = dialect.exclusive(fingerprint(STATE)) else { return Vec::new() };
    vec![Query::select().expr(wait).take(), Query::select().expr(lock.is_null()).take()]
}
