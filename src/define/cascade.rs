//! Cascade configurations: which of their values mean something here. Delete is the only action that does: there are
//! no owners, shares or merges, and what would be stored and ignored is refused.

use crate::{
    catalog::CascadeDelete,
    error::Code,
    plan::{Error, Result},
};

use super::change::{Behavior, Cascade, CascadeType};

impl Behavior {
    /// Every behaviour.
    pub const ALL: [Self; 4] = [Self::Parental, Self::Referential, Self::ReferentialRestrictDelete, Self::Custom];

    /// What a cascade configuration amounts to: of its actions only delete has a meaning.
    #[must_use]
    pub fn of(delete: Option<CascadeDelete>) -> Self {
        match delete {
            Some(CascadeDelete::Cascade) => Self::Parental,
            Some(CascadeDelete::RemoveLink) => Self::Referential,
            Some(CascadeDelete::Restrict) => Self::ReferentialRestrictDelete,
            Some(CascadeDelete::SetDefault | CascadeDelete::NoAction) | None => Self::Custom,
        }
    }

    fn delete(self) -> Option<CascadeDelete> {
        match self {
            Self::Parental => Some(CascadeDelete::Cascade),
            Self::Referential => Some(CascadeDelete::RemoveLink),
            Self::ReferentialRestrictDelete => Some(CascadeDelete::Restrict),
            Self::Custom => None,
        }
    }
}

impl CascadeType {
    /// Every value.
    pub const ALL: [Self; 6] =
        [Self::NoCascade, Self::Cascade, Self::Active, Self::UserOwned, Self::RemoveLink, Self::Restrict];
}

/// What a delete does, where the configuration says so.
///
/// # Errors
/// Values that an action does not have, values that mean nothing here, and contradictions.
pub(super) fn delete(cascade: &Cascade) -> Result<Option<CascadeDelete>> {
    check_others(cascade)?;
    let delete = cascade.delete.map(on_delete).transpose()?;
    let preset = cascade.behavior.and_then(Behavior::delete);
    match (cascade.behavior, preset, delete) {
        (_, Some(preset), Some(delete)) if preset != delete => {
            Err(Error::invalid("the behavior and what is said about delete contradict each other"))
        }
        (Some(Behavior::Custom), _, None) => Err(Error::invalid("a custom behavior says what a delete does")),
        (_, preset, delete) => Ok(delete.or(preset)),
    }
}

fn on_delete(value: CascadeType) -> Result<CascadeDelete> {
    match value {
        CascadeType::Cascade => Ok(CascadeDelete::Cascade),
        CascadeType::RemoveLink => Ok(CascadeDelete::RemoveLink),
        CascadeType::Restrict => Ok(CascadeDelete::Restrict),
        CascadeType::NoCascade | CascadeType::Active | CascadeType::UserOwned => {
            Err(Error::invalid("a delete cascades, removes the link or is restricted")
                .hint("use CASCADE, REMOVE_LINK or RESTRICT"))
        }
    }
}

/// The values that each action has, by the tables of the cascade configurations of Dataverse.
fn check_others(cascade: &Cascade) -> Result<()> {
    use CascadeType::{Active, Cascade as All, NoCascade, UserOwned};
    let owned: &[CascadeType] = &[NoCascade, All, Active, UserOwned];
    let actions = [
        ("assign", cascade.assign, owned),
        ("merge", cascade.merge, &[NoCascade, All]),
        ("reparent", cascade.reparent, owned),
        ("rollupView", cascade.rollup_view, owned),
        ("share", cascade.share, owned),
        ("unshare", cascade.unshare, owned),
    ];
    for (name, value, allowed) in actions {
        let Some(value) = value else { continue };
        if !allowed.contains(&value) {
            return Err(Error::invalid(format!("{name} does not have this value")));
        }
        if value != NoCascade {
            let message = format!("{name} cannot cascade: records have no owners here, nothing is shared or merged");
            return Err(Error::new(Code::Unsupported, message).hint("leave it out, or say NO_CASCADE"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(cascade: &Cascade) -> Code {
        delete(cascade).expect_err("it is refused").code
    }

    #[test]
    fn what_means_nothing_is_refused_and_not_ignored() {
        let with = |delete| Cascade { delete: Some(delete), ..Cascade::default() };
        for value in [CascadeType::Active, CascadeType::UserOwned, CascadeType::NoCascade] {
            assert_eq!(code(&with(value)), Code::Invalid);
        }
        let assign = |value| Cascade { assign: Some(value), ..Cascade::default() };
        assert_eq!(code(&assign(CascadeType::Restrict)), Code::Invalid);
        assert_eq!(code(&assign(CascadeType::Cascade)), Code::Unsupported);
        assert_eq!(delete(&assign(CascadeType::NoCascade)), Ok(None));
        let merge = Cascade { merge: Some(CascadeType::Active), ..Cascade::default() };
        assert_eq!(code(&merge), Code::Invalid);
    }

    #[test]
    fn presets_stand_for_what_a_delete_does() {
        let preset = |behavior, delete| Cascade { behavior: Some(behavior), delete, ..Cascade::default() };
        assert_eq!(delete(&preset(Behavior::Parental, None)), Ok(Some(CascadeDelete::Cascade)));
        assert_eq!(delete(&preset(Behavior::Referential, None)), Ok(Some(CascadeDelete::RemoveLink)));
        let same = preset(Behavior::ReferentialRestrictDelete, Some(CascadeType::Restrict));
        assert_eq!(delete(&same), Ok(Some(CascadeDelete::Restrict)));
        assert_eq!(code(&preset(Behavior::Parental, Some(CascadeType::Restrict))), Code::Invalid);
        assert_eq!(code(&preset(Behavior::Custom, None)), Code::Invalid);
        for behavior in Behavior::ALL {
            assert_eq!(behavior.delete().map_or(Behavior::Custom, |delete| Behavior::of(Some(delete))), behavior);
        }
    }
}
