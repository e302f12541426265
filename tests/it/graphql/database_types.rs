//! Types that only one database has, read as its own text.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, pluck, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn types_of_the_database_itself_are_keys_and_filters_like_others(#[case] backend: Backend) {
    let (mood, host) = match backend {
        Backend::Sqlite => ("varchar(9)", "varchar(40)"),
        Backend::Postgres => ("mood", "inet"),
        Backend::MariaDb => ("enum ('sad', 'happy')", "inet4"),
    };
    let before = if backend == Backend::Postgres { "create type mood as enum ('sad', 'happy');" } else { "" };
    let statements = format!(
        "{before}
         create table host (address {host} primary key, mood {mood} not null, unique (address, mood));
         create table visit (id integer primary key, host {host} references host (address), mood {mood},
            foreign key (host, mood) references host (address, mood));
         insert into host values ('10.0.0.1', 'sad'), ('10.0.0.2', 'happy');
         insert into visit values (1, '10.0.0.1', 'sad'), (2, '10.0.0.2', 'happy'), (3, '10.0.0.1', 'sad'), (4, null, null);"
    );
    let Some(server) = scratch(backend, "database_types", &statements).await else { return };
    let hosts = server.data("{ hosts(orderBy: {mood: DESC}) { ref address mood } }").await["hosts"].take();
    assert_eq!(hosts.as_array().unwrap().len(), 2);
    let definitions = "{ entityDefinition(logicalName: \"host\") { oneToManyRelationships { referencedEntityNavigationPropertyName } } }";
    let definitions = server.data(definitions).await["entityDefinition"]["oneToManyRelationships"].take();
    let collections = pluck(&definitions, "referencedEntityNavigationPropertyName");
    assert_eq!(collections.len(), 2);
    for collection in collections {
        for host in hosts.as_array().unwrap() {
            let (reference, address) = (host["ref"].as_str().unwrap(), host["address"].as_str().unwrap());
            let query = format!(
                "{{ node(ref: \"{reference}\") {{ ... on Host {{ {collection} {{ id }} {collection}Aggregate {{ count }}
                      {collection}Connection(first: 1) {{ nodes {{ id }} totalCount }} }} }}
                    hosts(where: {{address: {{eq: \"{address}\"}}}}) {{ ref }} list: hosts(where: {{address: {{in: [\"{address}\"]}}}}) {{ ref }}
                    hostsAggregate(groupBy: [ADDRESS]) {{ groups {{ key {{ address }} count }} }} }}"
            );
            let data = server.data(&query).await;
            let expected: &[&str] = if address.starts_with("10.0.0.1") { &["1", "3"] } else { &["2"] };
            assert_eq!(pluck(&data["node"][&collection], "id"), expected);
            assert_eq!(data["node"][format!("{collection}Aggregate")]["count"], expected.len());
            assert_eq!(data["node"][format!("{collection}Connection")]["totalCount"], expected.len());
            assert_eq!(pluck(&data["hosts"], "ref"), [reference]);
            assert_eq!(pluck(&data["list"], "ref"), [reference]);
            assert_eq!(data["hostsAggregate"]["groups"].as_array().unwrap().len(), 2);
        }
    }
}
