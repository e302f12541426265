//! What is asked over HTTP: the reads of every benchmark, and writes.

use serde_json::{Value, json};

use super::queries::Query;

/// One of the measured operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Read(Query),
    /// M1: one attribute of one record.
    Update,
    /// L1: a lookup of one record.
    Associate,
    /// L2: 100 references that a many-to-many relationship does not have.
    AssociateMany,
    /// L3: other 100 references in place of those that it has.
    ReplaceMany,
}

/// How many references L2 and L3 carry.
const REFERENCES: usize = 100;

/// The playlists of L2 and L3: each request is about the next one, so that none waits for another.
pub(crate) const PLAYLISTS: usize = 256;

/// Where the keys of those playlists begin.
pub(crate) const FIRST_PLAYLIST: usize = 1_001;

/// The payload of L2 and L3 where nothing changed, and where something did.
pub(crate) const CHANGED: [&str; 2] = ["{\"changed\":false}", "{\"changed\":true}"];

impl Operation {
    /// Reads come first: they find the store as it was made.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let writes = [Self::Update, Self::Associate, Self::AssociateMany, Self::ReplaceMany];
        Query::ALL.into_iter().map(Self::Read).chain(writes)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read(query) => query.name(),
            Self::Update => "M1",
            Self::Associate => "L1",
            Self::AssociateMany => "L2",
            Self::ReplaceMany => "L3",
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Read(query) => query.text(),
            Self::Update => {
                "mutation($id:Int!,$n:String!){ updateTrack(key:{trackId:$id}, input:{name:$n}) { track { trackId name } } }"
            }
            Self::Associate => {
                "mutation($id:Int!,$a:Int!){ associateTrackAlbum(key:{trackId:$id}, ref:{albumId:$a}) \
                 { track { album { albumId } } } }"
            }
            Self::AssociateMany => {
                "mutation($p:Int!,$refs:[TrackKey!]!){ associatePlaylistTracks(key:{playlistId:$p}, refs:$refs) \
                 { changed } }"
            }
            Self::ReplaceMany => {
                "mutation($p:Int!,$refs:[TrackKey!]!){ replacePlaylistTracks(key:{playlistId:$p}, refs:$refs) \
                 { changed } }"
            }
        }
    }

    /// The gateway's statements at most.
    pub(crate) fn most_statements(self) -> usize {
        match self {
            Self::Read(query) => query.statements(),
            Self::Update => 2,
            Self::Associate => 4,
            Self::AssociateMany | Self::ReplaceMany => 12,
        }
    }

    /// Whether it is about the playlists that the benchmark adds.
    pub(crate) fn is_about_links(self) -> bool {
        matches!(self, Self::AssociateMany | Self::ReplaceMany)
    }

    /// The variables of each of its requests, in the order in which they are sent, over and over; in a store of so many
    /// tracks.
    pub(crate) fn variables(self, tracks: usize) -> Vec<Value> {
        // Keys in no order, each once where there are few tracks.
        let keys = || (0..tracks.min(2_000)).map(|run| 1 + run * 7_919 % tracks);
        match self {
            Self::Read(Query::Q1) => keys().map(|id| json!({ "id": id })).collect(),
            Self::Read(query) => vec![Value::Object(query.variables(1))],
            // Twice about each, so that every request changes what the one before it left.
            Self::Update => {
                let named = |turn: usize| keys().map(move |id| json!({ "id": id, "n": format!("Track {id}, {turn}") }));
                named(1).chain(named(2)).collect()
            }
            Self::Associate => {
                let albums = (tracks / 11).max(2);
                // Several turns, so that few requests find what the other server's have left as they would leave it.
                let moved = |turn: usize| keys().map(move |id| json!({ "id": id, "a": 1 + (id + turn) % albums }));
                (1..=8).flat_map(moved).collect()
            }
            Self::AssociateMany | Self::ReplaceMany => {
                let blocks = (tracks / REFERENCES).min(16);
                let requests = (0..blocks).flat_map(|block| (0..PLAYLISTS).map(move |playlist| (block, playlist)));
                requests
                    .map(|(block, playlist)| {
                        let first = 1 + block * REFERENCES;
                        let refs: Vec<_> = (first..first + REFERENCES).map(|id| json!({ "trackId": id })).collect();
                        json!({ "p": FIRST_PLAYLIST + playlist, "refs": refs })
                    })
                    .collect()
            }
        }
    }
}
