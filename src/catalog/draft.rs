//! What reflection hands to the builder: tables, columns and relations as their source spells them,
//! before naming and checking.

use super::{AttributeType, CascadeDelete, Comparison, Constant, DatabaseType, Problem, Table};

/// A table or view as reflection found it.
#[derive(Debug, Clone, Default)]
pub struct EntityDraft {
    /// Its name in the database.
    pub table: Option<Table>,
    /// Whether the database said so, and not code.
    pub is_discovered: bool,
    /// Whose name stays as it is where two meet: the lowest, and of equal ones the first by table.
    pub precedence: usize,
    /// Whether it is a view.
    pub is_view: bool,
    /// Whether the database said that it does nothing by itself when records change: no trigger, no rule, no policy. Only
    /// PostgreSQL is asked.
    pub is_passive: bool,
    /// The table's comment.
    pub description: Option<String>,
    /// Its columns in order.
    pub columns: Vec<ColumnDraft>,
    /// The primary key's columns in order.
    pub primary_key: Vec<String>,
    /// Unique constraints beside the primary key.
    pub unique_keys: Vec<KeyDraft>,
    /// The relations that it declares, from its own point of view.
    pub relations: Vec<RelationDraft>,
    /// What reflection found and could not take over.
    pub warnings: Vec<Problem>,
}

/// A column as reflection found it.
#[derive(Debug, Clone)]
pub struct ColumnDraft {
    /// Its name in the database.
    pub name: String,
    /// What its values are; nothing where the gateway has no type for it: left out with a warning.
    pub ty: Option<AttributeType>,
    /// The declared type, for casts and for the warning.
    pub database_type: Option<DatabaseType>,
    /// Whether it may hold null.
    pub nullable: bool,
    /// Whether the database fills it in.
    pub has_default: bool,
    /// Whether only the database writes it.
    pub generated: bool,
    /// Its comment.
    pub description: Option<String>,
}

/// A unique constraint as reflection found it.
#[derive(Debug, Clone)]
pub struct KeyDraft {
    /// Its columns in order.
    pub columns: Vec<String>,
}

/// A relation as one side declares it. The two declarations of one relationship become one by tables and columns.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a relation, not a state machine")]
pub struct RelationDraft {
    /// The name that the source gives to this end; nothing where the naming rule decides.
    pub name: Option<String>,
    /// Whether the declaring side holds the lookup.
    pub is_referencing: bool,
    /// Whether the other side has at most one record (one-to-one), for the side that is pointed at.
    pub is_single: bool,
    /// The columns of the declaring table.
    pub columns: Vec<String>,
    /// The other table.
    pub target: Table,
    /// The other table's columns, in the same order.
    pub target_columns: Vec<String>,
    /// Whether code says that it forms a hierarchy.
    pub hierarchical: bool,
    /// What the source says about deletes.
    pub delete: Option<CascadeDelete>,
    /// A constant condition; `Err` with the reason where the source has one that cannot be read.
    pub condition: Result<Option<ConditionDraft>, String>,
    /// The constraint's name in the database, where there is one.
    pub constraint: Option<String>,
    /// Whether only a configuration says so, and no database holds the values to it.
    pub is_assumed: bool,
}

/// A condition by column names.
#[derive(Debug, Clone, PartialEq)]
pub enum ConditionDraft {
    /// All hold.
    All(Vec<ConditionDraft>),
    /// At least one holds.
    Any(Vec<ConditionDraft>),
    /// It does not hold.
    Not(Box<ConditionDraft>),
    /// A column compared with constants.
    Compare {
        /// Whether it is a column of the declaring table, not of the other one.
        is_own: bool,
        /// The column.
        column: String,
        /// How.
        comparison: Comparison,
        /// With what.
        values: Vec<Constant>,
    },
    /// A column is null.
    IsNull {
        /// Whether it is a column of the declaring table, not of the other one.
        is_own: bool,
        /// The column.
        column: String,
    },
}

/// Names for the two ends of a many-to-many relationship, said beside the intersect entity, as fields have them.
#[derive(Debug, Clone)]
pub struct IntersectName {
    /// The intersect entity's table.
    pub table: Table,
    /// The definition's name.
    pub schema_name: String,
    /// For each end the intersect column that points at it and the name of its collection.
    pub ends: [(String, String); 2],
}
