//! `relata inspect --suggest`: what is proposed, and that all of it would be accepted.

use relata::{Config, Gateway};
use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, connection, run_sql},
};

/// What is suggested for tables, and the same with the `#` taken away.
async fn suggested(backend: Backend, name: &str, tables: &str) -> Option<(String, String)> {
    suggested_beside(backend, name, tables, "").await
}

/// The same beside a configuration that is there already, whose sections are others.
async fn suggested_beside(backend: Backend, name: &str, tables: &str, known: &str) -> Option<(String, String)> {
    let connection = connection(backend, &format!("suggest_{name}")).await?;
    run_sql(&connection, tables).await;
    let builder = || Gateway::builder(connection.clone()).discover(&[]);
    let text = builder().config(Config::parse("relata.toml", known).unwrap()).suggest().await.unwrap();
    // As it is printed it says nothing.
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    Config::parse("relata.toml", &text).unwrap();
    let uncommented: String = text
        .lines()
        .filter(|line| !line.starts_with("##"))
        .map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line)))
        .collect();
    let config = Config::parse("relata.toml", &format!("{known}\n{uncommented}"));
    let config = config.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let served = builder().config(config.clone()).build().await;
    served.unwrap_or_else(|error| panic!("{error}\n{text}"));
    // What was taken over is not suggested again.
    let again = builder().config(config).suggest().await.unwrap();
    assert!(again.ends_with("## Nothing is left to say.\n"), "{again}");
    Some((text.replace("public.", ""), uncommented))
}

#[apply(backends)]
#[tokio::test]
async fn what_the_tables_leave_open_is_suggested_and_accepted(#[case] backend: Backend) {
    let tables = "create table customers (id integer primary key, name varchar(20));
        create table orders (id integer primary key, customer_id integer, note varchar(20));
        create table tags (id integer primary key);
        create table order_tags (id integer primary key, order_id integer references orders (id),
            tag_id integer references tags (id));
        create table notes (id integer primary key, subject_type varchar(20), subject_id integer);
        create table log (line varchar(20), log_id integer, customer_id integer);
        create table order_detail (id integer primary key);
        create table order_details (id integer primary key, a_b integer, \"aB\" integer);
        create view recent as select id, note from orders;";
    let Some((text, lines)) = suggested(backend, "open", tables).await else { return };
    for expected in [
        "[[relationship]]\nfrom = { entity = \"orders\", columns = [\"customer_id\"] }\nto = { entity = \"customers\" }\n",
        "[[relationship]]\nfrom = { entity = \"log\", columns = [\"customer_id\"] }\nto = { entity = \"customers\" }\n",
        "[entity.\"order_tags\"]\nintersect = true\n",
        "[entity.\"log\"]\nkey = [\"log_id\"]\n",
        "[entity.\"recent\"]\nkey = [\"id\"]\n",
        "[entity.\"order_details\"]\nname = \"orderDetailEntity\"\nattribute.\"aB\".name = \"aBValue\"\n",
        "[[multi-table-lookup]]\nentity = \"notes\"\nname = \"subject\"\nkey = \"subject_id\"\n\
         discriminator = \"subject_type\"\ntargets = [{ entity = \"customers\", value = \"Customer\" }, ",
    ] {
        assert!(lines.contains(expected), "{expected}\n{text}");
    }
    assert!(text.contains("## \"orders.customer_id\" has no foreign key, but seems to lead to customers."), "{text}");
}

#[apply(backends)]
#[tokio::test]
async fn a_database_that_tells_everything_needs_nothing(#[case] backend: Backend) {
    let tables = "create table customers (id integer primary key, name varchar(20), tax_id varchar(20));
        create table orders (id integer primary key, customer_id integer references customers (id));
        create table likes (customer_id integer not null references customers (id),
            order_id integer not null references orders (id), primary key (customer_id, order_id));";
    let Some((text, lines)) = suggested(backend, "nothing", tables).await else { return };
    assert_eq!(lines.trim(), "", "{text}");
}

#[apply(backends)]
#[tokio::test]
async fn what_would_not_be_accepted_is_not_suggested(#[case] backend: Backend) {
    // The lookup would be called like an attribute, and the keys of the two tables are of different types.
    let tables = "create table photos (id integer primary key);
        create table \"it's \"\"odd\"\"\" (id integer primary key, \"photo id\" integer);
        create table notes (id integer primary key, subject varchar(20), subject_type varchar(20), subject_id integer,
            photo_id varchar(20));";
    let Some((text, lines)) = suggested(backend, "refused", tables).await else { return };
    assert!(!lines.contains("multi-table-lookup") && !lines.contains("\"photo_id\""), "{text}");
    assert!(lines.contains("from = { entity = \"it's \\\"odd\\\"\", columns = [\"photo id\"] }"), "{text}");
}

#[apply(backends)]
#[tokio::test]
async fn what_is_configured_is_not_suggested_again(#[case] backend: Backend) {
    let tables = "create table customers (id integer primary key, name varchar(20));
        create table orders (id integer primary key, customer_id integer, client_id integer, note varchar(20));
        create table tags (id integer primary key);
        create table order_tags (id integer primary key, order_id integer references orders (id),
            tag_id integer references tags (id));
        create table notes (id integer primary key, subject_type varchar(20), subject_id integer);
        create table log (log_id integer, line varchar(20));
        create table order_detail (id integer primary key);
        create table order_details (id integer primary key);
        create table remarks (id integer primary key, about_type varchar(20), about_id integer);
        create view recent as select id from orders;";
    let known = "[entity.customers]\nname = \"client\"\n[entity.order_tags]\nintersect = false\n\
        [entity.log]\nkey = [\"log_id\"]\n[entity.recent]\nkey = [\"id\"]\n[entity.order_details]\nname = \"item\"\n\
        [[relationship]]\nfrom = { entity = \"orders\", columns = [\"customer_id\"] }\nto = { entity = \"customers\" }\n\
        [[multi-table-lookup]]\nentity = \"notes\"\nname = \"subject\"\nkey = \"subject_id\"\n\
        discriminator = \"subject_type\"\ntargets = [{ entity = \"orders\", value = \"o\" }, { entity = \"tags\", value = \"t\" }]\n";
    let Some((text, lines)) = suggested_beside(backend, "again", tables, known).await else { return };
    // What is left: a lookup by the name that is given, and a key whose targets have that name.
    let lookup = "[[relationship]]\nfrom = { entity = \"orders\", columns = [\"client_id\"] }\nto = { entity = \"customers\" }\n";
    assert!(lines.contains(lookup), "{text}");
    let target = "{ entity = \"customers\", value = \"Client\" }";
    assert!(lines.contains("entity = \"remarks\"\nname = \"about\"") && lines.contains(target), "{text}");
    let headers: Vec<&str> = lines.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(headers, ["[[relationship]]", "[[multi-table-lookup]]"], "{text}");
}

#[apply(backends)]
#[tokio::test]
async fn what_meets_a_given_name_is_not_suggested(#[case] backend: Backend) {
    let tables = "create table photos (id integer primary key);
        create table notes (id integer primary key, photo_id integer, caption varchar(20));
        create table pages (id integer primary key, photo_id integer);";
    let known = "[entity.notes.attribute.caption]\nname = \"photo\"\n";
    let Some((text, lines)) = suggested_beside(backend, "given", tables, known).await else { return };
    assert!(lines.contains("entity = \"pages\"") && !lines.contains("\"notes\""), "{text}");
}
