//! Which changes of a field's, an argument's or an input field's type keep clients working.

use async_graphql::parser::types::{BaseType, InputValueDefinition, Type};

/// Whether a client that reads the one can read the other: it may say more, never less.
pub(super) fn can_be_read_as(after: &Type, before: &Type) -> bool {
    (before.nullable || !after.nullable) && same_base(after, before, can_be_read_as)
}

/// Whether a client that sends the one may send it as the other: it may demand less, never more.
pub(super) fn can_be_sent_as(after: &Type, before: &Type) -> bool {
    (after.nullable || !before.nullable) && same_base(after, before, can_be_sent_as)
}

fn same_base(after: &Type, before: &Type, fits: fn(&Type, &Type) -> bool) -> bool {
    match (&after.base, &before.base) {
        (BaseType::Named(after), BaseType::Named(before)) => after == before,
        (BaseType::List(after), BaseType::List(before)) => fits(after, before),
        _ => false,
    }
}

/// Whether a client must send it.
pub(super) fn is_required(input: &InputValueDefinition) -> bool {
    !input.ty.node.nullable && input.default_value.is_none()
}
