//! TOML files that are not scenarios (targets, bars): read and held against a schema, with all mistakes at once. Used by `experiment`.

use std::path::{Path, PathBuf};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value as Json, json};

use super::{
    check,
    finding::{At, Ledger, Source},
    layers,
    tree::{self, Node},
};

/// A file that was read: where every value stands, and what of it is right.
#[derive(Clone, Debug)]
pub struct Document {
    /// Values with their places.
    pub tree: Node,
    /// What fits the schema; what does not is left out.
    pub json: Json,
}

/// The schema of a kind of file, without references, with unknown keys forbidden. Its type says what people call it (`called`).
pub fn schema<T: JsonSchema>(title: &str) -> Json {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    check::close(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), json!(title));
    }
    schema
}

/// Reads a file and checks it; none if it cannot be read.
pub fn read(path: &Path, schema: &Json, ledger: &mut Ledger) -> Option<Document> {
    let name = path.display().to_string();
    match layers::read_text(path) {
        Ok(text) => {
            let file = ledger.sources.len();
            ledger.sources.push(Source { name, text, folder: path.parent().map_or_else(PathBuf::new, Path::to_path_buf) });
            let tree = tree::parse(file, ledger);
            let json = check::check(&tree, schema, "", "", ledger).unwrap_or_default();
            Some(Document { tree, json })
        }
        Err(why) => {
            ledger.error(At::NOWHERE, "", format!("`{name}` cannot be read"), why, "");
            None
        }
    }
}

/// What a file holds, whatever is wrong with it; nothing if it cannot be read.
pub fn tree_of(path: &Path) -> Node {
    let mut ledger = Ledger::default();
    ledger.sources.push(Source { name: String::new(), text: layers::read_text(path).unwrap_or_default(), folder: PathBuf::new() });
    tree::parse(0, &mut ledger)
}
