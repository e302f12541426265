//! The labels that the text of a declared type holds.

/// The labels of `enum('a','it''s')`, as `MariaDB` declares the type of a column, in their order. A quote stands twice, a
/// backslash begins what cannot be written otherwise.
pub(crate) fn enum_labels(column_type: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut current: Option<String> = None;
    let mut letters = column_type.chars().peekable();
    while let Some(letter) = letters.next() {
        match (&mut current, letter) {
            (None, '\'') => current = Some(String::new()),
            (None, _) => {}
            (Some(label), '\'') if letters.peek() == Some(&'\'') => {
                letters.next();
                label.push('\'');
            }
            (Some(_), '\'') => labels.extend(current.take()),
            (Some(label), '\\') => label.extend(letters.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                '0' => '\0',
                other => other,
            })),
            (Some(label), _) => label.push(letter),
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_whatever_is_in_them() {
        assert_eq!(
            enum_labels("enum('a','it''s','','b\\\\c','x\\ny','),(')"),
            ["a", "it's", "", "b\\c", "x\ny", "),("]
        );
        assert_eq!(enum_labels("enum('''')"), ["'"]);
    }
}
