//! Inputs of records: values of attributes, and what is done with the links at each navigation property.

use crate::{
    catalog::{AttributeId, Catalog, End, EntityId, NavigationProperty, OneToMany},
    error::Code,
    plan::{
        Error, Hop, Input, Literal, Members, Result,
        literal::shorten,
        writable::{Linking, cleared, is_arm, is_changeable, is_required, is_settable, linking, links_on_update},
    },
};

use super::{
    Assignment, Change, LinkChange, LinkOperation, NewRecord,
    address::{Address, Earlier, list},
};

/// The deepest nesting of records in one input.
const MAX_DEPTH: usize = 16;

/// What inputs are planned with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) earlier: &'a [Earlier<'a>],
}

/// Where a new record comes from.
#[derive(Debug, Clone, Copy)]
struct Origin {
    /// The step over the relationship through which it is created.
    hop: Option<Hop>,
    depth: usize,
}

impl Inputs<'_> {
    /// A record to be created, by an input of its own. `key` are attributes that the record's address gives.
    pub(super) fn new_record(&self, id: EntityId, key: &[(AttributeId, Literal)], input: &Input) -> Result<NewRecord> {
        self.create(id, key, input, Origin { hop: None, depth: 0 })
    }

    fn create(&self, id: EntityId, key: &[(AttributeId, Literal)], input: &Input, origin: Origin) -> Result<NewRecord> {
        let entity = self.catalog.entity(id);
        if origin.depth > MAX_DEPTH {
            let message = format!("records may be nested {MAX_DEPTH} levels deep");
            return Err(Error::new(Code::LimitExceeded, message));
        }
        let mut values: Vec<Assignment> = key.iter().map(|(id, value)| (*id, Some(value.clone()))).collect();
        let mut links = Vec::new();
        for (name, value) in object(input, &entity.logical_name)? {
            if let Some(attribute) = entity.find_attribute(name) {
                let known = entity.attribute(attribute);
                // Where null cannot be stored, it can only mean that nothing is given.
                if value.is_null() && !known.nullable {
                    continue;
                }
                let assigned = self.assign(id, attribute, value, is_settable(self.catalog, id, attribute))?;
                match key.iter().find(|(given, _)| *given == attribute) {
                    Some((_, given)) if assigned.1.as_ref() != Some(given) => {
                        let message = format!("key and input give different values for {name}");
                        return Err(Error::invalid(message).entity(&entity.logical_name));
                    }
                    Some(_) => {}
                    None => values.push(assigned),
                }
            } else if let Some(property) = entity.find_navigation(name) {
                let change = self.link(property, value, origin, true);
                let change = change.map_err(|error| error.property(&entity.logical_name, name))?;
                links.extend(change);
            } else {
                return Err(unknown(&entity.type_name, name));
            }
        }
        let given = self.given(&values, &links, origin);
        for position in 0..entity.attributes.len() {
            let attribute = AttributeId(position);
            let is_missing = is_required(entity, attribute) && !given.contains(&attribute);
            if is_missing && is_settable(self.catalog, id, attribute) {
                let message = format!("{} must be given", entity.attribute(attribute).name);
                return Err(Error::invalid(message).entity(&entity.logical_name));
            }
        }
        self.check_required(id, &given)?;
        self.check_arms(id, &mut links)?;
        Ok(NewRecord { entity: id, values, links })
    }

    /// A change of existing records.
    pub(super) fn change(&self, id: EntityId, input: &Input) -> Result<Change> {
        let entity = self.catalog.entity(id);
        let (mut values, mut leaves, mut links) = (Vec::new(), Vec::new(), Vec::new());
        for (name, value) in object(input, &entity.logical_name)? {
            if let Some(attribute) = entity.find_attribute(name) {
                if value.is_null() && !entity.attribute(attribute).nullable {
                    let message = format!("{name} may not be null");
                    return Err(Error::invalid(message).entity(&entity.logical_name));
                }
                values.push(self.assign(id, attribute, value, is_changeable(self.catalog, id, attribute))?);
                leaves.push(value.leaf());
            } else if let Some(property) = entity.find_navigation(name) {
                let origin = Origin { hop: None, depth: 0 };
                let change = self.link(property, value, origin, false);
                let change = change.map_err(|error| error.property(&entity.logical_name, name))?;
                links.extend(change);
            } else {
                return Err(unknown(&entity.type_name, name));
            }
        }
        self.check_arms(id, &mut links)?;
        Ok(Change { values, leaves, links })
    }

    fn assign(&self, id: EntityId, attribute: AttributeId, value: &Input, allowed: bool) -> Result<Assignment> {
        let entity = self.catalog.entity(id);
        let known = entity.attribute(attribute);
        if !allowed {
            return Err(unknown(&entity.type_name, &known.name));
        }
        let explain = |error: Error| {
            Error { message: format!("{}: {}", known.name, error.message), ..error }.entity(&entity.logical_name)
        };
        // A document with variables in it holds for their values alone.
        let given = if value.leaf().is_some() { value.value() } else { value.decided() };
        let literal =
            if value.is_null() { None } else { Some(Literal::parse_stored(&given, &known.ty).map_err(explain)?) };
        Ok((attribute, literal))
    }

    /// What an input says about the links at a navigation property; nothing where it says nothing.
    fn link(
        &self,
        property: &NavigationProperty,
        value: &Input,
        origin: Origin,
        is_new: bool,
    ) -> Result<Option<LinkChange>> {
        let linking = linking(self.catalog, property);
        if linking == Linking::ReadOnly || (!is_new && !links_on_update(self.catalog, property)) {
            return Err(unknown("the input", &property.name));
        }
        let operations = match (property.collection, value.is_null()) {
            (true, true) => Vec::new(),
            (true, false) => self.collection(property, value, origin, is_new)?,
            (false, true) if is_new => Vec::new(),
            (false, true) => {
                self.check_clearable(property)?;
                vec![LinkOperation::Clear]
            }
            (false, false) => vec![self.single(property, value, origin)?],
        };
        let makes = |operation: &LinkOperation| !matches!(operation, LinkOperation::Disassociate { .. });
        if !linking.associates() && linking != Linking::OnCreate && operations.iter().any(makes) {
            let message =
                format!("a link of {} needs more than two records: create the record between them", property.name);
            return Err(Error::invalid(message));
        }
        // A new record that others reference may well be referenced by more of them.
        let contradicts = !property.collection && origin.hop.is_some_and(|hop| is_other_end(hop, property));
        if contradicts && !operations.is_empty() {
            let message = format!("a record that is created through a link to it cannot say {} as well", property.name);
            return Err(Error::invalid(message));
        }
        let change = LinkChange { navigation: property.name.clone(), hop: property.into(), operations };
        Ok(Some(change).filter(|change| !change.operations.is_empty()))
    }

    fn single(&self, property: &NavigationProperty, value: &Input, origin: Origin) -> Result<LinkOperation> {
        let one = || Error::invalid(format!("{} takes either ref or create", property.name));
        let members = value.as_object().ok_or_else(one)?;
        let mut given = members.iter().filter(|(_, value)| !value.is_null());
        match (given.next(), given.next()) {
            (Some((name, value)), None) if name == "ref" => {
                let address = Address::parse_target(self.catalog, self.earlier, property.target, Some(value))?;
                Ok(LinkOperation::Associate(vec![address]))
            }
            (Some((name, value)), None) if name == "create" => {
                Ok(LinkOperation::Create(vec![self.nested(property, value, origin)?]))
            }
            _ => Err(one()),
        }
    }

    fn collection(
        &self,
        property: &NavigationProperty,
        value: &Input,
        origin: Origin,
        is_new: bool,
    ) -> Result<Vec<LinkOperation>> {
        let refs = |value| Address::parse_list(self.catalog, self.earlier, property.target, value);
        let mut operations = Vec::new();
        let members = object(value, &property.name)?;
        let given = |name: &str| members.get(name).filter(|value| !value.is_null());
        if let Some(unknown_name) = members.keys().find(|name| {
            !matches!(name.as_str(), "associate" | "create")
                && (is_new || !matches!(name.as_str(), "replace" | "disassociate"))
        }) {
            return Err(unknown(&property.name, unknown_name));
        }
        if let Some(value) = given("replace") {
            operations.push(LinkOperation::Replace(refs(value)?));
        }
        if let Some(value) = given("disassociate") {
            let refs = refs(value)?;
            if !refs.is_empty() {
                self.check_clearable(property)?;
            }
            operations.push(LinkOperation::Disassociate { refs, if_exists: false });
        }
        if let Some(value) = given("associate") {
            operations.push(LinkOperation::Associate(refs(value)?));
        }
        if let Some(value) = given("create") {
            let records = list(value, "records")?.iter().map(|value| self.nested(property, value, origin));
            operations.push(LinkOperation::Create(records.collect::<Result<_>>()?));
        }
        Ok(operations)
    }

    fn nested(&self, property: &NavigationProperty, value: &Input, origin: Origin) -> Result<NewRecord> {
        let origin = Origin { hop: Some(property.into()), depth: origin.depth + 1 };
        self.create(property.target, &[], value, origin)
    }

    /// A record must not be left without a link that it must have.
    pub(super) fn check_clearable(&self, property: &NavigationProperty) -> Result<()> {
        let one = self.catalog.relationship(property.relationship).as_one_to_many();
        match one {
            Some(one) if cleared(self.catalog, one).is_empty() => Err(required(self.catalog, one)),
            _ => Ok(()),
        }
    }

    /// The attributes of a new record that have a value: given as such, or by a link that says what its lookup is.
    fn given(&self, values: &[Assignment], links: &[LinkChange], origin: Origin) -> Vec<AttributeId> {
        let by_value = values.iter().filter(|(_, value)| value.is_some()).map(|(attribute, _)| *attribute);
        let hops = links.iter().map(|link| link.hop).filter(|hop| hop.end == End::Referencing);
        let hops = hops.chain(origin.hop.filter(|hop| hop.end == End::Referenced));
        let lookups = hops.filter_map(|hop| self.catalog.relationship(hop.relationship).as_one_to_many());
        by_value.chain(lookups.flat_map(|one| one.referencing_attributes.iter().copied())).collect()
    }

    /// A new record must be given the links that it cannot be without. Any arm of a lookup over several entities will
    /// do, and of links that share attributes one may stand for the others.
    fn check_required(&self, id: EntityId, given: &[AttributeId]) -> Result<()> {
        let entity = self.catalog.entity(id);
        for property in entity.navigation.iter().filter(|property| property.end == End::Referencing) {
            let Some(one) = self.catalog.relationship(property.relationship).as_one_to_many() else { continue };
            let writable = linking(self.catalog, property) != Linking::ReadOnly;
            let nullable = one.referencing_attributes.iter().any(|lookup| entity.attribute(*lookup).nullable);
            if !writable || nullable {
                continue;
            }
            let by_default = one.referencing_attributes.iter().all(|lookup| entity.attribute(*lookup).has_default);
            let is_given = by_default || one.referencing_attributes.iter().all(|lookup| given.contains(lookup));
            if !is_given {
                return Err(required(self.catalog, one));
            }
        }
        Ok(())
    }

    /// A multi-table lookup leads to one record: setting one arm clears the others anyway, setting two contradicts.
    fn check_arms(&self, id: EntityId, links: &mut Vec<LinkChange>) -> Result<()> {
        for lookup in self.catalog.multi_table_lookups_of(id) {
            let is_set = |link: &LinkChange| {
                lookup.arms.contains(&link.navigation) && !matches!(link.operations.as_slice(), [LinkOperation::Clear])
            };
            match links.iter().filter(|link| is_set(link)).count() {
                0 => {}
                1 => links.retain(|link| is_set(link) || !lookup.arms.contains(&link.navigation)),
                _ => {
                    let message =
                        format!("{} leads to one record: only one of {}", lookup.name, lookup.arms.join(", "));
                    return Err(Error::invalid(message).entity(&self.catalog.entity(id).logical_name));
                }
            }
        }
        Ok(())
    }
}

/// The refusal to leave a record without a link that it must have.
#[must_use]
pub fn required(catalog: &Catalog, one: &OneToMany) -> Error {
    let entity = &catalog.entity(one.referencing).logical_name;
    let message = format!("a record of {entity} must have its {}", one.referencing_navigation);
    let error = Error::new(Code::RequiredRelationship, message).entity(entity).navigation(&one.referencing_navigation);
    if is_arm(catalog, one) { error.hint("Set another arm of the lookup instead.") } else { error }
}

/// Whether a navigation property of a record leads back over the relationship through which it is created.
fn is_other_end(hop: Hop, property: &NavigationProperty) -> bool {
    hop.relationship == property.relationship
        && matches!((hop.end, property.end), (End::Referenced, End::Referencing) | (End::Referencing, End::Referenced))
}

fn object<'a>(value: &'a Input, what: &str) -> Result<&'a Members> {
    value.as_object().ok_or_else(|| Error::invalid(format!("{what} takes an object, not {}", shorten(value))))
}

fn unknown(what: &str, name: &str) -> Error {
    Error::invalid(format!("{what} has nothing to write named {name}"))
}
