//! The response as a template: which column, of which step's rows, is written where.

/// A JSON object with its members in response order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    /// The members.
    pub members: Vec<Member>,
}

impl Object {
    /// How many values it has, those in it counted with it.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.iter().map(|member| member.value.size()).sum()
    }
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The response key. GraphQL names need no escaping in JSON.
    pub key: String,
    /// What stands there.
    pub value: Output,
}

/// A value in the response, relative to the row that is being written.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// The same text in every row (`__typename`).
    Text(String),
    /// A column of the row.
    Scalar {
        /// The column.
        column: usize,
        /// Whether the schema promises that it is not null.
        required: bool,
    },
    /// The reference to a record of the row.
    Reference {
        /// The entity's set name.
        set_name: String,
        /// The key: attribute names and columns.
        key: Vec<(String, usize)>,
    },
    /// What changes with every change of a record of the row.
    Etag {
        /// The column that counts the changes, or else the columns of all attributes in the catalog's order.
        columns: Vec<usize>,
        /// Whether it is the one that counts.
        is_version: bool,
    },
    /// A joined record, or null.
    Joined {
        /// A column that is null just when there is none.
        present: usize,
        /// The record.
        object: Object,
    },
    /// The first joined record that exists, or null.
    AnyOf(Vec<(usize, Object)>),
    /// An object of the same row.
    Nested(Object),
    /// The first row of a child step, or null.
    First {
        /// The step.
        step: usize,
        /// How each row is written.
        object: Object,
    },
    /// All rows of a child step.
    Many {
        /// The step.
        step: usize,
        /// How each row is written.
        object: Object,
    },
    /// A column of the only row of a child step.
    ChildScalar {
        /// The step.
        step: usize,
        /// The column.
        column: usize,
        /// What is written when there is no row.
        empty: &'static str,
    },
    /// A page of a child step with what Relay's connections say about it.
    Connection(ConnectionTemplate),
}

impl Output {
    fn size(&self) -> usize {
        let within = match self {
            Self::Nested(object)
            | Self::Joined { object, .. }
            | Self::First { object, .. }
            | Self::Many { object, .. } => object.size(),
            Self::AnyOf(arms) => arms.iter().map(|(_, object)| object.size()).sum(),
            Self::Connection(template) => template.parts.iter().map(|(_, part)| part.size()).sum(),
            Self::Text(_)
            | Self::Scalar { .. }
            | Self::Reference { .. }
            | Self::Etag { .. }
            | Self::ChildScalar { .. } => 0,
        };
        1 + within
    }
}

impl ConnectionPart {
    fn size(&self) -> usize {
        let edge = |part: &EdgePart| if let EdgePart::Node(object) = part { object.size() } else { 1 };
        match self {
            Self::Nodes(object) => object.size(),
            Self::Edges(parts) => parts.iter().map(|(_, part)| edge(part)).sum(),
            Self::PageInfo(parts) => parts.len(),
            Self::Value(_) => 1,
        }
    }
}

/// A connection (Relay's GraphQL Cursor Connections).
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionTemplate {
    /// The step with the page's rows and one more; nothing when neither rows nor page information are selected.
    pub step: Option<usize>,
    /// How many rows the page has at most.
    pub limit: usize,
    /// Whether the page was taken from the end, so that the rows come in reverse.
    pub backward: bool,
    /// Whether the page has a bound on the side that it starts from: then there are records before it.
    pub bounded: bool,
    /// The columns that a cursor holds.
    pub cursor: Vec<usize>,
    /// Which order the cursor belongs to.
    pub signature: String,
    /// The members of the connection.
    pub parts: Vec<(String, ConnectionPart)>,
}

/// A member of a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionPart {
    /// `nodes`
    Nodes(Object),
    /// `edges`
    Edges(Vec<(String, EdgePart)>),
    /// `pageInfo`
    PageInfo(Vec<(String, PageInfoPart)>),
    /// `totalCount`, `__typename`
    Value(Output),
}

/// A member of an edge.
#[derive(Debug, Clone, PartialEq)]
pub enum EdgePart {
    /// `node`
    Node(Object),
    /// `cursor`
    Cursor,
    /// `__typename`
    Text(String),
}

/// A member of `pageInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageInfoPart {
    /// `hasNextPage`
    HasNext,
    /// `hasPreviousPage`
    HasPrevious,
    /// `startCursor`
    Start,
    /// `endCursor`
    End,
    /// `__typename`
    Text(String),
}
