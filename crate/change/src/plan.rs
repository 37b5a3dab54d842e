//! The wanted columns of many rows alike.

use crate::cursor::{Cursor, Stop};
use crate::element::element_of;
use crate::places::Places;
use crate::raw::Raw;
use crate::row::Row;
use crate::value::Value;

/// Takes the same columns out of row after row.
///
/// Rows of a topic mostly have the same columns in the same order. The plan remembers which column
/// came at which place, so that in the steady state each name costs one comparison: nothing is
/// hashed, nothing is allocated. Other rows are read as correctly, only slower.
///
/// A name `v[3]` is element 3 (from 0) of the array column `v`, unless a column has just that name.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many values a row gives.
    len: usize,
    /// The columns that are looked for, each once.
    columns: Vec<Column>,
    /// Which of them, if any, came at each place of the last row.
    places: Places<Option<usize>>,
}

/// A column that is looked for.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    /// Where its value goes.
    slots: Vec<usize>,
    /// Which of its elements go where, by index.
    elements: Vec<(usize, usize)>,
    /// Where its value begins and ends in the row that is being read, where elements are wanted.
    span: Option<(usize, usize)>,
}

impl Plan {
    /// A plan for these columns, or elements of columns. A name may stand twice.
    pub fn new(names: &[String]) -> Self {
        let mut columns = Vec::new();
        for (slot, name) in names.iter().enumerate() {
            column(&mut columns, name).slots.push(slot);
            if let Some((array, index)) = element_of(name) {
                column(&mut columns, array).elements.push((index, slot));
            }
        }
        for column in &mut columns {
            column.elements.sort_unstable();
        }
        Self {
            len: names.len(),
            columns,
            places: Places::new(),
        }
    }

    /// Takes the values out of a row: `out` then holds one for each name, in their order.
    ///
    /// `None` stands for a column, or an element, that is not there. An element of a null array is
    /// null. `out` is emptied first, and keeps its memory.
    pub fn fill<'a>(&mut self, row: Row<'a>, out: &mut Vec<Option<Value<'a>>>) {
        out.clear();
        out.resize(self.len, None);
        for column in &mut self.columns {
            column.span = None;
        }
        // The row has been scanned without a fault before: an error cannot come, and would end it.
        let _ended = self.fill_columns(row, out);
        // At the end, because a column that has an element's very name goes before the element.
        for column in &self.columns {
            if let Some(json) = column.span.and_then(|(from, to)| row.bytes().get(from..to)) {
                let _ended = fill_elements(json, &column.elements, out);
            }
        }
    }

    fn fill_columns<'a>(
        &mut self,
        row: Row<'a>,
        out: &mut [Option<Value<'a>>],
    ) -> Result<(), Stop> {
        let Self {
            columns, places, ..
        } = self;
        let mut cursor = Cursor::new(row.bytes());
        cursor.enter_object()?;
        let mut place = 0;
        while let Some(wanted) = places.next(&mut cursor, place, |name| index_of(columns, name))? {
            place += 1;
            let Some(column) = wanted.and_then(|index| columns.get_mut(index)) else {
                cursor.skip()?;
                continue;
            };
            let raw = cursor.value()?;
            if !column.elements.is_empty() {
                let end = cursor.position();
                column.span = Some((end.saturating_sub(raw.bytes.len()), end));
            }
            for slot in &column.slots {
                put(out, *slot, Value::of(raw));
            }
        }
        Ok(())
    }
}

/// Which column a name as it is written means.
fn index_of(columns: &[Column], name: Raw<'_>) -> Option<usize> {
    let name = name.string()?;
    columns.iter().position(|column| column.name == name)
}

/// The column of that name, added where it is new.
fn column<'c>(columns: &'c mut Vec<Column>, name: &str) -> &'c mut Column {
    let index = columns
        .iter()
        .position(|column| column.name == name)
        .unwrap_or(columns.len());
    if index == columns.len() {
        let name = name.to_owned();
        columns.push(Column {
            name,
            slots: Vec::new(),
            elements: Vec::new(),
            span: None,
        });
    }
    &mut columns[index]
}

/// Fills the slots of the wanted elements, which are in order of their index.
fn fill_elements<'a>(
    json: &'a [u8],
    wanted: &[(usize, usize)],
    out: &mut [Option<Value<'a>>],
) -> Result<(), Stop> {
    let mut cursor = Cursor::new(json);
    match cursor.peek() {
        b'[' => cursor.enter_array()?,
        // There is no element, but it can be said what is there instead.
        b'n' | b'{' => {
            let raw = cursor.value()?;
            wanted
                .iter()
                .for_each(|(_, slot)| put_element(out, *slot, Value::of(raw)));
            return Ok(());
        }
        _ => return Ok(()),
    }
    let mut wanted = wanted.iter().peekable();
    let mut at = 0;
    while wanted.peek().is_some() && cursor.next_element(at == 0)? {
        let raw = cursor.value()?;
        while let Some((_, slot)) = wanted.next_if(|(index, _)| *index == at) {
            put_element(out, *slot, Value::of(raw));
        }
        at += 1;
    }
    Ok(())
}

fn put<'a>(out: &mut [Option<Value<'a>>], slot: usize, value: Value<'a>) {
    if let Some(place) = out.get_mut(slot) {
        *place = Some(value);
    }
}

fn put_element<'a>(out: &mut [Option<Value<'a>>], slot: usize, value: Value<'a>) {
    if let Some(place) = out.get_mut(slot) {
        place.get_or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills from the rows in turn with one plan, and compares what came of each.
    fn check(names: &[&str], rows: &[(&str, &[Option<Value<'_>>])]) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut plan = Plan::new(&names);
        let mut out = Vec::new();
        // Twice, so that each row also meets a plan that has seen all the others.
        for (json, wanted) in rows.iter().chain(rows) {
            plan.fill(Row::parse(json).unwrap(), &mut out);
            assert_eq!(out, *wanted, "{names:?} of {json}");
        }
    }

    fn number(digits: &str) -> Option<Value<'_>> {
        Some(Value::Number(digits))
    }

    #[test]
    fn columns_are_found_wherever_they_stand() {
        check(
            &["a", "b", "a"],
            &[
                (r#"{"a":1,"b":2}"#, &[number("1"), number("2"), number("1")]),
                (r#"{"a":3,"b":4}"#, &[number("3"), number("4"), number("3")]),
                (r#"{"b":2,"a":1}"#, &[number("1"), number("2"), number("1")]),
                (
                    r#"{"x":0,"a":1,"y":"","b":null}"#,
                    &[number("1"), Some(Value::Null), number("1")],
                ),
                (r#"{"\u0061":1}"#, &[number("1"), None, number("1")]),
                (r#"{"a":1,"a":2}"#, &[number("2"), None, number("2")]),
                (r#"{}"#, &[None, None, None]),
            ],
        );
        check(&[], &[(r#"{"a":1}"#, &[])]);
    }

    #[test]
    fn elements_of_arrays() {
        check(
            &["v[0]", "v[2]", "v[0]", "v"],
            &[
                (
                    r#"{"v":[1, 2.5 ,3]}"#,
                    &[
                        number("1"),
                        number("3"),
                        number("1"),
                        Some(Value::Array("[1, 2.5 ,3]")),
                    ],
                ),
                (
                    r#"{"v":[7]}"#,
                    &[number("7"), None, number("7"), Some(Value::Array("[7]"))],
                ),
                (r#"{"v":[]}"#, &[None, None, None, Some(Value::Array("[]"))]),
                (r#"{"v":null}"#, &[const { Some(Value::Null) }; 4]),
                (r#"{"v":5}"#, &[None, None, None, number("5")]),
                (
                    r#"{"v":[1],"v":[2]}"#,
                    &[number("2"), None, number("2"), Some(Value::Array("[2]"))],
                ),
                (
                    r#"{"v":{"dimensions":5}}"#,
                    &[const { Some(Value::Object(r#"{"dimensions":5}"#)) }; 4],
                ),
                (
                    r#"{"v[0]":9,"v":[1,2,3]}"#,
                    &[
                        number("9"),
                        number("3"),
                        number("9"),
                        Some(Value::Array("[1,2,3]")),
                    ],
                ),
                (r#"{"v[0]":9}"#, &[number("9"), None, number("9"), None]),
            ],
        );
    }
}
