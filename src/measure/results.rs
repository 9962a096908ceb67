//! Results of all replicates, and their files.

use std::io;

use serde::{Deserialize, Serialize};

use super::{record::FileEntry, recorder::Recorded, scope::Scope, summary::Summary};
use crate::{
    store::{StoreError, atomic::Staging, csv, parquet, parquet::Part},
    world::World,
};

/// Format of result tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Format {
    /// Apache Parquet, zstd.
    #[default]
    Parquet,
    /// CSV.
    Csv,
}

impl Format {
    /// Extension of files.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Csv => "csv",
        }
    }
}

/// Results of the replicates finished so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// In the order of replicates.
    pub replicates: Vec<Recorded>,
}

impl Results {
    /// The summary over replicates.
    pub fn summary(&self, world: &World) -> Summary {
        let values: Vec<_> = self.replicates.iter().map(|r| r.values.clone()).collect();
        Summary::new(&Scope::new(world), &values)
    }

    /// Writes all tables and the summary into a staging folder; returns what was written.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, world: &World, sample: f64, format: Format, staging: &mut Staging) -> Result<Vec<FileEntry>, StoreError> {
        let summary = self.summary(world);
        let mut files = Vec::new();
        let mut rows = 0;
        let mut add = |staging: &mut Staging, name: String, content: &mut dyn FnMut(&mut crate::store::atomic::Sink) -> io::Result<u64>| {
            let written = staging.file(&name, |sink| {
                rows = content(sink)?;
                Ok(())
            })?;
            files.push(FileEntry { name, rows: Some(rows), hash: written.hash });
            Ok::<(), StoreError>(())
        };
        add(staging, "summary.csv".to_string(), &mut |sink| summary.write(sink))?;
        for (index, layout) in Scope::new(world).layouts(1.0 / sample).iter().enumerate() {
            let parts: Vec<&Part> = self.replicates.iter().flat_map(|r| &r.parts[index]).collect();
            let name = format!("{}.{}", layout.spec.name, format.extension());
            add(staging, name, &mut |sink| match format {
                Format::Parquet => parquet::write(layout, &parts, sink),
                Format::Csv => csv::write(layout, &parts, sink),
            })?;
        }
        Ok(files)
    }
}
