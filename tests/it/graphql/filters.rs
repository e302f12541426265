//! Filters: every operator against plain SQL, and how conditions combine.

use relata::plan::operator::OPERATORS;
use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, Server, demo, pluck, scratch},
};

/// Checks filters on a set against conditions on its table.
async fn check(server: &Server, [set, table, key]: [&str; 3], checks: &[(&str, &str)]) {
    for (filter, condition) in checks {
        let data = server
            .data(&format!("{{ {set}(where: {{{filter}}}, orderBy: {{{key}: ASC}}, first: 500) {{ v: {key} }} }}"))
            .await;
        let expected = server.texts(&format!("select {key} as v from {table} where {condition} order by {key}")).await;
        assert_eq!(pluck(&data[set], "v"), expected, "{filter}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn every_operator_means_what_sql_means(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let checks = [
        ("title: {eq: \"Account Executive\"}", "title = 'Account Executive'"),
        ("title: {ne: \"Account Executive\"}", "title <> 'Account Executive'"),
        ("title: {in: [\"Account Executive\", \"nobody\"]}", "title in ('Account Executive', 'nobody')"),
        ("title: {notIn: [\"Account Executive\", \"nobody\"]}", "title not in ('Account Executive', 'nobody')"),
        ("title: {lt: \"Head\"}", "title < 'Head'"),
        ("title: {lte: \"Account Executive\"}", "title <= 'Account Executive'"),
        ("title: {gt: \"Head\"}", "title > 'Head'"),
        ("title: {gte: \"Inside Sales Representative\"}", "title >= 'Inside Sales Representative'"),
        ("title: {between: [\"B\", \"I\"]}", "title between 'B' and 'I'"),
        ("title: {isNull: true}", "title is null"),
        ("title: {isNull: false}", "title is not null"),
        ("title: {contains: \"Sales\"}", "title like '%Sales%'"),
        ("title: {startsWith: \"Head of \"}", "title like 'Head of %'"),
        ("title: {endsWith: \"Officer\"}", "title like '%Officer'"),
        ("title: {eqIgnoreCase: \"ACCOUNT executive\"}", "lower(title) = 'account executive'"),
        ("title: {containsIgnoreCase: \"SALES\"}", "lower(title) like '%sales%'"),
        ("title: {startsWithIgnoreCase: \"HEAD\"}", "lower(title) like 'head%'"),
        ("title: {endsWithIgnoreCase: \"REPRESENTATIVE\"}", "lower(title) like '%representative'"),
    ];
    for row in OPERATORS {
        assert!(
            checks.iter().any(|(filter, _)| filter.contains(&format!("{{{}:", row.name))),
            "{} is not checked",
            row.name
        );
    }
    check(&server, ["systemusers", "systemuser", "internalemailaddress"], &checks).await;
}

#[apply(backends)]
#[tokio::test]
async fn conditions_combine(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let checks = [
        ("title: {gte: \"B\", lt: \"I\"}", "title >= 'B' and title < 'I'"),
        ("title: {}", "1 = 1"),
        ("isdisabled: {eq: false}, title: {isNull: true}", "not isdisabled and title is null"),
        ("or: [{title: {isNull: true}}, {isdisabled: {eq: true}}]", "title is null or isdisabled"),
        (
            "isdisabled: {eq: false}, or: [{title: {contains: \"Head\"}}, {title: {contains: \"Chief\"}}]",
            "not isdisabled and (title like '%Head%' or title like '%Chief%')",
        ),
        // A null title is neither: SQL's logic of three values.
        ("not: {title: {eq: \"Account Executive\"}}", "not (title = 'Account Executive')"),
        ("not: {title: {isNull: true}}", "title is not null"),
        (
            "not: {or: [{title: {contains: \"Head\"}}, {isdisabled: {eq: true}}]}",
            "not (title like '%Head%' or isdisabled)",
        ),
        ("not: {and: []}", "1 = 0"),
        ("not: {or: []}", "1 = 1"),
        (
            "and: [{or: [{title: {isNull: true}}, {title: {gt: \"H\"}}]}, {not: {isdisabled: {eq: true}}}]",
            "(title is null or title > 'H') and not isdisabled",
        ),
    ];
    check(&server, ["systemusers", "systemuser", "internalemailaddress"], &checks).await;
}

#[apply(backends)]
#[tokio::test]
async fn numbers_compare_as_numbers(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let checks = [
        ("totalamount: {gt: \"900\"}", "totalamount > 900"),
        ("totalamount: {eq: \"1234.50\"}", "totalamount = 1234.5"),
        ("totalamount: {eq: \"1234.5\"}", "totalamount = 1234.5"),
        ("totalamount: {eq: 1234.5}", "totalamount = 1234.5"),
        ("totalamount: {in: [\"1234.5\", \"0.00\"]}", "totalamount in (1234.5, 0)"),
        ("totalamount: {notIn: [\"1234.5\"]}", "totalamount <> 1234.5"),
        ("totalamount: {between: [\"1e2\", \"2.5e3\"]}", "totalamount between 100 and 2500"),
        ("priority: {lt: 0}", "priority < 0"),
        ("priority: {in: [-1, 2]}", "priority in (-1, 2)"),
        ("exchangerate: {gt: 0.5}", "exchangerate > 0.5"),
        ("exchangerate: {eq: 0.92}", "exchangerate = 0.92"),
        ("exchangerate: {eq: 1}", "exchangerate = 1"),
        ("exchangerate: {in: [0.92, 0.00612]}", "exchangerate in (0.92, 0.00612)"),
        ("exchangerate: {isNull: true}", "exchangerate is null"),
        ("salesorderid: {between: [1003, 1007]}", "salesorderid between 1003 and 1007"),
    ];
    check(&server, ["salesorders", "salesorder", "salesorderid"], &checks).await;
    let checks = [
        ("followercount: {gt: \"1000\"}", "followercount > 1000"),
        ("followercount: {between: [9, 1000]}", "followercount between 9 and 1000"),
        ("followercount: {notIn: [\"37\"]}", "followercount <> 37"),
        ("community: {eq: MASTODON}", "community = 'mastodon'"),
        ("community: {notIn: [MASTODON, OTHER]}", "community not in ('mastodon', 'other')"),
    ];
    for (filter, condition) in checks {
        let data = server.data(&format!("{{ socialprofilesAggregate(where: {{{filter}}}) {{ count }} }}")).await;
        let expected = server.number(&format!("select count(*) as v from socialprofile where {condition}")).await;
        assert_eq!(data["socialprofilesAggregate"]["count"], expected, "{filter}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn dates_and_times_compare_as_such(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    // Both databases keep these as the same text, or compare with it as with a value.
    let moment = |text: &str| match backend {
        Backend::Sqlite => format!("strftime('%Y-%m-%d %H:%M:%S', '{text}')"),
        Backend::Postgres => format!("timestamp with time zone '{text}'"),
        // The session's time zone is UTC.
        Backend::MariaDb => format!("timestamp '{}'", text.trim_end_matches("+00:00")),
    };
    let column = match backend {
        Backend::Sqlite => "strftime('%Y-%m-%d %H:%M:%S', submittedon)",
        Backend::Postgres | Backend::MariaDb => "submittedon",
    };
    let exact = server.data("{ salesorder(key: {salesorderid: 1010}) { submittedon } }").await;
    let exact = exact["salesorder"]["submittedon"].as_str().unwrap();
    assert_eq!(exact, "2024-02-20T10:25:00Z");
    let checks = [
        ("orderedon: {lt: \"2024-03-01\"}".to_owned(), "orderedon < '2024-03-01'".to_owned()),
        ("orderedon: {eq: \"2024-02-20\"}".to_owned(), "orderedon = '2024-02-20'".to_owned()),
        (
            "orderedon: {in: [\"2024-02-20\", \"2024-02-25\"]}".to_owned(),
            "orderedon in ('2024-02-20', '2024-02-25')".to_owned(),
        ),
        (format!("submittedon: {{eq: \"{exact}\"}}"), "salesorderid = 1010".to_owned()),
        ("submittedon: {eq: \"2024-02-20T12:25:00+02:00\"}".to_owned(), "salesorderid = 1010".to_owned()),
        ("submittedon: {eq: \"2024-02-20T10:25:00\"}".to_owned(), "salesorderid = 1010".to_owned()),
        (format!("submittedon: {{in: [\"{exact}\"]}}"), "salesorderid = 1010".to_owned()),
        (
            "submittedon: {gt: \"2024-06-01T00:00:00Z\"}".to_owned(),
            format!("{column} > {}", moment("2024-06-01 00:00:00+00:00")),
        ),
        (
            "submittedon: {between: [\"2024-02-01T00:00:00Z\", \"2024-02-29T23:59:59.999Z\"]}".to_owned(),
            format!(
                "{column} between {} and {}",
                moment("2024-02-01 00:00:00+00:00"),
                moment("2024-02-29 23:59:59+00:00")
            ),
        ),
        ("submittedon: {isNull: true}".to_owned(), "submittedon is null".to_owned()),
    ];
    for (filter, condition) in &checks {
        check(&server, ["salesorders", "salesorder", "salesorderid"], &[(filter, condition)]).await;
    }
    let data = server.data("{ userprofiles(where: {worktimestart: {lt: \"08:30\"}}, orderBy: [{worktimestart: ASC}, {localeid: ASC}]) { localeid worktimestart } }").await;
    assert_eq!(pluck(&data["userprofiles"], "localeid"), ["pl-PL", "de-CH", "de-DE"]);
    assert_eq!(data["userprofiles"][1]["worktimestart"], "07:15:00");
}

#[apply(backends)]
#[tokio::test]
async fn padding_of_fixed_length_text_does_not_count(#[case] backend: Backend) {
    let statements = "create table land (code char(4) primary key); insert into land values ('de'), ('it');
        create table town (id integer primary key, code char(4) references land (code)); insert into town values (1, 'de');";
    let Some(server) = scratch(backend, "padding", statements).await else { return };
    for filter in ["eq: \"de\"", "in: [\"de\"]", "notIn: [\"it\"]"] {
        let data = server.data(&format!("{{ lands(where: {{code: {{{filter}}}}}) {{ towns {{ id }} }} }}")).await;
        assert_eq!(data, serde_json::json!({ "lands": [{ "towns": [{ "id": 1 }] }] }), "{filter}");
    }
}
