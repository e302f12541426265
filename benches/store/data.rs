//! A music store of Chinook's shape and size, made from nothing but a number. What follows is always the same for
//! the same size, and the same on every database.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait};

/// The tables, in an order in which each comes after those that it refers to.
const TABLES: &str = "
create table artist (artist_id integer not null primary key, name varchar(120));
create table album (album_id integer not null primary key, title varchar(160) not null,
    artist_id integer not null references artist (artist_id));
create table genre (genre_id integer not null primary key, name varchar(120));
create table media_type (media_type_id integer not null primary key, name varchar(120));
create table track (track_id integer not null primary key, name varchar(200) not null,
    album_id integer references album (album_id),
    media_type_id integer not null references media_type (media_type_id),
    genre_id integer references genre (genre_id), composer varchar(220), milliseconds integer not null,
    bytes integer, unit_price numeric(10, 2) not null);
create table playlist (playlist_id integer not null primary key, name varchar(120));
create table playlist_track (playlist_id integer not null references playlist (playlist_id),
    track_id integer not null references track (track_id), primary key (playlist_id, track_id));
create table employee (employee_id integer not null primary key, last_name varchar(20) not null,
    first_name varchar(20) not null, title varchar(30), reports_to integer references employee (employee_id));
create table customer (customer_id integer not null primary key, first_name varchar(40) not null,
    last_name varchar(20) not null, country varchar(40), email varchar(60) not null,
    support_rep_id integer references employee (employee_id));
create table invoice (invoice_id integer not null primary key,
    customer_id integer not null references customer (customer_id), invoice_date timestamp not null,
    billing_country varchar(40), total numeric(10, 2) not null);
create table invoice_line (invoice_line_id integer not null primary key,
    invoice_id integer not null references invoice (invoice_id),
    track_id integer not null references track (track_id), unit_price numeric(10, 2) not null,
    quantity integer not null);
";

/// An index for every foreign key that is not the start of a primary key.
const INDEXES: &str = "
create index album_artist on album (artist_id);
create index track_album on track (album_id);
create index track_genre on track (genre_id);
create index track_media_type on track (media_type_id);
create index playlist_track_track on playlist_track (track_id);
create index employee_reports_to on employee (reports_to);
create index customer_support_rep on customer (support_rep_id);
create index invoice_customer on invoice (customer_id);
create index invoice_line_invoice on invoice_line (invoice_id);
create index invoice_line_track on invoice_line (track_id);
";

/// How many tracks Chinook has.
pub(crate) const TRACKS: usize = 3_503;

/// The tracks of each playlist, in Chinook's proportions.
const PLAYLISTS: [usize; 18] = [3_290, 0, 213, 0, 1_477, 0, 0, 3_290, 1, 213, 39, 75, 25, 25, 25, 15, 26, 1];

const COUNTRIES: [&str; 8] = ["USA", "Canada", "Brazil", "France", "Germany", "Portugal", "India", "Norway"];
const SYLLABLES: [&str; 16] =
    ["ba", "co", "du", "fe", "gi", "ha", "jo", "ku", "le", "mi", "no", "pu", "ra", "so", "té", "vü"];

/// Makes and fills the tables in an empty database, with about this many tracks and the rest in proportion. Nothing is
/// held in memory but a statement at a time.
pub(crate) async fn fill(connection: &DatabaseConnection, tracks: usize) {
    let scaled = |count: usize| (count * tracks).div_ceil(TRACKS);
    let (artists, albums) = (scaled(275), scaled(347));
    let mut store = Store { transaction: connection.begin().await.unwrap(), random: 0x5eed };
    store.run(TABLES).await;
    store.table("artist", artists, |store, id| format!("{id}, '{}'", store.words(2))).await;
    store
        .table("album", albums, |store, id| {
            // Three artists of four have an album, some have several.
            let with_albums = (artists * 3 / 4).max(1);
            let artist = if id <= with_albums { id } else { 1 + store.below(with_albums) };
            format!("{id}, '{}', {artist}", store.words(3))
        })
        .await;
    store.table("genre", 25, |store, id| format!("{id}, '{}'", store.words(1))).await;
    store.table("media_type", 5, |store, id| format!("{id}, '{} audio file'", store.words(1))).await;
    store
        .table("track", tracks, |store, id| {
            let composer = if store.below(4) == 0 { "null".to_owned() } else { format!("'{}'", store.words(4)) };
            let milliseconds = 60_000 + store.below(400_000);
            let (name, album) = (store.words(3), 1 + (id - 1) * albums / tracks);
            let (media_type, genre) = (1 + store.below(5), 1 + store.below(25));
            let price = if store.below(16) == 0 { "1.99" } else { "0.99" };
            format!(
                "{id}, '{name}', {album}, {media_type}, {genre}, {composer}, {milliseconds}, {}, {price}",
                milliseconds * 33
            )
        })
        .await;
    store.table("playlist", PLAYLISTS.len(), |store, id| format!("{id}, '{}'", store.words(2))).await;
    for (index, size) in PLAYLISTS.iter().enumerate() {
        let size = scaled(*size).min(tracks);
        store
            .table("playlist_track", size, |_, id| {
                // Spread over all tracks, none of them twice.
                format!("{}, {}", index + 1, 1 + (id - 1) * tracks / size)
            })
            .await;
    }
    store
        .table("employee", 8, |store, id| {
            let manager = if id == 1 { "null".to_owned() } else { (id / 3 + 1).min(id - 1).to_string() };
            format!("{id}, '{}', '{}', 'Sales', {manager}", store.words(1), store.words(1))
        })
        .await;
    store
        .table("customer", scaled(59), |store, id| {
            let country = COUNTRIES[7 - store.below(64).isqrt()];
            // A number makes the name unique, so that an order by it is the same everywhere.
            let (first, last) = (store.words(1), store.words(1));
            format!("{id}, '{first}', '{last} {id:05}', '{country}', '{id}@example.org', {}", 3 + store.below(3))
        })
        .await;
    store
        .table("invoice", scaled(412), |store, id| {
            let (customer, day) = (1 + (id - 1) % scaled(59), 1 + store.below(28));
            let (euros, cents) = (store.below(25), store.below(100));
            format!("{id}, {customer}, '2024-{:02}-{day:02} 00:00:00', 'USA', {euros}.{cents:02}", 1 + id % 12)
        })
        .await;
    store
        .table("invoice_line", scaled(2_240), |store, id| {
            format!("{id}, {}, {}, 0.99, 1", 1 + (id - 1) % scaled(412), 1 + store.below(tracks))
        })
        .await;
    // The rows of a table are in before its indexes.
    store.run(INDEXES).await;
    store.run(analyze(connection.get_database_backend())).await;
    store.transaction.commit().await.unwrap();
}

/// Lets the database count what is in its tables.
fn analyze(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::MySql => {
            "analyze table artist, album, genre, media_type, track, playlist, playlist_track, employee, customer, \
             invoice, invoice_line;\n"
        }
        _ => "analyze;\n",
    }
}

/// The store in the making, and where its random numbers are.
struct Store {
    transaction: DatabaseTransaction,
    random: u64,
}

impl Store {
    async fn run(&self, statements: &str) {
        self.transaction.execute_unprepared(statements).await.unwrap();
    }

    /// Fills a table with rows numbered from one.
    async fn table(&mut self, name: &str, count: usize, row: impl Fn(&mut Self, usize) -> String) {
        let mut statement = String::new();
        for id in 1..=count {
            let row = row(self, id);
            // Several hundred rows in a statement, which every database takes.
            match id % 500 {
                1 => write!(statement, "insert into {name} values ({row})").unwrap(),
                _ => write!(statement, ",({row})").unwrap(),
            }
            if id % 500 == 0 || id == count {
                self.run(&statement).await;
                statement.clear();
            }
        }
    }

    /// A number from zero up to, but not including, the limit (`SplitMix64`).
    fn below(&mut self, limit: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    /// So many capitalised words.
    fn words(&mut self, count: usize) -> String {
        let mut words = String::new();
        for word in 0..count {
            if word > 0 {
                words.push(' ');
            }
            for syllable in 0..2 + self.below(3) {
                let text = SYLLABLES[self.below(SYLLABLES.len())];
                let first = if syllable == 0 { &text[..1].to_uppercase() } else { &text[..1] };
                words.push_str(first);
                words.push_str(&text[1..]);
            }
        }
        words
    }
}
