//! What is measured: operations as clients send them.

use relata::graphql::Request;
use serde_json::{Map, Value, json};

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

    /// The request that a transport would hand on, for a track where the operation takes one.
    pub(crate) fn request(self, track: i32) -> Request {
        let variables = match self {
            Self::Q1 => Map::from_iter([("id".to_owned(), json!(track))]),
            Self::Q5 => Map::from_iter([("c".to_owned(), Value::from("USA"))]),
            _ => Map::new(),
        };
        Request { query: self.text().to_owned(), variables, ..Request::default() }
    }
}
