//! The small graph: every kind of relationship once, as tables, as fields, and as a few rows to begin with.

/// The entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entity {
    Parent,
    Child,
    Item,
    Badge,
    Folder,
    Member,
    Team,
    Person,
}

impl Entity {
    pub(super) const ALL: [Self; 8] =
        [Self::Parent, Self::Child, Self::Item, Self::Badge, Self::Folder, Self::Member, Self::Team, Self::Person];

    /// Its type in GraphQL.
    pub(super) fn type_name(self) -> String {
        format!("{self:?}")
    }

    /// The field that answers one of its records. Its table has the same name.
    pub(super) fn logical_name(self) -> String {
        self.type_name().to_lowercase()
    }

    /// The field that answers its records.
    pub(super) fn set_name(self) -> &'static str {
        match self {
            Self::Parent => "parents",
            Self::Child => "children",
            Self::Item => "items",
            Self::Badge => "badges",
            Self::Folder => "folders",
            Self::Member => "members",
            Self::Team => "teams",
            Self::Person => "people",
        }
    }

    /// Its navigation properties.
    pub(super) fn properties(self) -> impl Iterator<Item = &'static Property> {
        PROPERTIES.iter().filter(move |property| property.entity == self)
    }
}

/// The relationships.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relationship {
    /// One to many; the lookup may be null. A delete removes the link.
    ChildParent,
    /// One to many; the lookup is required. A delete is refused.
    ItemParent,
    /// One to one; the lookup may be null. A delete removes the link.
    BadgeChild,
    /// One to many with itself, hierarchical. A delete cascades.
    FolderParent,
    /// Many to many.
    TeamMember,
    /// Many to many with itself.
    Follow,
}

impl Relationship {
    /// The relationships that have a lookup, and their referencing entity.
    pub(super) const LOOKUPS: [(Self, Entity); 4] = [
        (Self::ChildParent, Entity::Child),
        (Self::ItemParent, Entity::Item),
        (Self::BadgeChild, Entity::Badge),
        (Self::FolderParent, Entity::Folder),
    ];

    pub(super) fn is_required(self) -> bool {
        self == Self::ItemParent
    }

    pub(super) fn is_many_to_many(self) -> bool {
        matches!(self, Self::TeamMember | Self::Follow)
    }
}

/// One end of a relationship, as a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) entity: Entity,
    pub(super) name: &'static str,
    pub(super) target: Entity,
    pub(super) relationship: Relationship,
    /// The end that has the lookup; of an intersect, the end that its first column points at.
    pub(super) is_first: bool,
    pub(super) is_collection: bool,
}

impl Property {
    /// The same links, seen from the other end.
    pub(super) fn partner(&self) -> &'static Self {
        let is_partner = |other: &&Self| other.relationship == self.relationship && other.is_first != self.is_first;
        PROPERTIES.iter().find(is_partner).unwrap()
    }

    /// The field of a mutation that changes its links.
    pub(super) fn mutation(&self, verb: &str) -> String {
        format!("{verb}{}{}", self.entity.type_name(), capitalized(self.name))
    }
}

/// A name as a part of a longer one.
pub(super) fn capitalized(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

const fn single(entity: Entity, name: &'static str, target: Entity, relationship: Relationship) -> Property {
    Property { entity, name, target, relationship, is_first: true, is_collection: false }
}

const fn collection(entity: Entity, name: &'static str, target: Entity, relationship: Relationship) -> Property {
    Property { entity, name, target, relationship, is_first: false, is_collection: true }
}

pub(super) static PROPERTIES: [Property; 12] = [
    single(Entity::Child, "parent", Entity::Parent, Relationship::ChildParent),
    collection(Entity::Parent, "children", Entity::Child, Relationship::ChildParent),
    single(Entity::Item, "parent", Entity::Parent, Relationship::ItemParent),
    collection(Entity::Parent, "items", Entity::Item, Relationship::ItemParent),
    single(Entity::Badge, "child", Entity::Child, Relationship::BadgeChild),
    Property { is_first: false, ..single(Entity::Child, "badge", Entity::Badge, Relationship::BadgeChild) },
    single(Entity::Folder, "parent", Entity::Folder, Relationship::FolderParent),
    collection(Entity::Folder, "foldersByParent", Entity::Folder, Relationship::FolderParent),
    Property { is_first: true, ..collection(Entity::Member, "teams", Entity::Team, Relationship::TeamMember) },
    collection(Entity::Team, "members", Entity::Member, Relationship::TeamMember),
    Property { is_first: true, ..collection(Entity::Person, "followeds", Entity::Person, Relationship::Follow) },
    collection(Entity::Person, "followers", Entity::Person, Relationship::Follow),
];

pub(super) const TABLES: &str = "
    create table parent (id integer primary key, code varchar(10) not null unique, n integer);
    create table child (id integer primary key, n integer, version integer not null default 1,
        parent_id integer references parent (id) on delete set null);
    create table item (id integer primary key, n integer,
        parent_id integer not null references parent (id) on delete restrict);
    create table badge (id integer primary key, n integer,
        child_id integer unique references child (id) on delete set null);
    create table folder (id integer primary key, n integer,
        parent_id integer references folder (id) on delete cascade);
    create table member (id integer primary key, n integer);
    create table team (id integer primary key, n integer);
    create table team_member (
        member_id integer not null references member (id) on delete cascade,
        team_id integer not null references team (id) on delete cascade, primary key (member_id, team_id));
    create table person (id integer primary key, n integer);
    create table follow (
        follower_id integer not null references person (id) on delete cascade,
        followed_id integer not null references person (id) on delete cascade, primary key (follower_id, followed_id));";

/// Empties the tables and fills them with what every sequence begins with.
pub(super) const RESET: &str = "
    delete from follow; delete from team_member; delete from person; delete from team; delete from member;
    delete from folder; delete from badge; delete from item; delete from child; delete from parent;
    insert into parent (id, code, n) values (1, 'p1', 0), (2, 'p2', 0), (3, 'p3', 0);
    insert into child (id, n, parent_id) values (1, 0, 1), (2, 0, 1), (3, 0, 2), (4, 0, null);
    insert into item (id, n, parent_id) values (1, 0, 1), (2, 0, 1), (3, 0, 2);
    insert into badge (id, n, child_id) values (1, 0, 1), (2, 0, 2), (3, 0, null);
    insert into folder (id, n, parent_id) values (1, 0, null), (2, 0, 1), (3, 0, 2), (4, 0, null);
    insert into member (id, n) values (1, 0), (2, 0), (3, 0);
    insert into team (id, n) values (1, 0), (2, 0), (3, 0);
    insert into team_member (member_id, team_id) values (1, 1), (1, 2), (2, 1);
    insert into person (id, n) values (1, 0), (2, 0), (3, 0);
    insert into follow (follower_id, followed_id) values (1, 2), (2, 1), (3, 3)";

/// All that the tables hold: what a row is, its key, two numbers more.
pub(super) const EVERYTHING: &str = "
    select 'Parent' as t, id as a, n as b, 0 as c from parent union all
    select 'Child', id, n, version from child union all
    select 'Item', id, n, 0 from item union all select 'Badge', id, n, 0 from badge union all
    select 'Folder', id, n, 0 from folder union all select 'Member', id, n, 0 from member union all
    select 'Team', id, n, 0 from team union all select 'Person', id, n, 0 from person union all
    select 'ChildParent', id, parent_id, 0 from child where parent_id is not null union all
    select 'ItemParent', id, parent_id, 0 from item union all
    select 'BadgeChild', id, child_id, 0 from badge where child_id is not null union all
    select 'FolderParent', id, parent_id, 0 from folder where parent_id is not null union all
    select 'TeamMember', member_id, team_id, 0 from team_member union all
    select 'Follow', follower_id, followed_id, 0 from follow";
