//! Many tables of ten columns, each of which points at the one before it and at one half as far.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseConnection};

/// Makes so many tables, `item0` and on, in an empty database.
pub(crate) async fn make(connection: &DatabaseConnection, tables: usize) {
    let statements: Vec<String> = (0..tables).map(table).collect();
    for statements in statements.chunks(100) {
        connection.execute_unprepared(&format!("begin; {} commit;", statements.concat())).await.unwrap();
    }
}

fn table(number: usize) -> String {
    let (previous, half) = (number.saturating_sub(1), number / 2);
    let texts = (0..7).fold(String::new(), |mut all, text| {
        let _ = write!(all, ", text{text} varchar(40)");
        all
    });
    format!(
        "create table item{number} (id integer primary key, previous_id integer references item{previous} (id),
         half_id integer references item{half} (id){texts});"
    )
}
