//! Accounts, contacts, who follows whom, and social profiles.

use std::collections::BTreeSet;

use entity::account::Industry::{
    self, FinancialServices, FoodAndAgriculture, HealthCare, InformationTechnology, Manufacturing, PublicSector,
    Retail, TransportAndLogistics,
};
use entity::contact::Preferredcontactmethod;
use entity::socialprofile::{CUSTOMER_ACCOUNT, CUSTOMER_CONTACT, Community};
use entity::{account, contact, contactfollow, socialprofile};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, Set};

use super::insert;
use super::people::USERS;
use super::value::{Table, cents, day, key, moment, numbered, pick};

/// Number of contacts.
const CONTACTS: u32 = 120;

/// Name, industry, revenue in cents, employees, domain.
type Company = (&'static str, Option<Industry>, Option<i64>, Option<i32>, Option<&'static str>);

/// The last six have no contacts, no tasks and no orders.
#[rustfmt::skip]
const COMPANIES: [Company; 40] = [
    ("Nordwind Maschinenbau GmbH", Some(Manufacturing), Some(48_200_000_000), Some(2150), Some("nordwind.example")),
    ("Adatum Retail Group", Some(Retail), Some(125_000_000_000), Some(18_400), Some("adatum.example")),
    ("Crédit Rhône-Alpes", Some(FinancialServices), Some(310_500_000_000), Some(9800), Some("credit-ra.example")),
    ("Blåbär & Söner AB", Some(FoodAndAgriculture), Some(7_500_000_000), Some(320), Some("blabar.example")),
    ("Contoso Pharmaceuticals", Some(HealthCare), Some(98_700_000_000), Some(6400), Some("contoso.example")),
    ("東京精密工業株式会社", Some(Manufacturing), Some(56_000_000_000), Some(3100), Some("tokyo-seimitsu.example")),
    ("Fabrikam Logistics", Some(TransportAndLogistics), Some(22_350_000_000), Some(1475), Some("fabrikam.example")),
    ("100% Cotton_Mills", Some(Manufacturing), Some(123_450), Some(12), Some("cotton-mills.example")),
    ("O'Hara & Daughters", Some(Retail), Some(7_500_000_000), Some(64), Some("ohara.example")),
    ("Zürcher Kantonsspital", Some(HealthCare), Some(110_000_000_000), Some(8300), Some("zks.example")),
    ("Alpine Ski House", Some(Retail), Some(1_250_000_000), Some(85), Some("alpineski.example")),
    ("Wide World Importers", Some(TransportAndLogistics), Some(22_350_000_000), Some(1020), Some("wwi.example")),
    ("Litware, Inc.", Some(InformationTechnology), Some(18_000_000_000), Some(740), Some("litware.example")),
    ("Stadtwerke Görlitz", Some(PublicSector), Some(9_900_000_000), Some(410), Some("stadtwerke-gr.example")),
    ("Proseware \"Labs\"", Some(InformationTechnology), Some(450_000_000), Some(38), Some("proseware.example")),
    ("Trey Research", Some(InformationTechnology), None, Some(55), Some("treyresearch.example")),
    ("Bodegas Ibáñez", Some(FoodAndAgriculture), Some(1_250_000_000), Some(140), Some("bodegas-ibanez.example")),
    ("Woodgrove Bank", Some(FinancialServices), Some(540_000_000_000), Some(21_000), Some("woodgrove.example")),
    ("Humongous Insurance", Some(FinancialServices), Some(880_000_000_000), Some(34_500), Some("humongous.example")),
    ("한빛소프트웨어", Some(InformationTechnology), Some(7_500_000_000), Some(560), Some("hanbit.example")),
    ("Łódź Textile Works", Some(Manufacturing), Some(3_340_000_000), Some(890), Some("lodz-textile.example")),
    ("Tailspin Toys", Some(Retail), Some(6_120_000_000), Some(430), Some("tailspin.example")),
    ("Ministry of Silly Walks", Some(PublicSector), Some(0), Some(3), None),
    ("Graphic Design Institute", Some(PublicSector), None, Some(75), Some("gdi.example")),
    ("Lucerne Publishing", Some(Retail), Some(2_080_000_000), Some(190), Some("lucerne.example")),
    ("Coho Vineyard", Some(FoodAndAgriculture), Some(890_050_000), Some(48), Some("coho.example")),
    ("Southridge Video", Some(InformationTechnology), Some(1_250_000_000), Some(66), Some("southridge.example")),
    ("Café Größenwahn KG", Some(FoodAndAgriculture), Some(41_299_999), Some(9), None),
    ("Consolidated Messenger", Some(TransportAndLogistics), Some(64_000_000_000), Some(12_250), Some("messenger.example")),
    ("Fourth Coffee", Some(FoodAndAgriculture), Some(5_675_000_000), Some(2800), Some("fourthcoffee.example")),
    ("VanArsdel, Ltd.", Some(Manufacturing), Some(15_500_000_000), Some(960), Some("vanarsdel.example")),
    ("Relecloud", Some(InformationTechnology), Some(33_333_333_333), Some(1999), Some("relecloud.example")),
    ("The Phone Company", Some(InformationTechnology), Some(120_000_000_000), None, Some("phone.example")),
    ("Đà Nẵng Shipping", Some(TransportAndLogistics), Some(4_410_000_000), Some(350), Some("danang-shipping.example")),
    ("Rocket Startup 🚀", None, None, None, None),
    ("Best For You Organics", Some(FoodAndAgriculture), Some(99), Some(1), Some("bestforyou.example")),
    ("Name With \\ Backslash", None, Some(1_250_000_000), None, None),
    ("adatum retail group", Some(Retail), None, None, None),
    ("A. Datum Corporation, Successors of the Worshipful Company of Clockmakers and Chronometer Makers of Northern Europe", Some(Manufacturing), Some(99_999_999_999_999), Some(i32::MAX), None),
    ("Zzz Dormant Holdings", Some(FinancialServices), Some(-250_000_000), Some(0), None),
];

/// Companies that come first in `COMPANIES` and have contacts.
const WITH_CONTACTS: u32 = 34;

/// Given names, as written and in plain letters.
#[rustfmt::skip]
const FIRST_NAMES: [(&str, &str); 40] = [
    ("Anna", "anna"), ("Jürgen", "juergen"), ("Marie", "marie"), ("Søren", "soeren"), ("Elena", "elena"),
    ("太郎", "taro"), ("Fatima", "fatima"), ("Lukas", "lukas"), ("Zoë", "zoe"), ("Ivan", "ivan"),
    ("Grace", "grace"), ("José", "jose"), ("Ingrid", "ingrid"), ("Omar", "omar"), ("Léa", "lea"),
    ("Wei", "wei"), ("Kateřina", "katerina"), ("Sean", "sean"), ("Aisha", "aisha"), ("Björn", "bjoern"),
    ("Carmen", "carmen"), ("David", "david"), ("Hye-jin", "hyejin"), ("Mateusz", "mateusz"), ("Olga", "olga"),
    ("Ravi", "ravi"), ("Simone", "simone"), ("Þór", "thor"), ("Uma", "uma"), ("Victor", "victor"),
    ("Yuki", "yuki"), ("Anna", "anna.k"), ("Bruno", "bruno"), ("Chiara", "chiara"), ("Dmitri", "dmitri"),
    ("Emeka", "emeka"), ("François", "francois"), ("Greta", "greta"), ("Hassan", "hassan"), ("Ines", "ines"),
];

/// Family names, as written and in plain letters.
#[rustfmt::skip]
const LAST_NAMES: [(&str, &str); 30] = [
    ("Schmidt", "schmidt"), ("Müller", "mueller"), ("O'Brien", "obrien"), ("García", "garcia"), ("山田", "yamada"),
    ("Nguyễn", "nguyen"), ("Kowalska", "kowalska"), ("Dubois", "dubois"), ("Andersen", "andersen"), ("Rossi", "rossi"),
    ("d'Angelo", "dangelo"), ("Smith", "smith"), ("Yılmaz", "yilmaz"), ("Kim", "kim"), ("Petrov", "petrov"),
    ("van der Berg", "vanderberg"), ("Åkesson", "akesson"), ("Silva", "silva"), ("Haddad", "haddad"), ("Novák", "novak"),
    ("Patel", "patel"), ("李", "li"), ("Johnson", "johnson"), ("Weiß", "weiss"), ("Ferreira", "ferreira"),
    ("Mac Giolla Phádraig", "macgiolla"), ("Okonkwo", "okonkwo"), ("Bianchi", "bianchi"), ("Meyer", "meyer"), ("Zimmermann", "zimmermann"),
];

/// Inserts the companies and people the CRM deals with.
pub(super) async fn seed<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    insert(db, accounts()).await?;
    insert(db, contacts()).await?;
    insert(db, follows()).await?;
    insert(db, social_profiles()).await
}

fn accounts() -> Vec<account::ActiveModel> {
    numbered(COMPANIES)
        .map(|(n, (name, industry, revenue, employees, domain))| account::ActiveModel {
            accountid: Set(key(Table::Account, n)),
            name: Set(name.to_owned()),
            accountnumber: Set((n % 9 != 0).then(|| format!("AC-{:05}", n * 137))),
            industry: Set(industry),
            revenue: Set(revenue.map(cents)),
            numberofemployees: Set(employees),
            websiteurl: Set(domain.map(|domain| format!("https://www.{domain}/"))),
            createdbyid: Set(key(Table::Systemuser, 5 + n * n % (USERS - 4))),
            createdon: Set(moment(day(2022, n * 17), 540 + n * 11)),
            versionnumber: Set(1 + i64::from(n % 5)),
        })
        .collect()
}

/// The number of the company contact `number` works for, if any.
fn employer(number: u32) -> Option<u32> {
    match number {
        n if n.is_multiple_of(8) => None,
        n if n.is_multiple_of(3) => Some(1 + n % 5),
        n => Some(1 + n * 13 % WITH_CONTACTS),
    }
}

fn contacts() -> Vec<contact::ActiveModel> {
    // The first names and the last names go round at different speeds, so that
    // no two contacts share both.
    (1..=CONTACTS)
        .map(|n| {
            let (first, first_plain) = pick(&FIRST_NAMES, n * 7);
            let (last, last_plain) = pick(&LAST_NAMES, n * 11);
            contact::ActiveModel {
                contactid: Set(key(Table::Contact, n)),
                firstname: Set((n % 29 != 0).then(|| first.to_owned())),
                lastname: Set(last.to_owned()),
                emailaddress1: Set((n % 10 != 7).then(|| format!("{first_plain}.{last_plain}@mail.example"))),
                birthdate: Set((n % 4 != 3).then(|| day(1952 + (n * 7 % 50).cast_signed(), n * 31 % 365))),
                annualincome: Set((n % 5 != 0).then(|| cents(2_800_000 + i64::from(n * n % 37) * 275_050))),
                preferredcontactmethod: Set(contact_method(n)),
                donotcall: Set(n % 6 == 0),
                accountid: Set(employer(n).map(|n| key(Table::Account, n))),
                versionnumber: Set(1 + i64::from(n % 4)),
            }
        })
        .collect()
}

/// How contact `number` wants to be reached; every fifth has not said.
fn contact_method(number: u32) -> Option<Preferredcontactmethod> {
    match number % 5 {
        0 => None,
        1 => Some(Preferredcontactmethod::Any),
        2 => Some(Preferredcontactmethod::Email),
        3 => Some(Preferredcontactmethod::Phone),
        _ => Some(Preferredcontactmethod::Mail),
    }
}

fn follows() -> Vec<contactfollow::ActiveModel> {
    let mut pairs = BTreeSet::new();
    // Neighbours who follow each other.
    for n in 1..=12 {
        pairs.insert((2 * n, 2 * n + 1));
        pairs.insert((2 * n + 1, 2 * n));
    }
    // Two contacts many others follow.
    for n in 30..=44 {
        pairs.insert((n, 1));
        pairs.insert((n + 20, 4));
    }
    // One contact who follows many others.
    for n in 1..=12 {
        pairs.insert((99, n * 8));
    }
    // A chain through the whole table.
    for n in 0..24 {
        pairs.insert((1 + n * 5, 1 + (n + 1) * 5 % CONTACTS));
    }
    // One contact who follows herself.
    pairs.insert((42, 42));
    pairs
        .into_iter()
        .map(|(follower, followed)| contactfollow::ActiveModel {
            followerid: Set(key(Table::Contact, follower)),
            followedid: Set(key(Table::Contact, followed)),
        })
        .collect()
}

fn social_profiles() -> Vec<socialprofile::ActiveModel> {
    const COMMUNITIES: [Community; 4] =
        [Community::Linkedin, Community::Mastodon, Community::Bluesky, Community::Other];
    (1..=60)
        .map(|n| {
            let (name, customer, customer_type) = match n % 5 {
                // Imported with the wrong table: the key is an account's, so the
                // profile belongs to nobody.
                0 if n == 60 => {
                    let account = key(Table::Account, 1);
                    ("@imported_badly".to_owned(), Some(account), Some(CUSTOMER_CONTACT))
                }
                0 => (format!("@unclaimed_{n:02}"), None, None),
                1 | 3 => {
                    let account = 1 + n * 3 % 30;
                    let name = pick(&COMPANIES, account - 1).0;
                    let account = key(Table::Account, account);
                    (name.to_owned(), Some(account), Some(CUSTOMER_ACCOUNT))
                }
                _ => {
                    let contact = 1 + n * 7 % 40;
                    let (first, _) = pick(&FIRST_NAMES, contact * 7);
                    let (last, _) = pick(&LAST_NAMES, contact * 11);
                    let contact = key(Table::Contact, contact);
                    (format!("{first} {last}"), Some(contact), Some(CUSTOMER_CONTACT))
                }
            };
            socialprofile::ActiveModel {
                socialprofileid: Set(key(Table::Socialprofile, n)),
                profilename: Set(name),
                community: Set(pick(&COMMUNITIES, n * 7 / 3)),
                followercount: Set(followers(n)),
                customer_id: Set(customer),
                customer_type: Set(customer_type.map(str::to_owned)),
            }
        })
        .collect()
}

/// Follower counts, among them one no 64-bit float can hold.
fn followers(number: u32) -> Option<i64> {
    match number {
        13 => Some(9_007_199_254_740_993),
        n if n % 7 == 0 => None,
        n => Some(i64::from(n * n * 37 % 9973)),
    }
}
