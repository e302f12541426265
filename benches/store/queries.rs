//! What is measured: operations as clients send them.

use relata::graphql::Request;
use serde_json::{Map, Value, json};

/// Whose customers are asked for.
pub(crate) const COUNTRY: &str = "USA";

/// One of the measured operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Query {
    /// A record by its key, with two hops.
    Q1,
    /// A list with two hops.
    Q2,
    /// Three levels, all children of each record.
    Q3,
    /// A many-to-many relationship, a page per parent.
    Q4,
    /// A filtered list with a hop and a collection.
    Q5,
    /// A large flat list.
    Q6,
}

impl Query {
    pub(crate) const ALL: [Self; 6] = [Self::Q1, Self::Q2, Self::Q3, Self::Q4, Self::Q5, Self::Q6];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Q1 => "Q1",
            Self::Q2 => "Q2",
            Self::Q3 => "Q3",
            Self::Q4 => "Q4",
            Self::Q5 => "Q5",
            Self::Q6 => "Q6",
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Q1 => {
                "query($id:Int!){ track(key:{trackId:$id}) { name milliseconds album { title artist { name } } } }"
            }
            Self::Q2 => {
                "{ tracks(first:100, orderBy:[{trackId:ASC}]) \
                 { trackId name milliseconds album { title artist { name } } } }"
            }
            Self::Q3 => {
                "{ artists(first:20, orderBy:[{artistId:ASC}]) \
                 { artistId name albums(first:5000) { albumId title tracks(first:5000) \
                 { trackId name genre { name } } } } }"
            }
            Self::Q4 => {
                "{ playlists(first:100, orderBy:[{playlistId:ASC}]) \
                 { playlistId name tracks(first:50, orderBy:[{trackId:ASC}]) { trackId name } } }"
            }
            Self::Q5 => {
                "query($c:String!){ customers(where:{country:{eq:$c}}, orderBy:[{lastName:ASC}]) \
                 { firstName lastName supportRep { firstName lastName } invoices { invoiceId total } } }"
            }
            Self::Q6 => {
                "{ tracks(first:5000, orderBy:[{trackId:ASC}]) \
                 { trackId name albumId mediaTypeId genreId composer milliseconds bytes unitPrice } }"
            }
        }
    }

    /// A statement for each level of collections.
    pub(crate) fn statements(self) -> usize {
        match self {
            Self::Q1 | Self::Q2 | Self::Q6 => 1,
            Self::Q4 | Self::Q5 => 2,
            Self::Q3 => 3,
        }
    }

    /// The variables of the operation, for a track where it takes one.
    pub(crate) fn variables(self, track: i32) -> Map<String, Value> {
        match self {
            Self::Q1 => Map::from_iter([("id".to_owned(), json!(track))]),
            Self::Q5 => Map::from_iter([("c".to_owned(), Value::from(COUNTRY))]),
            _ => Map::new(),
        }
    }

    /// The request that a transport would hand on, for a track where the operation takes one.
    pub(crate) fn request(self, track: i32) -> Request {
        Request { query: self.text().to_owned(), variables: self.variables(track), ..Request::default() }
    }
}
