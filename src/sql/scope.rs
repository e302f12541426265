//! What a statement in the making knows: the catalog, the dialect, and a counter for aliases.

use sea_orm::sea_query::{DynIden, Expr, IntoIden, TableName, TableRef, Value};

use crate::{
    catalog::{Attribute, AttributeId, Catalog, Entity, EntityId},
    plan::Operand,
};

use super::{
    alias::{Aliases, iden},
    dialect::{Dialect, Typed},
    slot::{Form, Slot, marker},
};

/// How the keys of parents are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parents {
    /// As a table of all, with the position of each.
    Table,
    /// As one list.
    List,
    /// As the values of a column of a level before, in the same statement.
    Level { level: usize, column: usize },
    /// There is only one.
    One,
}

/// The surroundings of every part of one statement.
pub(super) struct Scope<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) dialect: Dialect,
    pub(super) parents: Parents,
    aliases: Aliases,
    /// The parameters whose values come with each request.
    slots: Vec<Slot>,
    /// The leaves of variables whose values stand in the statement for good.
    fixed: Vec<usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(catalog: &'a Catalog, dialect: Dialect) -> Self {
        let (aliases, slots, fixed) = (Aliases::default(), Vec::new(), Vec::new());
        Self { catalog, dialect, parents: Parents::Table, aliases, slots, fixed }
    }

    pub(super) fn alias(&mut self) -> DynIden {
        self.aliases.next()
    }

    /// A value that compares with a column.
    pub(super) fn operand(&mut self, operand: &Operand, column: &Typed<'_>) -> Expr {
        let value = Expr::val(self.slot(operand, column, Form::Value));
        match operand.literals.first() {
            Some(literal) => self.dialect.typed(value, literal, column),
            None => value,
        }
    }

    /// A value that is stored in a column.
    pub(super) fn stored(&mut self, operand: &Operand, column: &Typed<'_>) -> Expr {
        let value = Expr::val(self.slot(operand, column, Form::Stored));
        match operand.literals.first() {
            Some(literal) => self.dialect.assigned(value, literal, column),
            None => value,
        }
    }

    /// The parameter for an operand, or what stands for it until its value comes with a request.
    pub(super) fn slot(&mut self, operand: &Operand, column: &Typed<'_>, form: Form) -> Value {
        if let Some(slot) = Slot::of(self.dialect, operand, column, form) {
            self.slots.push(slot);
            return marker(self.slots.len() - 1).into();
        }
        self.fixed.extend(operand.leaf);
        form.value(self.dialect, &operand.literals, column.ty, column.database_type)
    }

    /// The parameters whose values come with each request, and the leaves whose values stand in the statement for good.
    pub(super) fn into_slots(self) -> (Vec<Slot>, Vec<usize>) {
        (self.slots, self.fixed)
    }

    /// An entity's table under an alias.
    pub(super) fn table(&self, id: EntityId, alias: &DynIden) -> TableRef {
        TableRef::Table(self.table_name(id), Some(alias.clone()))
    }

    /// An entity's table under its own name, as statements that write take it.
    pub(super) fn bare_table(&self, id: EntityId) -> TableRef {
        TableRef::Table(self.table_name(id), None)
    }

    fn table_name(&self, id: EntityId) -> TableName {
        let table = &self.catalog.entity(id).table;
        match &table.namespace {
            Some(namespace) => TableName(Some(iden(namespace).into()), iden(&table.name)),
            None => TableName(None, iden(&table.name)),
        }
    }

    /// An attribute of an entity under an alias.
    pub(super) fn column(&self, id: EntityId, attribute: AttributeId, alias: &DynIden) -> Typed<'a> {
        let entity: &'a Entity = self.catalog.entity(id);
        let attribute = entity.attribute(attribute);
        self.typed(attribute, Expr::col((alias.clone(), iden(&attribute.column).into_iden())))
    }

    /// An attribute of the only table of a statement.
    pub(super) fn bare_column(&self, id: EntityId, attribute: AttributeId) -> Typed<'a> {
        let entity: &'a Entity = self.catalog.entity(id);
        let attribute = entity.attribute(attribute);
        self.typed(attribute, Expr::col(iden(&attribute.column)))
    }

    fn typed<'e>(&self, attribute: &'e Attribute, stored: Expr) -> Typed<'e> {
        let database_type = attribute.database_type.as_ref();
        let expr = match database_type {
            Some(ty) if ty.zero_is_null => self.dialect.without_zero(stored),
            _ => stored,
        };
        Typed { expr, ty: &attribute.ty, database_type }
    }
}
