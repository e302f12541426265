//! What documents say, against the definitions of the tables and entities they describe.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, cast, demo, scratch},
};

use super::{
    described, described_in_json,
    document::{Document, Navigation},
};

/// Tables that OData's rules leave no simple way to describe.
pub(super) fn awkward(backend: Backend) -> String {
    // MariaDB takes no foreign key between different types.
    let other = if backend == Backend::MariaDb { "bigint" } else { "integer" };
    // The longest name that PostgreSQL takes; in Latin letters it is twice as long.
    let long = format!("{}_id", "窗".repeat(20));
    format!(
        "create table \"2fa\" (id integer primary key, \"2fa\" varchar(9));
        create table container (id bigint primary key, code varchar(5) unique, label varchar(5) not null unique);
        create table crate (
            id integer primary key,
            container_id {other} references container (id) on delete set default,
            code varchar(5) not null references container (code),
            label varchar(5) references container (label)
        );
        create table bay (hall integer not null, number integer not null, primary key (hall, number));
        create table pallet (
            id integer primary key,
            hall integer not null,
            bay_number integer,
            foreign key (hall, bay_number) references bay (hall, number)
        );
        create table reading (at double precision primary key, note varchar(5));
        create table probe (id integer primary key, reading_at double precision references reading (at));
        create view crate_label as select label from crate;
        create table pane (id integer primary key);
        create table curtains_of_house (
            id integer primary key,
            \"{long}\" integer references pane (id),
            other_id integer references pane (id)
        );"
    )
}

/// A navigation property in one line, as a reader says it: what it leads to, and everything that is known of it.
fn line(document: &Document, ty: &str, name: &str) -> String {
    let Navigation { ty, collection, nullable, partner, constraints, on_delete, .. } =
        document.entity_type(ty).navigation(name);
    let ty = ty.strip_prefix("Relata.").unwrap();
    let target = match (collection, nullable) {
        (true, None) => format!("many {ty}"),
        (false, Some(true)) => format!("one {ty} or none"),
        (false, Some(false)) => format!("one {ty}"),
        other => panic!("{name} says {other:?}"),
    };
    let partner = partner.as_ref().map(|partner| format!(", partner {partner}"));
    let constraints: String =
        constraints.iter().map(|(dependent, principal)| format!(", {dependent} = {principal}")).collect();
    let on_delete = on_delete.as_ref().map(|action| format!(", on delete {action}"));
    format!("{target}{}{constraints}{}", partner.unwrap_or_default(), on_delete.unwrap_or_default())
}

#[apply(backends)]
#[tokio::test]
async fn both_ends_of_the_demos_relationships_say_what_code_declares(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for document in [described(&server).await, described_in_json(&server).await] {
        let check = |ty, name, expected: &str| assert_eq!(line(&document, ty, name), expected, "{ty}.{name}");
        // An optional lookup, whose link a delete removes.
        check(
            "Contact",
            "parentcustomeridAccount",
            "one Account or none, partner contactCustomerAccounts, accountid = accountid",
        );
        check("Account", "contactCustomerAccounts", "many Contact, partner parentcustomeridAccount, on delete SetNull");
        // A required one, which refuses deletes; one that is part of a key, and cascades.
        check("Salesorder", "account", "one Account, partner salesorders, accountid = accountid");
        check("Account", "salesorders", "many Salesorder, partner account, on delete None");
        check("Orderline", "salesorder", "one Salesorder, partner orderlines, salesorderid = salesorderid");
        check("Salesorder", "orderlines", "many Orderline, partner salesorder, on delete Cascade");
        // A hierarchy: both ends are on one type.
        check(
            "Systemuser",
            "manager",
            "one Systemuser or none, partner directReports, parentsystemuserid = systemuserid",
        );
        check("Systemuser", "directReports", "many Systemuser, partner manager, on delete SetNull");
        // One-to-one: the end without the lookup is single-valued and may be empty.
        check("Userprofile", "systemuser", "one Systemuser, partner userprofile, systemuserid = systemuserid");
        let reverse = line(&document, "Systemuser", "userprofile");
        assert!(reverse.starts_with("one Userprofile or none, partner systemuser"), "{reverse}");
        // Many-to-many: two collections, which delete nothing. The intersect's lookups have no partner.
        check("Systemuser", "teammembershipAssociation", "many Team, partner teammembershipAssociation");
        check("Team", "teammembershipAssociation", "many Systemuser, partner teammembershipAssociation");
        check("Contact", "follows", "many Contact, partner followedBy");
        check("Contact", "followedBy", "many Contact, partner follows");
        check("Teammembership", "team", "one Team, teamid = teamid");
        // The arms of a multi-table lookup share a key, which no constraint could tie to two targets.
        check("Socialprofile", "customeridAccount", "one Account or none, partner socialprofileCustomerAccounts");
        check("Socialprofile", "customeridContact", "one Contact or none, partner socialprofileCustomerContacts");
        check("Account", "socialprofileCustomerAccounts", "many Socialprofile, partner customeridAccount");
    }
}

#[apply(backends)]
#[tokio::test]
async fn keys_sets_and_enums_of_the_demo_are_described(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for document in [described(&server).await, described_in_json(&server).await] {
        assert_eq!(document.entity_type("Orderline").key, ["salesorderid", "line"]);
        assert_eq!(document.entity_type("Teammembership").key, ["teammembershipid"]);
        assert_eq!(document.entity_type("Systemuserrole").key, ["systemuserid", "roleid"]);
        let set = document.set("contacts").unwrap();
        assert_eq!(set.ty, "Relata.Contact");
        for (path, target) in [("parentcustomeridAccount", "accounts"), ("follows", "contacts")] {
            assert!(set.bindings.contains(&(path.to_owned(), target.to_owned())), "{:?}", set.bindings);
        }
        let members = |name: &str| {
            let ty = document.enum_types.iter().find(|ty| ty.name == name).unwrap();
            let mut members: Vec<(i64, &str)> =
                ty.members.iter().map(|(name, value)| (value.unwrap(), name.as_str())).collect();
            members.sort_unstable();
            members
        };
        // Numbers that a column holds stay; text is numbered in its order.
        assert_eq!(members("Preferredcontactmethod"), [(1, "ANY"), (2, "EMAIL"), (3, "PHONE"), (4, "MAIL")]);
        assert_eq!(members("Community"), [(0, "LINKEDIN"), (1, "MASTODON"), (2, "BLUESKY"), (3, "OTHER")]);
        let contact = document.entity_type("Contact");
        assert_eq!(contact.property("preferredcontactmethod").ty, "Relata.Preferredcontactmethod");
        assert!(document.find_enum_type("Relata.Preferredcontactmethod").is_some());
        // Comments of tables and columns.
        let description = |text: &str| vec![("Core.Description".to_owned(), text.to_owned())];
        assert_eq!(contact.annotations, description("A person the CRM deals with"));
        assert_eq!(contact.property("lastname").annotations, description("Family name"));
        assert_eq!(contact.property("firstname").annotations, []);
    }
}

#[apply(backends)]
#[tokio::test]
async fn every_pair_of_a_composite_lookup_is_a_constraint(#[case] backend: Backend) {
    let Some(server) = cast(backend, "csdl_composite").await else { return };
    for document in [described(&server).await, described_in_json(&server).await] {
        let shelf = line(&document, "Book", "shelf");
        let expected = "one Shelf or none, partner books, shelfAisle = aisle, shelfPosition = position";
        assert_eq!(shelf, expected);
        assert_eq!(document.entity_type("Shelf").key, ["aisle", "position"]);
        let check = |ty, name, expected: &str| assert_eq!(line(&document, ty, name), expected, "{ty}.{name}");
        check("Boss", "aides", "many Aide, partner boss, on delete Cascade");
        check("Boss", "badges", "many Badge, partner boss, on delete SetNull");
        check("Boss", "bills", "many Bill, partner boss, on delete None");
        check("Branch", "parent", "one Branch or none, partner branchesByParent, parentId = id");
        check("Branch", "branchesByParent", "many Branch, partner parent, on delete Cascade");
        check("Person", "desk", "one Desk or none, partner person, on delete SetNull");
    }
}

#[apply(backends)]
#[tokio::test]
async fn what_odata_has_no_words_for_is_left_out(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "csdl_awkward_content", &awkward(backend)).await else { return };
    for document in [described(&server).await, described_in_json(&server).await] {
        let check = |ty, name, expected: &str| assert_eq!(line(&document, ty, name), expected, "{ty}.{name}");
        // Types that differ; a key that may be null behind a lookup that may not; a lookup that may.
        if backend == Backend::MariaDb {
            // Of one type, and the database does not know what a default has to do with a delete.
            check("Crate", "container", "one Container or none, partner cratesByContainer, containerId = id");
            check("Container", "cratesByContainer", "many Crate, partner container, on delete None");
        } else {
            check("Crate", "container", "one Container or none, partner cratesByContainer");
            check("Container", "cratesByContainer", "many Crate, partner container, on delete SetDefault");
        }
        assert!(!line(&document, "Crate", "codeContainer").contains('='));
        assert!(line(&document, "Crate", "labelContainer").ends_with(", label = label"));
        // A part of the lookup is there even when nothing is linked.
        assert!(!line(&document, "Pallet", "bay").contains('='));
        // No key is of floating-point numbers, and without a key there is no set to be in.
        for ty in ["Reading", "CrateLabel"] {
            assert!(document.entity_type(ty).key.is_empty());
            assert!(!document.sets().iter().any(|set| set.ty == format!("Relata.{ty}")));
        }
        check("Probe", "readingAtReading", "one Reading or none, partner probes, readingAt = at");
        assert_eq!(document.set("probes").unwrap().bindings, []);
        // A type whose only property would have its name gives way, and so does the container to a table.
        assert!(document.entity_type("_2fa_2").find_property("_2fa").is_some());
        assert_eq!(document.containers[0].name, "Container_2");
        // Names end where OData's do.
        let pane = document.entity_type("Pane");
        assert_eq!(pane.navigation.len(), 2);
        assert!(pane.navigation.iter().any(|property| property.name.len() == 128), "{:?}", pane.navigation);
    }
}

#[apply(backends)]
#[tokio::test]
async fn types_and_facets_are_those_of_the_columns(#[case] backend: Backend) {
    let (uuid, bytes) = match backend {
        Backend::Sqlite => ("uuid_text", "blob"),
        Backend::Postgres => ("uuid", "bytea"),
        Backend::MariaDb => ("uuid", "blob"),
    };
    let statements = format!(
        "create table thing (
            id integer primary key, is_new boolean not null, small smallint, large bigint, ratio double precision,
            price decimal(10, 2), weight numeric, whole decimal(5), name varchar(20), about text, token {uuid},
            made_on date, opens_at time, seen_at timestamp, changed_at timestamp with time zone not null,
            document json, content {bytes});"
    );
    let Some(server) = scratch(backend, "csdl_types", &statements).await else { return };
    for document in [described(&server).await, described_in_json(&server).await] {
        let thing = document.entity_type("Thing");
        let check = |name: &str, ty: &str, facets: [Option<&str>; 3], nullable: bool| {
            let property = thing.property(name);
            assert_eq!((property.ty.as_str(), property.nullable), (ty, nullable), "{name}");
            let found = [&property.max_length, &property.precision, &property.scale].map(|facet| facet.as_deref());
            assert_eq!(found, facets, "{name}");
        };
        let none = [None, None, None];
        check("id", "Edm.Int32", none, false);
        check("isNew", "Edm.Boolean", none, false);
        check("small", "Edm.Int32", none, true);
        check("large", "Edm.Int64", none, true);
        check("ratio", "Edm.Double", none, true);
        check("price", "Edm.Decimal", [None, None, Some("2")], true);
        // On MariaDB a decimal without digits after the point, where none are declared.
        let digits = if backend == Backend::MariaDb { "0" } else { "variable" };
        check("weight", "Edm.Decimal", [None, None, Some(digits)], true);
        check("whole", "Edm.Decimal", [None, None, Some("0")], true);
        check("name", "Edm.String", [Some("20"), None, None], true);
        check("about", "Edm.String", none, true);
        check("token", "Edm.Guid", none, true);
        check("madeOn", "Edm.Date", none, true);
        check("opensAt", "Edm.TimeOfDay", [None, Some("9"), None], true);
        check("seenAt", "Edm.DateTimeOffset", [None, Some("9"), None], true);
        check("changedAt", "Edm.DateTimeOffset", [None, Some("9"), None], false);
        check("document", "Edm.Untyped", none, true);
        check("content", "Edm.Binary", none, true);
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_definition_is_described_by_the_next_request(#[case] backend: Backend) {
    let Some(server) = cast(backend, "csdl_definition").await else { return };
    let before = described(&server).await;
    assert!(before.entity_type("Toy").find_navigation("owner").is_none());
    server
        .data(
            "mutation {
                createOneToManyRelationship(input: {
                    schemaName: \"toy_owner\" referencedEntity: \"person\" referencingEntity: \"toy\"
                    lookup: { name: \"owner_id\" } description: \"Whose it is\"
                }) { schemaName }
                createMultiTableLookup(input: {
                    schemaName: \"toy_place\" referencingEntity: \"toy\" lookup: { name: \"place_id\" }
                    targets: [{ referencedEntity: \"desk\" }, { referencedEntity: \"team\" }]
                }) { schemaName }
            }",
        )
        .await;
    let (xml, json) = (described(&server).await, described_in_json(&server).await);
    for document in [&xml, &json] {
        let check = |ty, name, expected: &str| assert_eq!(line(document, ty, name), expected, "{ty}.{name}");
        check("Toy", "owner", "one Person or none, partner toys, ownerId = id");
        check("Person", "toys", "many Toy, partner owner, on delete SetNull");
        let description = [("Core.Description".to_owned(), "Whose it is".to_owned())];
        assert_eq!(document.entity_type("Toy").navigation("owner").annotations, description);
        assert_eq!(document.entity_type("Person").navigation("toys").annotations, description);
        // The arms share a key; what a delete does is known all the same.
        let arms: Vec<&Navigation> =
            document.entity_type("Toy").navigation.iter().filter(|arm| arm.name.starts_with("place")).collect();
        assert_eq!(arms.len(), 2);
        assert!(arms.iter().all(|arm| arm.nullable == Some(true) && arm.constraints.is_empty()));
        for target in ["Desk", "Team"] {
            assert_eq!(document.entity_type(target).navigation("toys").on_delete.as_deref(), Some("SetNull"));
        }
    }
    assert_eq!(xml.sorted(), json.sorted());
}
