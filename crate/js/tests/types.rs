//! The types for TypeScript say what Rust's types are.
//!
//! Those of a snapshot are made here: where they differ, `EDDY_BLESS=1 cargo test -p eddy-js --test types` writes them anew.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use lab::LabFile;
use lab::snapshot::{Axis, MarkKind, Snapshot, Task};
use serde_json::Value;
use serde_reflection::{ContainerFormat, Format, Named, Tracer, TracerConfig, VariantFormat};

const TYPES: &str = include_str!("../src/types.d.ts");
const SNAPSHOT: &str = include_str!("../src/snapshot.d.ts");

#[test]
fn a_snapshot_is_declared_as_it_is() {
    let made = snapshot();
    if std::env::var_os("EDDY_BLESS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/snapshot.d.ts");
        return fs::write(file, made).unwrap();
    }
    for (made, declared) in made.lines().zip(SNAPSHOT.lines()) {
        assert_eq!(
            made, declared,
            "run `EDDY_BLESS=1 cargo test -p eddy-js --test types`"
        );
    }
    assert_eq!(made, SNAPSHOT);
}

/// Every name that a lab file can have, and every word that can stand in it, is declared; and nothing else is.
#[test]
fn a_lab_file_is_declared_as_it_is() {
    let schema = schemars::schema_for!(LabFile).to_value();
    let mut names = BTreeSet::new();
    collect_names(&schema, &mut names);
    assert!(names.len() > 100, "only {} names were found", names.len());
    let (lab_file, _) = TYPES.split_once("/** An entry of a recording").unwrap();
    let declared = |name: &String| {
        let field = [
            format!(" {name}: "),
            format!(" {name}?: "),
            format!("\"{name}\": "),
        ];
        field.iter().any(|field| lab_file.contains(field))
            || lab_file.contains(&format!("\"{name}\""))
    };
    let missing: Vec<&String> = names.iter().filter(|name| !declared(name)).collect();
    assert!(missing.is_empty(), "types.d.ts does not have {missing:?}");
    let fields = lab_file.lines().filter_map(|line| {
        let (name, _) = line.trim_start().split_once(": ")?;
        let name = name.trim_end_matches('?');
        let is_name = name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_');
        is_name.then(|| name.to_owned())
    });
    let gone: Vec<String> = fields.filter(|name| !names.contains(name)).collect();
    assert!(
        gone.is_empty(),
        "types.d.ts has {gone:?}, which lab files have not"
    );
}

/// Names of fields, and the words that fields may hold.
fn collect_names(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                names.extend(properties.keys().cloned());
            }
            let words = object.get("enum").and_then(Value::as_array);
            let words = words.into_iter().flatten().chain(object.get("const"));
            names.extend(words.filter_map(Value::as_str).map(str::to_owned));
            object.values().for_each(|part| collect_names(part, names));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_names(part, names)),
        _ => {}
    }
}

/// The declarations of all that a snapshot holds, with the comments of the Rust types.
fn snapshot() -> String {
    let mut tracer = Tracer::new(TracerConfig::default());
    tracer.trace_simple_type::<Snapshot>().unwrap();
    // Enums are traced one by one; where one is missing here, the next line says its name.
    tracer.trace_simple_type::<Task>().unwrap();
    tracer.trace_simple_type::<MarkKind>().unwrap();
    tracer.trace_simple_type::<Axis>().unwrap();
    let registry = tracer.registry().unwrap();
    let comments = comments();
    let mut out = String::new();
    for (name, container) in &registry {
        comment(&comments, name, "", &mut out);
        match container {
            ContainerFormat::Struct(fields) => {
                let _ = writeln!(out, "export interface {name} {{");
                for Named { name: field, value } in fields {
                    comment(&comments, &format!("{name}.{field}"), "  ", &mut out);
                    let _ = writeln!(out, "  {field}: {};", of(value));
                }
                out.push_str("}\n\n");
            }
            ContainerFormat::Enum(variants) => {
                let variants = variants.values().map(|variant| match &variant.value {
                    VariantFormat::Unit => format!("\"{}\"", variant.name),
                    VariantFormat::NewType(of_it) => {
                        format!("{{ {}: {} }}", variant.name, of(of_it))
                    }
                    other => panic!("{name}: {other:?}"),
                });
                let variants: Vec<String> = variants.collect();
                let _ = writeln!(out, "export type {name} = {};\n", variants.join(" | "));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    out.trim_end().to_owned() + "\n"
}

fn of(format: &Format) -> String {
    match format {
        Format::TypeName(name) => name.clone(),
        Format::Bool => "boolean".to_owned(),
        Format::Char | Format::Str => "string".to_owned(),
        Format::Option(of_it) => format!("{} | null", of(of_it)),
        Format::Seq(of_it) => match &**of_it {
            Format::Option(_) => format!("({})[]", of(of_it)),
            _ => format!("{}[]", of(of_it)),
        },
        Format::Map { value, .. } => format!("Record<string, {}>", of(value)),
        Format::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(of).collect();
            format!("[{}]", parts.join(", "))
        }
        Format::TupleArray { content, size } => {
            format!("[{}]", vec![of(content); *size].join(", "))
        }
        Format::I8 | Format::I16 | Format::I32 | Format::I64 => "number".to_owned(),
        Format::U8 | Format::U16 | Format::U32 | Format::U64 => "number".to_owned(),
        Format::F32 | Format::F64 => "number".to_owned(),
        other => panic!("{other:?}"),
    }
}

fn comment(comments: &BTreeMap<String, Vec<String>>, of: &str, indent: &str, out: &mut String) {
    match comments.get(of).map(Vec::as_slice) {
        None | Some([]) => {}
        Some([line]) => {
            let _ = writeln!(out, "{indent}/** {line} */");
        }
        Some(lines) => {
            let _ = writeln!(out, "{indent}/**");
            for line in lines {
                let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
            }
            let _ = writeln!(out, "{indent} */");
        }
    }
}

/// The comments of types and their fields, by "Type" and "Type.field".
fn comments() -> BTreeMap<String, Vec<String>> {
    let lab = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../lab/src"));
    let folder = fs::read_dir(lab.join("snapshot")).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.push(lab.join("snapshot.rs"));
    // Where the type comes from that a snapshot shares with the models.
    files.push(lab.join("../../learn/src/online/mod.rs"));
    let mut comments = BTreeMap::new();
    for file in files {
        let (mut owner, mut lines) = (String::new(), Vec::new());
        for line in fs::read_to_string(file).unwrap().lines() {
            let text = line.trim_start();
            if let Some(comment) = text.strip_prefix("///") {
                lines.push(comment.trim_start().replace("None", "null"));
                continue;
            }
            if text.starts_with("#[") {
                continue;
            }
            let lines = std::mem::take(&mut lines);
            let declared = text.strip_prefix("pub ").unwrap_or_default();
            if let Some(name) = ["struct ", "enum "]
                .iter()
                .find_map(|kind| declared.strip_prefix(kind))
            {
                owner = name.trim_end_matches(" {").to_owned();
                comments.insert(owner.clone(), lines);
            } else if let Some((field, _)) = declared.split_once(": ") {
                comments.insert(format!("{owner}.{field}"), lines);
            }
        }
    }
    comments
}
