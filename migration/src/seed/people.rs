//! Users, roles, teams and user profiles.

use chrono::NaiveTime;
use entity::team::Teamtype;
use entity::{role, systemuser, systemuserroles, team, teammembership, userprofile};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, Set};
use serde_json::{Value, json};

use super::insert;
use super::value::{Table, day, key, moment, numbered};

/// Number of users.
pub(super) const USERS: u32 = 14;

/// Full name, e-mail name, job title, number of the manager.
#[rustfmt::skip]
const PEOPLE: [(&str, &str, Option<&str>, Option<u32>); USERS as usize] = [
    ("Margarethe Öttinger", "m.oettinger", Some("Chief Commercial Officer"), None),
    ("Daniel O'Leary", "d.oleary", Some("Head of Sales, EMEA"), Some(1)),
    ("王 秀英", "x.wang", Some("Head of Sales, APAC"), Some(1)),
    ("Beatriz Nogueira", "b.nogueira", Some("Head of Customer Success"), Some(1)),
    ("Jonas Brandt", "j.brandt", Some("Account Executive"), Some(2)),
    ("Chloé Fontaine", "c.fontaine", Some("Account Executive"), Some(2)),
    ("Piotr Wójcik", "p.wojcik", Some("Inside Sales Representative"), Some(2)),
    ("Amara Okafor", "a.okafor", Some("Inside Sales Representative"), Some(2)),
    ("佐藤 健一", "k.sato", Some("Account Executive"), Some(3)),
    ("Priya Raghunathan", "p.raghunathan", Some("Account Executive"), Some(3)),
    ("Liam Fitzgerald", "l.fitzgerald", Some("Customer Success Manager"), Some(4)),
    ("Sofía Márquez", "s.marquez", None, Some(4)),
    ("Thomas \"Tom\" Becker", "t.becker", Some("Account Executive"), Some(2)),
    ("# Integration", "integration", None, None),
];

#[rustfmt::skip]
const ROLES: [(&str, Option<&str>); 6] = [
    ("System Administrator", Some("Sees and changes everything, including users and roles.")),
    ("Sales Manager", Some("Sees the whole region's accounts and orders; approves discounts above 10%.")),
    ("Salesperson", Some("Works on own accounts, contacts and orders.")),
    ("Customer Service Representative", Some("Works on tasks; reads accounts and contacts.")),
    ("Marketing Professional", Some("Works on lists and social profiles.")),
    ("Auditor", None),
];

#[rustfmt::skip]
const USER_ROLES: [(u32, u32); 22] = [
    (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (4, 4), (5, 3), (6, 3), (6, 5),
    (7, 3), (8, 3), (8, 5), (9, 3), (10, 3), (11, 4), (12, 4), (12, 5), (13, 3), (14, 1), (14, 4),
];

#[rustfmt::skip]
const TEAMS: [(&str, Teamtype, Option<&str>); 5] = [
    ("Enterprise EMEA", Teamtype::Owner, Some("Accounts in Europe with more than 500 employees")),
    ("Inside Sales", Teamtype::Owner, Some("Everything that comes in by phone or web form")),
    ("APAC", Teamtype::Owner, None),
    ("Deal Desk", Teamtype::Access, Some("Sees large orders before they're submitted")),
    ("Tiger Team 🐯", Teamtype::Access, Some("Waiting for the next escalation")),
];

#[rustfmt::skip]
const TEAM_MEMBERS: [(u32, u32); 16] = [
    (2, 1), (5, 1), (6, 1), (13, 1), (7, 2), (8, 2), (12, 2), (3, 3), (9, 3), (10, 3),
    (1, 4), (2, 4), (3, 4), (4, 4), (5, 4), (10, 4),
];

/// Time zone, locale, hour and minute the working day starts.
type Profile = (&'static str, &'static str, Option<(u32, u32)>);

/// The profiles of users 1 to 12.
#[rustfmt::skip]
const PROFILES: [Profile; 12] = [
    ("Europe/Berlin", "de-DE", Some((8, 0))),
    ("Europe/Dublin", "en-IE", Some((8, 30))),
    ("Asia/Shanghai", "zh-CN", Some((9, 0))),
    ("Europe/Lisbon", "pt-PT", Some((9, 30))),
    ("Europe/Zurich", "de-CH", Some((7, 15))),
    ("Europe/Paris", "fr-FR", Some((9, 0))),
    ("Europe/Warsaw", "pl-PL", Some((7, 0))),
    ("Africa/Lagos", "en-NG", None),
    ("Asia/Tokyo", "ja-JP", Some((9, 0))),
    ("Asia/Kolkata", "en-IN", Some((10, 45))),
    ("America/New_York", "en-US", Some((22, 0))),
    ("Europe/Madrid", "es-ES", None),
];

/// A PNG image of one transparent pixel.
const PIXEL: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0a, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x00, 0x01, 0x00, 0x00, 0x05, 0x00, 0x01, 0x0d, 0x0a, 0x2d, 0xb4, 0x00, 0x00,
    0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Inserts the people who work in the CRM.
pub(super) async fn seed<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    insert(db, users()).await?;
    insert(db, roles()).await?;
    insert(db, user_roles()).await?;
    insert(db, teams()).await?;
    insert(db, team_members()).await?;
    insert(db, profiles()).await
}

fn users() -> Vec<systemuser::ActiveModel> {
    numbered(PEOPLE)
        .map(|(n, (fullname, mailbox, title, manager))| systemuser::ActiveModel {
            systemuserid: Set(key(Table::Systemuser, n)),
            fullname: Set(fullname.to_owned()),
            internalemailaddress: Set(format!("{mailbox}@relata.example")),
            title: Set(title.map(str::to_owned)),
            isdisabled: Set(n >= 13),
            createdon: Set(moment(day(2021, n * 23), 480 + n * 7)),
            parentsystemuserid: Set(manager.map(|n| key(Table::Systemuser, n))),
        })
        .collect()
}

fn roles() -> Vec<role::ActiveModel> {
    numbered(ROLES)
        .map(|(n, (name, description))| role::ActiveModel {
            roleid: Set(key(Table::Role, n)),
            name: Set(name.to_owned()),
            description: Set(description.map(str::to_owned)),
        })
        .collect()
}

fn user_roles() -> Vec<systemuserroles::ActiveModel> {
    USER_ROLES
        .map(|(user, role)| systemuserroles::ActiveModel {
            systemuserid: Set(key(Table::Systemuser, user)),
            roleid: Set(key(Table::Role, role)),
        })
        .into()
}

fn teams() -> Vec<team::ActiveModel> {
    numbered(TEAMS)
        .map(|(n, (name, teamtype, description))| team::ActiveModel {
            teamid: Set(key(Table::Team, n)),
            name: Set(name.to_owned()),
            teamtype: Set(teamtype),
            description: Set(description.map(str::to_owned)),
        })
        .collect()
}

fn team_members() -> Vec<teammembership::ActiveModel> {
    numbered(TEAM_MEMBERS)
        .map(|(n, (user, team))| teammembership::ActiveModel {
            teammembershipid: Set(key(Table::Teammembership, n)),
            systemuserid: Set(key(Table::Systemuser, user)),
            teamid: Set(key(Table::Team, team)),
            versionnumber: Set(1 + i64::from(n % 3)),
        })
        .collect()
}

fn profiles() -> Vec<userprofile::ActiveModel> {
    numbered(PROFILES)
        .map(|(n, (timezone, localeid, start))| userprofile::ActiveModel {
            userprofileid: Set(key(Table::Userprofile, n)),
            systemuserid: Set(key(Table::Systemuser, n)),
            timezone: Set(timezone.to_owned()),
            localeid: Set(localeid.to_owned()),
            preferences: Set(preferences(n)),
            avatar: Set((n % 4 == 1).then(|| PIXEL.to_vec())),
            worktimestart: Set(start.and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0))),
        })
        .collect()
}

/// Settings in varied shapes; every third user has none.
fn preferences(number: u32) -> Option<Value> {
    match number % 3 {
        0 => None,
        1 => Some(json!({
            "theme": if number.is_multiple_of(2) { "dark" } else { "light" },
            "pagesize": 25 * number,
            "pinned": ["account", "salesorder"],
            "notify": { "email": true, "sms": false, "quiet": null },
        })),
        _ => Some(json!({ "theme": "system", "greeting": "¡Hola! \"" })),
    }
}
