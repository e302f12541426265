//! Values of arguments, and which of them came by variables.
//!
//! A plan is made once for all values of a variable that it only hands on to the database. So whoever looks at a
//! variable's value to decide anything notes it: the plan then holds for that value alone.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Map, Value};

/// Inputs by name.
pub type Members = BTreeMap<String, Input>;

/// A value of an argument.
#[derive(Debug, Clone)]
pub enum Input {
    /// Null, a truth value, a number or a text that the document gives, or that nobody will ask about again.
    Scalar(Value),
    /// A truth value, a number, a text or a plain list of them that a variable gives.
    Variable(Leaf),
    /// A list.
    List(Vec<Input>),
    /// An object.
    Object(Members),
}

/// A truth value, a number, a text or a plain list of them somewhere in the variables of a request.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Where it stands among those of the request.
    index: usize,
    value: Value,
    /// What a list holds.
    elements: Arc<[Input]>,
    /// Whether anything was decided by the value.
    decides: Arc<AtomicBool>,
}

impl Leaf {
    /// The leaf at a position.
    #[must_use]
    pub fn new(index: usize, value: Value) -> Self {
        let elements = value.as_array().into_iter().flatten().cloned().map(Input::Scalar).collect();
        Self { index, value, elements, decides: Arc::default() }
    }

    /// Whether anything was decided by the value.
    #[must_use]
    pub fn decides(&self) -> bool {
        self.decides.load(Ordering::Relaxed)
    }

    /// The value, to decide something by it.
    fn decide(&self) -> &Value {
        self.decides.store(true, Ordering::Relaxed);
        &self.value
    }
}

impl Input {
    /// Nothing.
    pub const NULL: Self = Self::Scalar(Value::Null);

    /// A value without variables.
    #[must_use]
    pub fn constant(value: Value) -> Self {
        match value {
            Value::Array(values) => Self::List(values.into_iter().map(Self::constant).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name, Self::constant(value))).collect())
            }
            scalar => Self::Scalar(scalar),
        }
    }

    /// Whether it is null, which no variable's leaf is.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(Value::Null))
    }

    /// The text, where it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.decide()?.as_str()
    }

    /// The truth value, where it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        self.decide()?.as_bool()
    }

    /// The whole number, where it is one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.decide()?.as_i64()
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Members> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements of a list. A single value stands for a list of one (GraphQL 3.11, input coercion of lists).
    #[must_use]
    pub fn as_list(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            Self::Variable(leaf) if leaf.decide().is_array() => &leaf.elements,
            single => std::slice::from_ref(single),
        }
    }

    /// A member of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The value as a parameter of a statement, about which nothing else is decided.
    #[must_use]
    pub fn value(&self) -> Cow<'_, Value> {
        match self {
            Self::Scalar(value) => Cow::Borrowed(value),
            Self::Variable(leaf) => Cow::Borrowed(&leaf.value),
            Self::List(values) => Cow::Owned(values.iter().map(|value| value.value().into_owned()).collect()),
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), value.value().into_owned()));
                Cow::Owned(members.collect::<Map<_, _>>().into())
            }
        }
    }

    /// The value, to decide something by it.
    pub(super) fn decided(&self) -> Cow<'_, Value> {
        match self {
            Self::List(values) => Cow::Owned(values.iter().map(|value| value.decided().into_owned()).collect()),
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), value.decided().into_owned()));
                Cow::Owned(members.collect::<Map<_, _>>().into())
            }
            Self::Variable(leaf) => Cow::Borrowed(leaf.decide()),
            Self::Scalar(value) => Cow::Borrowed(value),
        }
    }

    /// Where the value stands among the leaves of the variables; nothing where the document gives it.
    #[must_use]
    pub fn leaf(&self) -> Option<usize> {
        match self {
            Self::Variable(leaf) => Some(leaf.index),
            _ => None,
        }
    }

    /// The scalar, to decide something by it.
    fn decide(&self) -> Option<&Value> {
        match self {
            Self::Scalar(value) => Some(value),
            Self::Variable(leaf) => Some(leaf.decide()),
            Self::List(_) | Self::Object(_) => None,
        }
    }
}

impl std::fmt::Display for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value().fmt(formatter)
    }
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_leaf_decides_once_it_is_looked_at() {
        let leaf = Leaf::new(0, json!(5));
        let input = Input::Variable(leaf.clone());
        assert_eq!((input.is_null(), input.leaf(), input.value().into_owned()), (false, Some(0), json!(5)));
        assert!(!leaf.decides());
        assert_eq!(input.as_i64(), Some(5));
        assert!(leaf.decides());
    }

    #[test]
    fn a_type_that_does_not_fit_decides_too() {
        let leaf = Leaf::new(0, json!("text"));
        assert_eq!(Input::Variable(leaf.clone()).as_bool(), None);
        assert!(leaf.decides());
    }

    #[test]
    fn constants_are_what_they_were() {
        let value = json!({ "and": [{ "a": 1 }, { "b": null }], "c": "text" });
        assert_eq!(Input::constant(value.clone()).value().into_owned(), value);
    }
}
