//! The planner of mutations: one field of the mutation type in, one action and its payload out.

use crate::{
    catalog::{Catalog, EntityId},
    error::Code,
    plan::{
        Error, Input, Limits, LinkVerb, MAX_LIST, Members, Merged, Mutation, MutationKind, Mutations, Result, filter,
        page,
    },
};

use super::{
    Action, Change, LinkChange, LinkOperation, Which, WritePlan,
    address::{Address, Earlier, Target, list},
    input::Inputs,
    links_type, many_type, one_type, payload,
};

/// Plans one field of the mutation type. `earlier` are the fields before it in the same operation.
///
/// # Errors
/// Why the field is refused.
pub fn plan(
    catalog: &Catalog,
    mutations: &Mutations,
    limits: Limits,
    earlier: &[Earlier<'_>],
    field: &Merged<'_>,
) -> Result<WritePlan> {
    let name = field.field.name.as_str();
    let mutation = mutations.find(name).ok_or_else(|| Error::invalid(format!("there is no mutation {name}")))?;
    let planner =
        Planner { inputs: Inputs { catalog, earlier }, id: mutation.entity, arguments: &field.field.arguments };
    let logical_name = &catalog.entity(mutation.entity).logical_name;
    let done = planner.action(mutation).map_err(|error| error.entity(logical_name)).and_then(|action| {
        let (type_name, is_one) = match mutation.kind {
            MutationKind::CreateMany | MutationKind::UpdateMany | MutationKind::DeleteMany => {
                (many_type(catalog, mutation.entity), false)
            }
            MutationKind::Link { .. } => (links_type(catalog, mutation.entity), true),
            _ => (one_type(catalog, mutation.entity), true),
        };
        Ok((action, payload::plan(catalog, limits, mutation.entity, &type_name, is_one, field)?, is_one))
    });
    let (action, payload, is_one) = done.map_err(|error| error.at(field.field.position))?;
    Ok(WritePlan { response_key: field.field.response_key.clone(), entity: mutation.entity, action, payload, is_one })
}

struct Planner<'a> {
    inputs: Inputs<'a>,
    id: EntityId,
    arguments: &'a Members,
}

impl Planner<'_> {
    fn action(&self, mutation: Mutation) -> Result<Action> {
        match mutation.kind {
            MutationKind::Create => {
                Ok(Action::Create(vec![self.inputs.new_record(self.id, &[], self.given("input"))?]))
            }
            MutationKind::CreateMany => {
                let inputs = list(self.given("inputs"), "records")?.iter();
                let records = inputs.map(|input| self.inputs.new_record(self.id, &[], input));
                Ok(Action::Create(records.collect::<Result<_>>()?))
            }
            MutationKind::Update => {
                let change = self.inputs.change(self.id, self.given("input"))?;
                Ok(Action::Update { which: self.one()?, change })
            }
            MutationKind::UpdateMany => {
                let change = self.inputs.change(self.id, self.given("input"))?;
                check_same_for_all(&change)?;
                Ok(Action::Update { which: self.matching()?, change })
            }
            MutationKind::Upsert => self.upsert(),
            MutationKind::Delete => Ok(Action::Delete(self.one()?)),
            MutationKind::DeleteMany => Ok(Action::Delete(self.matching()?)),
            MutationKind::Link { property, verb } => self.link(property, verb),
        }
    }

    fn given(&self, name: &str) -> &Input {
        self.arguments.get(name).unwrap_or(&Input::NULL)
    }

    fn address(&self) -> Result<Address> {
        Address::parse(self.inputs.catalog, self.inputs.earlier, self.id, self.arguments.get("key"))
    }

    fn if_match(&self) -> Option<String> {
        self.given("ifMatch").as_str().map(str::to_owned)
    }

    fn one(&self) -> Result<Which> {
        Ok(Which::One { address: self.address()?, if_match: self.if_match() })
    }

    /// The records that a filter names. One that asks nothing is no licence to write them all.
    fn matching(&self) -> Result<Which> {
        let filter = filter::plan(self.inputs.catalog, self.id, self.arguments.get("where"))?
            .ok_or_else(|| Error::invalid("where must ask something: this would be about all records"))?;
        let at_most = page::natural("atMost", self.arguments)?.unwrap_or(1);
        if at_most > MAX_LIST as u64 {
            return Err(Error::new(Code::LimitExceeded, format!("atMost may be {MAX_LIST}")));
        }
        Ok(Which::Matching { filter, at_most })
    }

    fn upsert(&self) -> Result<Action> {
        let (address, input) = (self.address()?, self.given("input"));
        let Target::Key(key) = &address.target else {
            return Err(Error::invalid("a record that an earlier field wrote exists: update it"));
        };
        let entity = self.inputs.catalog.entity(self.id);
        if let Some((id, _)) = key.iter().find(|(id, _)| entity.attribute(*id).generated) {
            let name = &entity.attribute(*id).name;
            return Err(Error::invalid(format!("{name} is made by the database: create or update the record instead")));
        }
        let new = self.inputs.new_record(self.id, key, input)?;
        let mut change = Change { values: new.values.clone(), leaves: Vec::new(), links: new.links.clone() };
        change.values.retain(|(id, _)| !key.iter().any(|(known, _)| known == id) && !entity.primary_key.contains(id));
        Ok(Action::Upsert { address, new, change })
    }

    fn link(&self, property: usize, verb: LinkVerb) -> Result<Action> {
        let catalog = self.inputs.catalog;
        let property = &catalog.entity(self.id).navigation[property];
        let target = property.target;
        let refs = || Address::parse_list(catalog, self.inputs.earlier, target, self.given("refs"));
        let operation = match (verb, property.collection) {
            (LinkVerb::Associate, true) => refs().map(LinkOperation::Associate),
            (LinkVerb::Associate, false) => {
                Address::parse_target(catalog, self.inputs.earlier, target, self.arguments.get("ref"))
                    .map(|address| LinkOperation::Associate(vec![address]))
            }
            (LinkVerb::Disassociate, true) => refs().map(|refs| LinkOperation::Disassociate {
                refs,
                if_exists: self.given("ifExists").as_bool().unwrap_or(false),
            }),
            (LinkVerb::Replace, _) => refs().map(LinkOperation::Replace),
            (LinkVerb::Disassociate, false) | (LinkVerb::Clear, _) => Ok(LinkOperation::Clear),
        };
        let source = &catalog.entity(self.id).logical_name;
        let operations = vec![operation.map_err(|error| error.property(source, &property.name))?];
        let change = LinkChange { navigation: property.name.clone(), hop: property.into(), operations };
        Ok(Action::Link { address: self.address()?, if_match: self.if_match(), change })
    }
}

/// What is done to many records must make sense for each of them.
fn check_same_for_all(change: &Change) -> Result<()> {
    let is_plain = |operation: &LinkOperation| matches!(operation, LinkOperation::Clear | LinkOperation::Associate(_));
    let for_one = change
        .links
        .iter()
        .find(|link| link.hop.end != crate::catalog::End::Referencing || !link.operations.iter().all(is_plain));
    match for_one {
        Some(link) => {
            let name = &link.navigation;
            let message = if link.hop.end == crate::catalog::End::Referencing {
                format!("{name} of many records can be set to an existing record or to null only")
            } else {
                format!("the links of {name} are kept by other records and cannot be changed for many at once")
            };
            Err(Error::invalid(message).navigation(name))
        }
        None => Ok(()),
    }
}
