//! Orders and their lines.

use entity::{orderline, salesorder};
use rust_decimal::Decimal;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Set};

use super::insert;
use super::value::{Table, day, key, moment, pick};

/// Number of orders.
const ORDERS: u32 = 70;

/// The key of the first order is one more than this.
const BASE: u32 = 1000;

/// Accounts that come first and have orders.
const WITH_ORDERS: u32 = 30;

/// Product and price of one unit in hundredths of a cent.
#[rustfmt::skip]
const PRODUCTS: [(&str, i64); 15] = [
    ("Hex bolt M8 × 40", 1875),
    ("Bearing 6204-2RS", 42_500),
    ("Hydraulic hose, 2 m", 389_900),
    ("Control cabinet", 24_750_000),
    ("Sensor kit \"Pro\"", 1_199_000),
    ("Service contract, 1 year", 12_000_000),
    ("Installation (per hour)", 960_000),
    ("Cotton fabric, 100% organic", 87_550),
    ("Pallet, EUR 1", 114_000),
    ("Café Crème beans, 1 kg", 183_333),
    ("Shipping label roll", 65_025),
    ("Torx driver set", 349_500),
    ("Spare_part 7-B/2", 5),
    ("Training day on site", 14_500_000),
    ("精密ノギス 150 mm", 780_000),
];

/// Inserts the orders and their lines.
pub(super) async fn seed<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    let lines: Vec<Vec<orderline::ActiveModel>> = (1..=ORDERS).map(lines).collect();
    insert(db, (1..=ORDERS).zip(&lines).map(|(n, lines)| order(n, lines)).collect()).await?;
    insert(db, lines.into_iter().flatten().collect()).await?;
    // PostgreSQL does not count the keys given here, so its sequence has to be
    // moved past them.
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(
            "SELECT setval(pg_get_serial_sequence('salesorder', 'salesorderid'), \
             (SELECT max(salesorderid) FROM salesorder))",
        )
        .await?;
    }
    Ok(())
}

/// The key of order `number`.
fn order_key(number: u32) -> i32 {
    (BASE + number).cast_signed()
}

/// The total of a number of units at a price.
fn amount(quantity: i32, price: Decimal) -> Decimal {
    Decimal::from(quantity) * price
}

/// The number of the account that placed order `number`.
fn customer(number: u32) -> u32 {
    match number {
        n if n.is_multiple_of(5) => 1 + n / 5 % 2,
        n => 1 + n * 7 % WITH_ORDERS,
    }
}

fn order(number: u32, lines: &[orderline::ActiveModel]) -> salesorder::ActiveModel {
    let total: Decimal = lines.iter().map(|line| amount(*line.quantity.as_ref(), *line.priceperunit.as_ref())).sum();
    let mut total = total.round_dp(2);
    total.rescale(2);
    let orderedon = day(2024, number * 5);
    salesorder::ActiveModel {
        salesorderid: Set(order_key(number)),
        ordernumber: Set(format!("SO-2024-{number:04}")),
        orderedon: Set(orderedon),
        submittedon: Set((number % 5 != 2).then(|| moment(orderedon, 555 + number * 7))),
        totalamount: Set(total),
        accountid: Set(key(Table::Account, customer(number))),
        priority: Set(pick(&[0, 0, 1, 0, 2, -1], number)),
        exchangerate: Set(pick(&[None, Some(0.92), None, Some(1.0625), Some(0.006_12)], number)),
    }
}

/// The lines of order `number`: none to four.
fn lines(number: u32) -> Vec<orderline::ActiveModel> {
    let count = match number {
        n if n.is_multiple_of(23) => 0,
        10 => 1,
        n => 1 + n % 4,
    };
    (1..=count)
        .map(|line| {
            let (productname, price) = pick(&PRODUCTS, number * number / 3 + line * line);
            let (quantity, price) = match number {
                // A total that ends in a zero: 3 × 411.5000 = 1234.50.
                10 => (3, 4_115_000),
                n => ((1 + n * line % 12).cast_signed(), price),
            };
            orderline::ActiveModel {
                salesorderid: Set(order_key(number)),
                line: Set(line.cast_signed()),
                productname: Set(productname.to_owned()),
                quantity: Set(quantity),
                priceperunit: Set(Decimal::new(price, 4)),
                note: Set(note(number + line).map(str::to_owned)),
            }
        })
        .collect()
}

/// A remark; most lines have none.
fn note(number: u32) -> Option<&'static str> {
    match number % 11 {
        0 => Some("Deliver to gate 3, ask for Mr. O'Neill"),
        4 => Some("5% discount agreed by phone"),
        8 => Some("Bitte ohne Lieferschein\nverpacken 📦"),
        _ => None,
    }
}
