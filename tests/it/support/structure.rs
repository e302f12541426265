//! What the databases' own catalogs say of tables.

use super::{Backend, Server};

const SQLITE_STRUCTURE: &str = "
    with t as (select name, type from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%')
    select 'column ' || t.name || ' ' || c.name || ' ' || c.type || ' not null ' || c.\"notnull\" || ' default '
        || coalesce(c.dflt_value, '-') || ' key ' || c.pk || ' hidden ' || c.hidden as v
        from t, pragma_table_xinfo(t.name) c
    union all select 'foreign key ' || t.name || ' ' || f.seq || ' ' || f.\"from\" || ' ' || f.\"table\" || ' '
        || coalesce(f.\"to\", '-') || ' ' || f.on_delete || ' ' || f.on_update
        from t, pragma_foreign_key_list(t.name) f
    union all select 'index ' || t.name || ' ' || iif(i.origin = 'c', i.name, i.origin) || ' unique ' || i.\"unique\"
        || ' partial ' || i.partial || ' '
        || (select group_concat(coalesce(x.name, '-') || ' ' || x.desc || ' ' || x.coll, ', ')
            from pragma_index_xinfo(i.name) x where x.key)
        from t, pragma_index_list(t.name) i
    union all select type || ' ' || name || ' on ' || tbl_name || ' ' || sql
        from sqlite_master where type in ('trigger', 'view')
    union all select 'table ' || l.name || ' strict ' || l.strict || ' without rowid ' || l.wr
        from pragma_table_list l where l.schema = 'main' and l.type = 'table' and l.name not like 'sqlite_%'
    order by 1";

const POSTGRES_STRUCTURE: &str = "
    select format('column %s %s %s(%s) nullable %s default %s', table_name, column_name, udt_name,
        character_maximum_length, is_nullable, column_default) as v
        from information_schema.columns where table_schema = 'public'
    union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        from pg_constraint where connamespace = 'public'::regnamespace
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select pg_get_triggerdef(t.oid) from pg_trigger t where not tgisinternal
    union all select format('view %s %s', viewname, definition) from pg_views where schemaname = 'public'
    order by 1";

const MARIADB_STRUCTURE: &str = "
    select concat_ws(' ', 'column', table_name, column_name, column_type, 'nullable', is_nullable,
        'default', column_default, collation_name, extra, generation_expression, column_comment) as v
        from information_schema.columns where table_schema = database()
    union all select concat_ws(' ', 'foreign key', k.table_name, k.constraint_name, k.column_name, k.ordinal_position,
        k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule)
        from information_schema.key_column_usage k join information_schema.referential_constraints r
            on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name
            and r.table_name = k.table_name
        where k.constraint_schema = database()
    union all select concat_ws(' ', 'check', table_name, constraint_name, check_clause)
        from information_schema.check_constraints where constraint_schema = database()
    union all select concat_ws(' ', 'index', table_name, index_name, seq_in_index, column_name, sub_part, non_unique)
        from information_schema.statistics where table_schema = database()
    union all select concat_ws(' ', 'trigger', trigger_name, event_object_table, action_statement)
        from information_schema.triggers where trigger_schema = database()
    union all select concat_ws(' ', 'view', table_name, view_definition)
        from information_schema.views where table_schema = database()
    order by 1";

/// What any DDL changes, even where it was undone by other DDL: numbers are given once.
const SQLITE_MARK: &str = "
    select 'version ' || schema_version as v from pragma_schema_version
    union all select type || ' ' || name || ' ' || rootpage || ' ' || coalesce(sql, '') from sqlite_master order by 1";

const POSTGRES_MARK: &str = "
    with c as (select * from pg_class where relnamespace = 'public'::regnamespace)
    select format('%s %s %s %s', c.relkind, c.relname, c.oid, c.relfilenode) as v from c
    union all select format('%s %s %s %s %s', a.attrelid, a.attnum, a.attname, a.attnotnull, a.attisdropped)
        from pg_attribute a join c on c.oid = a.attrelid
    union all select format('constraint %s %s', k.oid, k.conname) from pg_constraint k
        where k.connamespace = 'public'::regnamespace
    union all select format('comment %s %s %s', d.objoid, d.objsubid, d.description)
        from pg_description d join c on c.oid = d.objoid
    order by 1";

const MARIADB_MARK: &str = "
    select concat_ws(' ', 'table', t.name, t.table_id, t.n_cols) as v from information_schema.innodb_sys_tables t
        where t.name like concat(database(), '/%')
    union all select concat_ws(' ', 'index', i.name, i.index_id, i.table_id) from information_schema.innodb_sys_indexes i
        join information_schema.innodb_sys_tables t on t.table_id = i.table_id
        where t.name like concat(database(), '/%')
    union all select concat_ws(' ', 'changed', table_name, create_time, table_comment) from information_schema.tables
        where table_schema = database()
    order by 1";

impl Server {
    /// Every table, column, constraint, index, trigger and view, in an order that does not depend on how they came.
    pub(crate) async fn structure(&self) -> Vec<String> {
        let sql = match self.backend() {
            Backend::Sqlite => SQLITE_STRUCTURE,
            Backend::Postgres => POSTGRES_STRUCTURE,
            Backend::MariaDb => MARIADB_STRUCTURE,
        };
        self.texts(sql).await
    }

    /// The same without the gateway's own tables.
    pub(crate) async fn structure_of_data(&self) -> Vec<String> {
        self.structure().await.into_iter().filter(|line| !line.contains("relata_")).collect()
    }

    /// What is the same only where no DDL was run.
    pub(crate) async fn ddl_mark(&self) -> Vec<String> {
        let sql = match self.backend() {
            Backend::Sqlite => SQLITE_MARK,
            Backend::Postgres => POSTGRES_MARK,
            Backend::MariaDb => MARIADB_MARK,
        };
        self.texts(sql).await
    }

    /// The type of a column and whether it takes null; nothing where there is no such column.
    pub(crate) async fn column(&self, table: &str, column: &str) -> Option<(String, bool)> {
        let sql = match self.backend() {
            Backend::Sqlite => {
                format!(
                    "select lower(type) || ' ' || iif(\"notnull\", 'NO', 'YES') as v from pragma_table_xinfo('{table}')
                     where name = '{column}'"
                )
            }
            Backend::Postgres => {
                format!(
                    "select format_type(a.atttypid, a.atttypmod) || ' ' || case when a.attnotnull then 'NO' else 'YES' end as v
                     from pg_attribute a where a.attrelid = '\"{table}\"'::regclass and a.attname = '{column}'"
                )
            }
            Backend::MariaDb => format!(
                "select concat(if(column_type = 'int(11)', 'integer', column_type), ' ', is_nullable) as v from information_schema.columns
                 where table_schema = database() and table_name = '{table}' and column_name = '{column}'"
            ),
        };
        let found = self.texts(&sql).await.pop()?;
        let (ty, nullable) = found.rsplit_once(' ').unwrap();
        Some((ty.to_owned(), nullable == "YES"))
    }

    pub(crate) async fn has_table(&self, table: &str) -> bool {
        let sql = match self.backend() {
            Backend::Sqlite => {
                format!("select name as v from sqlite_master where name = '{table}'")
            }
            Backend::Postgres => {
                format!("select relname::text as v from pg_class where relname = '{table}'")
            }
            Backend::MariaDb => format!(
                "select table_name as v from information_schema.tables
                 where table_schema = database() and table_name = '{table}'"
            ),
        };
        !self.texts(&sql).await.is_empty()
    }

    /// The foreign keys of a table, each as `column -> table(column) ACTION`.
    pub(crate) async fn foreign_keys(&self, table: &str) -> Vec<String> {
        let sql = match self.backend() {
            Backend::Sqlite => {
                format!(
                    "select group_concat(\"from\", ', ') || ' -> ' || \"table\" || '(' || group_concat(\"to\", ', ') || ') '
                        || on_delete as v
                     from pragma_foreign_key_list('{table}') group by id order by 1"
                )
            }
            Backend::Postgres => {
                let columns = |numbers: &str, relation: &str| {
                    format!(
                        "(select string_agg(a.attname, ', ' order by n.position)
                          from unnest(k.{numbers}) with ordinality n(number, position)
                          join pg_attribute a on a.attrelid = k.{relation} and a.attnum = n.number)"
                    )
                };
                format!(
                    "select format('%s -> %s(%s) %s', {}, (select relname from pg_class where oid = k.confrelid), {},
                        case k.confdeltype when 'a' then 'NO ACTION' when 'r' then 'RESTRICT' when 'c' then 'CASCADE'
                            when 'n' then 'SET NULL' else 'SET DEFAULT' end) as v
                     from pg_constraint k where k.contype = 'f' and k.conrelid = '\"{table}\"'::regclass order by 1",
                    columns("conkey", "conrelid"),
                    columns("confkey", "confrelid")
                )
            }
            Backend::MariaDb => format!(
                "select concat(group_concat(k.column_name order by k.ordinal_position separator ', '), ' -> ',
                    k.referenced_table_name, '(',
                    group_concat(k.referenced_column_name order by k.ordinal_position separator ', '), ') ', r.delete_rule) as v
                 from information_schema.key_column_usage k join information_schema.referential_constraints r
                    on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name
                    and r.table_name = k.table_name
                 where k.constraint_schema = database() and k.table_name = '{table}'
                 group by k.constraint_name, k.referenced_table_name, r.delete_rule order by 1"
            ),
        };
        self.texts(&sql).await
    }

    /// The indexes of a table beside its primary key, each as `name (column)` or `unique name (column)`.
    pub(crate) async fn indexes(&self, table: &str) -> Vec<String> {
        let sql = match self.backend() {
            Backend::Sqlite => {
                format!(
                    "select iif(i.\"unique\", 'unique ', '') || i.name || ' ('
                        || (select group_concat(x.name, ', ') from pragma_index_info(i.name) x) || ')' as v
                     from pragma_index_list('{table}') i where i.origin <> 'pk' order by 1"
                )
            }
            Backend::Postgres => {
                format!(
                    "select format('%s%s (%s)', case when i.indisunique then 'unique ' else '' end, c.relname,
                        (select string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' order by n)
                         from generate_series(1, i.indnkeyatts) n)) as v
                     from pg_index i join pg_class c on c.oid = i.indexrelid
                     where i.indrelid = '\"{table}\"'::regclass and not i.indisprimary order by 1"
                )
            }
            Backend::MariaDb => format!(
                "select concat(if(non_unique, '', 'unique '), index_name, ' (',
                    group_concat(column_name order by seq_in_index separator ', '), ')') as v
                 from information_schema.statistics
                 where table_schema = database() and table_name = '{table}' and index_name <> 'PRIMARY'
                 group by index_name, non_unique order by 1"
            ),
        };
        self.texts(&sql).await
    }

    /// The columns of a table's primary key, in its order.
    pub(crate) async fn primary_key(&self, table: &str) -> Vec<String> {
        let sql = match self.backend() {
            Backend::Sqlite => {
                format!("select name as v from pragma_table_info('{table}') where pk > 0 order by pk")
            }
            Backend::Postgres => {
                format!(
                    "select a.attname::text as v from pg_index i, unnest(i.indkey) with ordinality n(number, position)
                     join pg_attribute a on a.attnum = n.number
                     where i.indrelid = '\"{table}\"'::regclass and i.indisprimary and a.attrelid = i.indrelid
                     order by n.position"
                )
            }
            Backend::MariaDb => format!(
                "select column_name as v from information_schema.statistics
                 where table_schema = database() and table_name = '{table}' and index_name = 'PRIMARY'
                 order by seq_in_index"
            ),
        };
        self.texts(&sql).await
    }
}
