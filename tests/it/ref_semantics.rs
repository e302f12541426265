//! The page on `$ref` does what it says: its examples run in order, and what they leave is looked at with plain SQL.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    readme::examples,
    support::{Backend, demo_of_its_own},
};

/// Whether an answer has all that is shown; of errors, the page shows a part.
pub(crate) fn shows(shown: &Value, answer: &Value) -> bool {
    match (shown, answer) {
        (Value::Object(shown), Value::Object(answer)) => {
            shown.iter().all(|(key, value)| answer.get(key).is_some_and(|other| shows(value, other)))
        }
        (Value::Array(shown), Value::Array(answer)) => {
            shown.len() == answer.len() && shown.iter().zip(answer).all(|(shown, answer)| shows(shown, answer))
        }
        _ => shown == answer,
    }
}

#[apply(backends)]
#[tokio::test]
async fn every_example_of_the_page_on_links_answers_as_it_says(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "ref_semantics").await else { return };
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ref-semantics.md")).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 20);
    for (operation, shown) in examples {
        let answer = server.run(&operation, json!({})).await;
        let shown: Value = serde_json::from_str(&shown).unwrap();
        if shown.get("errors").is_some() {
            assert!(shows(&shown, &answer), "{operation}\n{answer:#}");
        } else {
            assert_eq!(answer, json!({ "data": shown }), "{operation}\n{answer:#}");
        }
    }

    let names = async |sql: &str| server.texts(sql).await;
    let members = |account: u32| {
        let account = backend.demo_key("8acc", account);
        format!("select lastname as v from contact where accountid = {account} order by 1")
    };
    assert_eq!(names(&members(38)).await, ["Johnson"]);
    assert_eq!(names(&members(40)).await, ["Adams", "Baker", "Smith"]);
    assert_eq!(names(&members(900)).await, ["Cole", "Dana", "Meyer"]);
    assert_eq!(
        names("select firstname as v from contact where emailaddress1 like 'katerina.meyer@%'").await,
        ["Katka"]
    );
    assert_eq!(server.number("select count(*) as v from contact where lastname = 'Eaton'").await, 0);
    let auditors = "select systemuserid from systemuserroles join role on role.roleid = systemuserroles.roleid
        where role.name = 'Auditor'";
    assert_eq!(server.number(&format!("select count(*) as v from ({auditors}) t")).await, 0);
    let profile = backend.demo_key("850c", 1);
    let owner = format!("select customer_type as v from socialprofile where socialprofileid = {profile}");
    assert_eq!(names(&owner).await, ["contact"]);
}
