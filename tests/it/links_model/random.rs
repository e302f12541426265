//! Random steps: mostly of records that are there, now and then of others.

use proptest::{
    collection::vec,
    option::weighted,
    prelude::{BoxedStrategy, Just, Strategy, any},
    prop_oneof,
    sample::select,
};

use super::{
    graph::{Entity, PROPERTIES, Property},
    step::{Bind, Change, Operation, Record, Reference, Step, Which},
};

/// How deep inputs nest.
const DEPTH: u32 = 2;

/// A sequence of operations, most of which have one field.
pub(super) fn sequence() -> impl Strategy<Value = Vec<Operation>> {
    let operation = prop_oneof![4 => vec(step(), 1), 1 => vec(step(), 2..=3)];
    vec(operation.prop_map(Operation), 1..=12)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => property(|_| true).prop_flat_map(associate),
        3 => property(is_clearable).prop_flat_map(disassociate),
        2 => property(|property| property.is_collection).prop_flat_map(replace),
        1 => property(|property| property.is_collection && is_clearable(property)).prop_flat_map(clear),
        2 => entity().prop_flat_map(|entity| record(entity, Use::Create, DEPTH, None))
            .prop_map(|record| Step::Create { record }),
        3 => entity().prop_flat_map(|entity| (reference(), record(entity, Use::Update, DEPTH, None)))
            .prop_map(|(key, record)| Step::Update { key, record }),
        1 => entity().prop_flat_map(|entity| (Just(entity), vec(record(entity, Use::Create, DEPTH, None), 0..=3)))
            .prop_map(|(entity, records)| Step::CreateMany { entity, records }),
        1 => entity().prop_flat_map(|entity| (which(), record(entity, Use::UpdateMany, DEPTH, None)))
            .prop_map(|(which, record)| Step::UpdateMany { which, record }),
        2 => entity().prop_flat_map(upsert),
        1 => (entity(), reference()).prop_map(|(entity, key)| Step::Delete { entity, key }),
        1 => (entity(), which()).prop_map(|(entity, which)| Step::DeleteMany { entity, which }),
    ]
}

/// The records of a field that concerns many; seldom more than allowed, and now and then asked for by nothing.
fn which() -> impl Strategy<Value = Which> {
    (weighted(0.95, vec(1..=6, 0..=3)), prop_oneof![1 => Just(1), 4 => Just(3)])
        .prop_map(|(keys, at_most)| Which { keys, at_most })
}

/// A record that may be there already.
fn upsert(entity: Entity) -> impl Strategy<Value = Step> {
    let key = select(vec![Reference::Key as fn(i32) -> Reference, Reference::Ref, Reference::Code]);
    (2..=6, key, record(entity, Use::Create, DEPTH, None)).prop_map(|(key, reference, mut record)| {
        record.key = Some(key);
        Step::Upsert { key: reference(key), record }
    })
}

fn entity() -> impl Strategy<Value = Entity> {
    select(Entity::ALL.to_vec())
}

fn property(filter: fn(&Property) -> bool) -> impl Strategy<Value = &'static Property> {
    select(PROPERTIES.iter().filter(|property| filter(property)).collect::<Vec<_>>())
}

/// Whether the schema offers to undo its links.
fn is_clearable(property: &Property) -> bool {
    !property.relationship.is_required()
}

fn reference() -> impl Strategy<Value = Reference> {
    let key = || prop_oneof![20 => 1..=4, 1 => 5..=6, 1 => Just(9)];
    prop_oneof![
        20 => key().prop_map(Reference::Key),
        6 => key().prop_map(Reference::Ref),
        4 => key().prop_map(Reference::Code),
        1 => key().prop_map(Reference::OtherEntity),
        1 => Just(Reference::Nonsense),
    ]
}

/// As many references as a property takes, with duplicates.
fn references(property: &Property) -> BoxedStrategy<Vec<Reference>> {
    if property.is_collection { vec(reference(), 0..=3).boxed() } else { vec(reference(), 1).boxed() }
}

fn associate(property: &'static Property) -> impl Strategy<Value = Step> {
    (reference(), references(property)).prop_map(move |(key, refs)| Step::Associate { property, key, refs })
}

fn disassociate(property: &'static Property) -> BoxedStrategy<Step> {
    if !property.is_collection {
        let step = move |key| Step::Disassociate { property, key, refs: Vec::new(), if_exists: false };
        return reference().prop_map(step).boxed();
    }
    let step = move |(key, refs, if_exists)| Step::Disassociate { property, key, refs, if_exists };
    (reference(), references(property), any::<bool>()).prop_map(step).boxed()
}

fn replace(property: &'static Property) -> impl Strategy<Value = Step> {
    (reference(), references(property)).prop_map(move |(key, refs)| Step::Replace { property, key, refs })
}

fn clear(property: &'static Property) -> impl Strategy<Value = Step> {
    reference().prop_map(move |key| Step::Clear { property, key })
}

/// What an input is for: only an existing record has links that could be undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Create,
    Update,
    UpdateMany,
}

/// A record with binds; one that is created through a property seldom says anything about that link itself.
fn record(entity: Entity, usage: Use, depth: u32, through: Option<&'static Property>) -> BoxedStrategy<Record> {
    let binds: Vec<BoxedStrategy<Option<(&'static Property, Bind)>>> = entity
        .properties()
        .map(|property| {
            let chance = match through {
                Some(through) if through.partner() == property && !property.is_collection => 0.03,
                _ if property.relationship.is_required() && property.is_first && usage == Use::Create => 0.85,
                // What cannot be given for many is refused; too often, little else would happen.
                _ if property.is_collection && usage == Use::UpdateMany => 0.03,
                _ => 0.3,
            };
            weighted(chance, bind(property, usage, depth).prop_map(move |bind| (property, bind))).boxed()
        })
        .collect();
    let key = if usage == Use::Create { (4..=6).prop_map(Some).boxed() } else { Just(None).boxed() };
    (key, 1..1000, binds)
        .prop_map(move |(key, n, binds)| Record { entity, key, n, binds: binds.into_iter().flatten().collect() })
        .boxed()
}

fn bind(property: &'static Property, usage: Use, depth: u32) -> BoxedStrategy<Bind> {
    if property.is_collection {
        return change(property, usage, depth).prop_map(Bind::Many).boxed();
    }
    let existing = || prop_oneof![1 => Just(Bind::Null), 5 => reference().prop_map(Bind::One)];
    if depth == 0 {
        return existing().boxed();
    }
    let new = record(property.target, Use::Create, depth - 1, Some(property));
    prop_oneof![4 => existing(), 1 => new.prop_map(|record| Bind::New(Box::new(record)))].boxed()
}

fn change(property: &'static Property, usage: Use, depth: u32) -> BoxedStrategy<Change> {
    let some = || weighted(0.4, vec(reference(), 0..=2));
    let create = if depth == 0 {
        Just(Vec::new()).boxed()
    } else {
        let new = record(property.target, Use::Create, depth - 1, Some(property));
        prop_oneof![3 => Just(Vec::new()), 1 => vec(new, 1..=2)].boxed()
    };
    let updates = usage != Use::Create;
    let clears = updates && is_clearable(property);
    (some(), some(), some(), create)
        .prop_map(move |(replace, disassociate, associate, create)| Change {
            replace: replace.filter(|_| updates),
            disassociate: disassociate.filter(|_| clears).unwrap_or_default(),
            associate: associate.unwrap_or_default(),
            create,
        })
        .boxed()
}
