//! E. Read: cases 71, 72 (own filter, order and page at every depth) and 73.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, demo, pluck, text},
};

#[apply(backends)]
#[tokio::test]
async fn c071_references_alone_are_the_set_name_and_the_key(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "{ accounts(orderBy: {accountid: ASC}) { ref contactCustomerAccounts { ref __typename }
        createdby { ref __typename } } }";
    let data = server.data(query).await;
    for account in data["accounts"].as_array().unwrap() {
        let reference = account["ref"].as_str().unwrap();
        let key = reference.strip_prefix("accounts(").and_then(|rest| rest.strip_suffix(')')).unwrap();
        let sql = format!(
            "select {} as v from contact where {} = '{key}' order by contactid",
            backend.uuid("contactid"),
            backend.uuid("accountid"),
        );
        let expected: Vec<_> = server.texts(&sql).await.iter().map(|key| format!("contacts({key})")).collect();
        assert_eq!(pluck(&account["contactCustomerAccounts"], "ref"), expected);
        assert!(pluck(&account["contactCustomerAccounts"], "__typename").iter().all(|name| name == "Contact"));
        let sql = format!(
            "select {} as v from account where {} = '{key}'",
            backend.uuid("createdbyid"),
            backend.uuid("accountid")
        );
        assert_eq!(text(&account["createdby"]["ref"]), format!("systemusers({})", server.texts(&sql).await[0]));
        assert_eq!(account["createdby"]["__typename"], "Systemuser");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c071_counts_honour_the_filter_and_ignore_page_and_order(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let all = server.number("select count(*) as v from contact").await;
    let some = server.number("select count(*) as v from contact where lastname >= 'M'").await;
    let data = server
        .data(
            "{ a: contactsConnection(first: 1) { totalCount }
               b: contactsConnection(first: 0, orderBy: {lastname: DESC}) { totalCount nodes { ref } }
               c: contactsConnection(first: 3, where: {lastname: {gte: \"M\"}}) { totalCount nodes { ref } }
               d: contactsConnection(last: 2, where: {lastname: {gte: \"M\"}}, orderBy: {firstname: ASC}) { totalCount }
               e: contactsAggregate(where: {lastname: {gte: \"M\"}}) { count } }",
        )
        .await;
    assert_eq!(data["a"]["totalCount"], all);
    assert_eq!(data["b"]["totalCount"], all);
    assert_eq!(data["b"]["nodes"].as_array().unwrap().len(), 0);
    assert_eq!(data["c"]["totalCount"], some);
    assert_eq!(data["c"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(data["d"]["totalCount"], some);
    assert_eq!(data["e"]["count"], some);
}

#[apply(backends)]
#[tokio::test]
async fn c071_counts_per_parent_honour_the_filter_and_ignore_the_page(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ contacts(first: 200) { contactid
                follows: followsConnection(first: 1) { totalCount nodes { ref } }
                some: followedByConnection(where: {donotcall: {eq: true}}, first: 1) { totalCount } } }",
        )
        .await;
    for contact in data["contacts"].as_array().unwrap() {
        let key = text(&contact["contactid"]);
        let follows = format!("select count(*) as v from contactfollow where {} = '{key}'", backend.uuid("followerid"));
        assert_eq!(contact["follows"]["totalCount"], server.number(&follows).await);
        let some = format!(
            "select count(*) as v from contactfollow f join contact c on c.contactid = f.followerid
             where {} = '{key}' and c.donotcall",
            backend.uuid("f.followedid")
        );
        assert_eq!(contact["some"]["totalCount"], server.number(&some).await);
    }
}

#[apply(backends)]
#[tokio::test]
async fn c072_filter_order_and_page_are_honoured_at_every_depth(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ accounts(where: {salesorders: {some: {}}}, orderBy: {name: DESC}, first: 7, offset: 2) { accountid name
                salesorders(where: {priority: {gte: 0}}, orderBy: [{priority: DESC}, {salesorderid: DESC}], first: 2, offset: 1) {
                  salesorderid
                  orderlines(where: {quantity: {gt: 1}}, orderBy: {quantity: DESC}, first: 2) { line } } } }",
        )
        .await;
    let accounts = format!(
        "select name as v, {} as id from account a where exists (select 1 from salesorder s where s.accountid = a.accountid)
         order by name desc, accountid limit 7 offset 2",
        backend.uuid("accountid")
    );
    let expected = server.sql(&accounts).await;
    let answered = data["accounts"].as_array().unwrap();
    assert_eq!(answered.len(), expected.len());
    let mut lines_seen = 0;
    for (account, row) in answered.iter().zip(&expected) {
        assert_eq!(account["name"], row["v"]);
        let orders = format!(
            "select salesorderid as v from salesorder where {} = '{}' and priority >= 0
             order by priority desc, salesorderid desc limit 2 offset 1",
            backend.uuid("accountid"),
            text(&row["id"]),
        );
        assert_eq!(pluck(&account["salesorders"], "salesorderid"), server.texts(&orders).await);
        for order in account["salesorders"].as_array().unwrap() {
            let lines = format!(
                "select line as v from orderline where salesorderid = {} and quantity > 1
                 order by quantity desc, salesorderid, line limit 2",
                order["salesorderid"]
            );
            let expected = server.texts(&lines).await;
            lines_seen += expected.len();
            assert_eq!(pluck(&order["orderlines"], "line"), expected);
        }
    }
    assert!(lines_seen > 3, "the data is too poor for this test");
}

#[apply(backends)]
#[tokio::test]
async fn c073_quantifiers_over_a_collection_mean_what_they_say(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let members = "from contact c where c.accountid = a.accountid";
    for (filter, condition) in [
        ("some: {}", format!("exists (select 1 {members})")),
        ("none: {}", format!("not exists (select 1 {members})")),
        ("some: {donotcall: {eq: true}}", format!("exists (select 1 {members} and c.donotcall)")),
        ("none: {donotcall: {eq: true}}", format!("not exists (select 1 {members} and c.donotcall)")),
        ("every: {donotcall: {eq: false}}", format!("not exists (select 1 {members} and c.donotcall)")),
        // A null fulfils no comparison.
        (
            "every: {birthdate: {lt: \"1990-01-01\"}}",
            format!("not exists (select 1 {members} and (c.birthdate is null or not (c.birthdate < '1990-01-01')))"),
        ),
        ("every: {}", "1 = 1".to_owned()),
        (
            "some: {donotcall: {eq: true}}, none: {versionnumber: {eq: 2}}",
            format!(
                "exists (select 1 {members} and c.donotcall) and not exists (select 1 {members} and c.versionnumber = 2)"
            ),
        ),
    ] {
        let query = format!(
            "{{ accounts(where: {{contactCustomerAccounts: {{{filter}}}}}, orderBy: {{name: ASC}}) {{ name }} }}"
        );
        let answered = server.data(&query).await;
        let expected = format!("select name as v from account a where {condition} order by name, accountid");
        assert_eq!(pluck(&answered["accounts"], "name"), server.texts(&expected).await, "{filter}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c073_quantifiers_hold_over_many_to_many_and_self_relationships(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let teams = "from teammembership m join team t on t.teamid = m.teamid where m.systemuserid = u.systemuserid";
    let reports = "from systemuser r where r.parentsystemuserid = u.systemuserid";
    for (filter, condition) in [
        ("teammembershipAssociation: {some: {}}", format!("exists (select 1 {teams})")),
        ("teammembershipAssociation: {none: {}}", format!("not exists (select 1 {teams})")),
        (
            "teammembershipAssociation: {every: {teamtype: {eq: ACCESS}}}",
            format!("not exists (select 1 {teams} and t.teamtype <> 'access')"),
        ),
        (
            "teammembershipAssociation: {some: {teamtype: {eq: OWNER}}}",
            format!("exists (select 1 {teams} and t.teamtype = 'owner')"),
        ),
        ("directReports: {some: {}}", format!("exists (select 1 {reports})")),
        (
            "directReports: {none: {title: {isNull: true}}}",
            format!("not exists (select 1 {reports} and r.title is null)"),
        ),
        (
            "directReports: {every: {isdisabled: {eq: false}}}",
            format!("not exists (select 1 {reports} and r.isdisabled)"),
        ),
        (
            "manager: {directReports: {some: {title: {isNull: true}}}}",
            "exists (select 1 from systemuser m where m.systemuserid = u.parentsystemuserid and exists
                (select 1 from systemuser r where r.parentsystemuserid = m.systemuserid and r.title is null))"
                .to_owned(),
        ),
        ("managerExists: true", "u.parentsystemuserid is not null".to_owned()),
        ("managerExists: false", "u.parentsystemuserid is null".to_owned()),
        (
            "userprofileExists: false",
            "not exists (select 1 from userprofile p where p.systemuserid = u.systemuserid)".to_owned(),
        ),
        ("not: {manager: {isdisabled: {eq: false}}}", "u.parentsystemuserid is null".to_owned()),
    ] {
        let query = format!(
            "{{ systemusers(where: {{{filter}}}, orderBy: {{internalemailaddress: ASC}}) {{ v: internalemailaddress }} }}"
        );
        let answered = server.data(&query).await;
        let expected = format!(
            "select internalemailaddress as v from systemuser u where {condition} order by internalemailaddress"
        );
        assert_eq!(pluck(&answered["systemusers"], "v"), server.texts(&expected).await, "{filter}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c073_existence_of_an_arm_of_a_multi_table_lookup_needs_the_record(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let account = "exists (select 1 from account a where a.accountid = s.customer_id and s.customer_type = 'account')";
    let contact = "exists (select 1 from contact c where c.contactid = s.customer_id and s.customer_type = 'contact')";
    for (filter, condition) in [
        ("customeridAccountExists: true", account.to_owned()),
        ("customeridAccountExists: false", format!("not {account}")),
        ("customeridContactExists: true", contact.to_owned()),
        ("customeridAccountExists: false, customeridContactExists: false", format!("not {account} and not {contact}")),
    ] {
        let query = format!("{{ socialprofiles(where: {{{filter}}}) {{ v: socialprofileid }} }}");
        let answered = server.data(&query).await;
        let key = backend.uuid("socialprofileid");
        let expected = format!("select {key} as v from socialprofile s where {condition} order by socialprofileid");
        assert_eq!(pluck(&answered["socialprofiles"], "v"), server.texts(&expected).await, "{filter}");
    }
}
