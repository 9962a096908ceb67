//! Files appear whole or not at all; tables come back as they were written.

use std::{fs, io, io::Write};

use musafir::store::{
    atomic::{self, Staging},
    csv, parquet,
    table::{Column, ColumnSpec, Kind, Layout, Table, TableSpec},
};

const fn column(name: &'static str, kind: Kind) -> ColumnSpec {
    ColumnSpec { name, kind, unit: "unit", meaning: "A meaning." }
}

static SPEC: TableSpec = TableSpec {
    name: "sample",
    meaning: "A row.",
    columns: &[
        column("month", Kind::Month),
        column("who", Kind::Name),
        column("count", Kind::Count),
        column("whole", Kind::Whole),
        column("real", Kind::Real),
        column("persons", Kind::Persons),
    ],
};

fn layout() -> Layout {
    Layout::new(&SPEC, &[("who", &["a,b".to_string(), "c \"d\"".to_string()])], 10.0)
}

fn table(from: usize, rows: usize) -> Table {
    let mut table = Table::new(&SPEC);
    for i in from..from + rows {
        let real = if i % 3 == 0 { f64::NAN } else { i as f64 / 7.0 };
        table.push([(1260 + i % 12).into(), (i % 2).into(), i.into(), (-(i as i64)).into(), real.into(), (i % 5).into()]);
    }
    table
}

#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.txt");
    atomic::write(&path, |sink| sink.write_all(b"old")).unwrap();
    let error = atomic::write(&path, |sink| {
        sink.write_all(b"new")?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    });
    assert!(error.unwrap_err().to_string().contains("free some space"));
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let written = atomic::write(&path, |sink| sink.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!((written.bytes, written.hash), (3, blake3::hash(b"new").to_hex().to_string()));
}

#[test]
fn what_a_killed_process_left_is_removed_and_what_another_writes_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let [left, held] = ["left", "held"].map(|name| folder.path().join(format!(".musafir-{name}.partial")));
    fs::write(&left, "half").unwrap();
    let writing = fs::File::create(&held).unwrap();
    writing.lock().unwrap();
    drop(Staging::new(folder.path()).unwrap());
    assert!(left.exists(), "somebody may have made it just now");
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    for path in [&left, &held] {
        fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    drop(Staging::new(folder.path()).unwrap());
    assert!(!left.exists() && held.exists());
    drop(writing);
    drop(Staging::new(folder.path()).unwrap());
    assert!(!held.exists());
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = atomic::write(&file.join("sub").join("y"), |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("file") && error.contains("cannot"), "{error}");
}

#[test]
fn a_set_of_files_appears_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    let mut staging = Staging::new(&target).unwrap();
    staging.file("a", |sink| sink.write_all(b"1")).unwrap();
    assert!(!target.join("a").exists());
    drop(staging);
    assert!(!target.exists());
    let mut staging = Staging::new(&target).unwrap();
    staging.file("a", |sink| sink.write_all(b"1")).unwrap();
    staging.file("b", |sink| sink.write_all(b"2")).unwrap();
    staging.commit().unwrap();
    let mut names: Vec<_> = fs::read_dir(&target).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn parquet_comes_back_as_it_was_written() {
    let layout = layout();
    let parts = [(0, 1000), (1000, 0), (1000, 500)].map(|(from, rows)| parquet::encode(&layout, &table(from, rows)).unwrap());
    let mut bytes = Vec::new();
    assert_eq!(parquet::write(&layout, &parts.iter().collect::<Vec<_>>(), &mut bytes).unwrap(), 1500);
    let groups = parquet::read(&layout, bytes.into()).unwrap();
    assert_eq!(groups.iter().map(Table::rows).collect::<Vec<_>>(), [1000, 500]);
    let (written, read) = (table(1000, 500), &groups[1]);
    assert_eq!(read.columns[..2], written.columns[..2]);
    assert_eq!(read.columns[2], Column::Whole((1000..1500).collect()));
    assert_eq!(read.columns[3], written.columns[3]);
    let (Column::Real(a), Column::Real(b)) = (&read.columns[4], &written.columns[4]) else { panic!("not numbers") };
    assert!(a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()));
    assert_eq!(read.columns[5], Column::Real((1000..1500).map(|i| f64::from(i % 5) * 10.0).collect()));
    assert_eq!(parquet::decode(&layout, &parts[2]).unwrap().columns[..4], read.columns[..4]);
}

#[test]
fn runs_and_many_values_come_back() {
    let layout = layout();
    let mut written = Table::new(&SPEC);
    let mut at = 0usize;
    for i in 0..3000usize {
        // Runs of 1 to 40 rows, over several pages; counts from constant to more than a dictionary holds.
        for _ in 0..=(i * 7919 % 40) {
            let persons = if at < 20_000 { i * i % 900 } else { at % 3 };
            written.push([(1260 + i / 300).into(), (i % 2).into(), (at * 977).into(), at.into(), 1.5.into(), persons.into()]);
            at += 1;
        }
    }
    let read = parquet::decode(&layout, &parquet::encode(&layout, &written).unwrap()).unwrap();
    assert_eq!(read.columns[..2], written.columns[..2]);
    let (Column::Count(counts), Column::Persons(persons)) = (&written.columns[2], &written.columns[5]) else { panic!("not counts") };
    assert_eq!(read.columns[2], Column::Whole(counts.iter().map(|&c| i64::from(c)).collect()));
    assert_eq!(read.columns[3..5], written.columns[3..5]);
    assert_eq!(read.columns[5], Column::Real(persons.iter().map(|&p| f64::from(p) * 10.0).collect()));
}

#[test]
fn parquet_bytes_do_not_depend_on_threads_and_tell_units() {
    let write = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let part = parquet::encode(&layout(), &table(0, 5000)).unwrap();
            let mut bytes = Vec::new();
            parquet::write(&layout(), &[&part], &mut bytes).unwrap();
            bytes
        })
    };
    let bytes = write(1);
    assert_eq!(bytes, write(3));
    assert!(bytes.windows(10).any(|w| w == b"count.unit"));
}

#[test]
fn csv_quotes_and_leaves_blanks() {
    let part = parquet::encode(&layout(), &table(0, 3)).unwrap();
    let mut bytes = Vec::new();
    assert_eq!(csv::write(&layout(), &[&part], &mut bytes).unwrap(), 3);
    let expected = "month,who,count,whole,real,persons\n\
        2005-01-01,\"a,b\",0,0,,0\n\
        2005-02-01,\"c \"\"d\"\"\",1,-1,0.14285714285714285,10\n\
        2005-03-01,\"a,b\",2,-2,0.2857142857142857,20\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn writers_into_one_folder_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path();
    let write = &|text: &str| {
        let mut staging = Staging::new(target).unwrap();
        for name in ["a", "b"] {
            staging.file(name, |sink| sink.write_all(text.as_bytes())).unwrap();
        }
        staging.commit().unwrap();
    };
    std::thread::scope(|scope| {
        for writer in ["1", "2", "3", "4"] {
            scope.spawn(move || (0..20).for_each(|_| write(writer)));
        }
    });
    assert_eq!(fs::read(target.join("a")).unwrap(), fs::read(target.join("b")).unwrap());
    assert_eq!(fs::read_dir(target).unwrap().count(), 2);
}
