//! Cases 76, 77, 82, 85 and 86 over SeaORM's entities, which know nothing of columns that were made after them.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, demo_key, demo_of_its_own, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn c076_c085_c086_a_lookup_over_entities(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c076_demo").await else { return };
    let fields = server.fields().await;
    server.define(&Defining::one_to_many("account_keeper", "account", "systemuser", "keeper_id")).await;
    let (ty, _) = server.column("systemuser", "systemuserid").await.unwrap();
    assert_eq!(server.column("account", "keeper_id").await, Some((ty, true)));
    assert!(fields.is_subset(&server.fields().await));

    let user = "{internalemailaddress: \"d.oleary@relata.example\"}";
    // The entity's hook fills in when the account was created.
    let data = server
        .data(&format!(
            "mutation {{
                createAccount(input: {{accountid: \"{}\", name: \"New\", createdby: {{ref: {user}}}, keeper: {{ref: {user}}},
                    salesorders: {{create: [{{ordernumber: \"SO-N\", orderedon: \"2025-01-01\", totalamount: \"1\"}}]}}}}) {{
                    account {{ createdon keeper {{ fullname }} createdby {{ fullname }} salesorders {{ ordernumber }} }} }}
                associateSystemuserAccounts(key: {user}, refs: [{{accountnumber: \"AC-02603\"}}]) {{ changed }}
                updateAccount(key: {{accountnumber: \"AC-05480\"}}, input: {{name: \"Kept\", keeper: {{ref: {user}}}}}) {{
                    account {{ name keeper {{ internalemailaddress }} }} }} }}",
            demo_key("8acc", 900)
        ))
        .await;
    let account = &data["createAccount"]["account"];
    assert!(account["createdon"].is_string());
    assert_eq!(
        (&account["keeper"], &account["salesorders"]),
        (&account["createdby"], &json!([{ "ordernumber": "SO-N" }]))
    );
    assert_eq!(data["updateAccount"]["account"]["name"], "Kept");
    let kept = "select name as v from account join systemuser on systemuserid = keeper_id
        where internalemailaddress = 'd.oleary@relata.example' order by name";
    assert_eq!(server.texts(kept).await, ["Humongous Insurance", "Kept", "New"]);
    let data = server
        .data(&format!("{{ systemuser(key: {user}) {{ accounts(orderBy: [{{name: DESC}}], first: 2) {{ name }} accountsAggregate {{ count }} }}
            accounts(where: {{keeper: {{internalemailaddress: {{startsWith: \"d.o\"}}}}}}, orderBy: [{{name: ASC}}]) {{ name etag }} }}"))
        .await;
    assert_eq!(pluck(&data["systemuser"]["accounts"], "name"), ["New", "Kept"]);
    assert_eq!(data["systemuser"]["accountsAggregate"]["count"], 3);
    assert_eq!(pluck(&data["accounts"], "name"), ["Humongous Insurance", "Kept", "New"]);

    let total = server.number("select count(*) as v from account").await;
    server.define(&Defining::update("account_keeper", json!({ "cascade": { "delete": "RESTRICT" } }))).await;
    let extensions = server.code_of(&format!("mutation {{ deleteSystemuser(key: {user}) {{ outcome }} }}")).await;
    assert_eq!(extensions["code"], "RESTRICTED");
    assert_eq!(server.texts(kept).await.len(), 3);
    let payload = server.define(&Defining::delete("account_keeper")).await;
    assert_eq!(payload["relationship"], json!(null));
    assert_eq!(server.column("account", "keeper_id").await, None);
    assert_eq!(server.number("select count(*) as v from account").await, total);
    assert_eq!(server.fields().await, fields);
    server.data("mutation { updateAccount(key: {accountnumber: \"AC-05480\"}, input: {name: \"Again\"}) { account { name etag } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn c076_a_link_over_a_new_lookup_counts_the_version_up(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c076_version").await else { return };
    server.define(&Defining::one_to_many("contact_agent", "contact", "systemuser", "agent_id")).await;
    let versions = "select versionnumber as v from contact where emailaddress1 = 'david.garcia@mail.example'";
    let before: i64 = server.texts(versions).await[0].parse().unwrap();
    let link = "mutation { associateContactAgent(key: {emailaddress1: \"david.garcia@mail.example\"},
        ref: {internalemailaddress: \"d.oleary@relata.example\"}) { changed } }";
    assert_eq!(server.data(link).await["associateContactAgent"]["changed"], true);
    assert_eq!(server.texts(versions).await, [(before + 1).to_string()]);
    assert_eq!(server.data(link).await["associateContactAgent"]["changed"], false);
    assert_eq!(server.texts(versions).await, [(before + 1).to_string()]);
}

#[apply(backends)]
#[tokio::test]
async fn c077_c086_pairs_of_entities(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c077_demo").await else { return };
    let fields = server.fields().await;
    server.define(&Defining::many_to_many("contact_teams", "contactteam", "contact", "team")).await;
    let data = server
        .data("mutation { associateContactContactTeams(key: {emailaddress1: \"david.garcia@mail.example\"},
            refs: [{ref: \"teams(00000000-0000-4000-8ea0-000000000001)\"}, {ref: \"teams(00000000-0000-4000-8ea0-000000000002)\"}]) {
            results { status } contact { contactTeams { contactTeams { lastname } } } } }")
        .await;
    let teams = json!([{ "contactTeams": [{ "lastname": "García" }] }, { "contactTeams": [{ "lastname": "García" }] }]);
    assert_eq!(data["associateContactContactTeams"]["contact"]["contactTeams"], teams);
    let pairs = "select count(*) as v from contactteam p join contact c on c.contactid = p.contact_id
        join team t on t.teamid = p.team_id";
    assert_eq!(server.number(pairs).await, 2);
    server.data("mutation { deleteContact(key: {emailaddress1: \"david.garcia@mail.example\"}) { outcome } }").await;
    assert_eq!(server.number("select count(*) as v from contactteam").await, 0);
    server.define(&Defining::delete("contact_teams")).await;
    assert!(!server.has_table("contactteam").await);
    assert_eq!(server.fields().await, fields);
}

#[apply(backends)]
#[tokio::test]
async fn c082_a_lookup_over_several_entities(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c082_demo").await else { return };
    let fields = server.fields().await;
    let lookup = Defining::multi_table("task_subject", "task", "about_id", &["contact", "team"])
        .with("targets.0.referencingEntityNavigationPropertyName", "aboutContact")
        .with("targets.1.referencingEntityNavigationPropertyName", "aboutTeam")
        .with("targets.0.referencedEntityNavigationPropertyName", "tasksAbout")
        .with("targets.1.referencedEntityNavigationPropertyName", "tasksAbout");
    server.define(&lookup).await;
    let task =
        server.texts(&format!("select {} as v from task order by taskid", backend.uuid("taskid"))).await.remove(0);
    let data = server
        .data(&format!(
            "mutation {{ updateTask(key: {{taskid: \"{task}\"}}, input: {{aboutContact: {{ref: {{emailaddress1: \"david.garcia@mail.example\"}}}}}}) {{
                task {{ about {{ __typename ... on Contact {{ lastname tasksAbout {{ taskid }} }} }} aboutTeam {{ name }} aboutType }} }} }}"
        ))
        .await;
    let about = json!({ "__typename": "Contact", "lastname": "García", "tasksAbout": [{ "taskid": task }] });
    assert_eq!(data["updateTask"]["task"], json!({ "about": about, "aboutTeam": null, "aboutType": "contact" }));
    let joined = "select count(*) as v from task join contact on contactid = about_id and about_type = 'contact'";
    assert_eq!(server.number(joined).await, 1);
    server.define(&Defining::delete("task_subject")).await;
    assert_eq!(server.column("task", "about_id").await, None);
    assert_eq!(server.column("task", "about_type").await, None);
    assert_eq!(server.fields().await, fields);
}

#[apply(backends)]
#[tokio::test]
async fn c085_what_entities_declare_may_be_overridden(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c085_demo").await else { return };
    let mark = server.structure_of_data().await;
    let delete = "mutation { deleteList(key: {ref: \"LIST\"}) { outcome } }";
    let lists = server.data("{ lists(where: {tasks: {some: {}}}, first: 1) { ref tasksAggregate { count } } }").await;
    let delete = delete.replace("LIST", lists["lists"][0]["ref"].as_str().unwrap());
    let payload = server.define(&Defining::update("task_list", json!({ "cascade": { "delete": "RESTRICT" } }))).await;
    assert_eq!(payload["ddl"], json!([]));
    let extensions = server.code_of(&delete).await;
    assert_eq!((&extensions["code"], &extensions["relationship"]), (&json!("RESTRICTED"), &json!("task_list")));
    assert_eq!(extensions["count"], lists["lists"][0]["tasksAggregate"]["count"]);
    assert_eq!(server.structure_of_data().await, mark);
    server.refuses_to_drop("task_list", "FORBIDDEN").await;
    server.refuses_to_drop("contactfollow", "FORBIDDEN").await;
    server.refuses_to_drop("socialprofile_customeridAccount", "FORBIDDEN").await;
}

impl crate::support::Server {
    /// The extensions of the only error.
    async fn code_of(&self, mutation: &str) -> serde_json::Value {
        let response = self.run(mutation, json!({})).await;
        assert_eq!(response["errors"].as_array().map(Vec::len), Some(1), "{response:#}");
        response["errors"][0]["extensions"].clone()
    }

    /// A definition that must not be deleted; nothing of the tables changes.
    async fn refuses_to_drop(&self, schema_name: &str, code: &str) {
        let mark = self.ddl_mark().await;
        assert_eq!(self.try_define(&Defining::delete(schema_name)).await, Err(code.to_owned()), "{schema_name}");
        assert_eq!(self.ddl_mark().await, mark);
    }
}
