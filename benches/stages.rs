//! What each stage takes on its own, without a database at run time: `cargo bench --bench stages`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark gives up; criterion's macros document nothing")]

#[path = "store/data.rs"]
mod data;
#[path = "store/queries.rs"]
mod queries;

use std::{hint::black_box, sync::Arc};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::{
    Gateway,
    catalog::{self, AttributeType, Catalog, ColumnDraft, EntityDraft, RelationDraft, Table},
    execute::{
        Read,
        sample::{Cell, Sample},
    },
    graphql,
    plan::{self, Column, Limits, Mutations, ReadPlan, Step, collect, plan_read},
    sql::{Dialect, compile},
};
use sea_orm::{ConnectOptions, Database};

use queries::Query;

criterion_group!(benches, operations, encode, schemas);
criterion_main!(benches);

/// From the text of an operation to its statements.
fn operations(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let catalog = runtime.block_on(store());
    let limits = Limits::default();
    let schema = graphql::schema(&catalog, &Mutations::of(&catalog), limits, false).unwrap();
    let select = |query: Query| runtime.block_on(graphql::select(&schema, limits, &query.request(1))).unwrap();

    let mut group = criterion.benchmark_group("select");
    for query in Query::ALL {
        group.bench_function(query.name(), |bencher| bencher.iter(|| black_box(select(query))));
    }
    group.finish();

    let mut group = criterion.benchmark_group("plan");
    for query in Query::ALL {
        let selection = select(query);
        group.bench_function(query.name(), |bencher| {
            bencher.iter(|| {
                let fields = collect(&[&selection], &|_| true);
                black_box(plan_read(&catalog, limits, &fields[0]).unwrap())
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("compile");
    for query in Query::ALL {
        let selection = select(query);
        let plan = plan_read(&catalog, limits, &collect(&[&selection], &|_| true)[0]).unwrap();
        assert_eq!(plan.steps.len(), query.statements(), "a step is a statement");
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
            group.bench_function(BenchmarkId::new(query.name(), format!("{dialect:?}")), |bencher| {
                bencher.iter(|| {
                    for step in &plan.steps {
                        black_box(compile(&catalog, dialect, step));
                    }
                });
            });
        }
    }
    group.finish();
}

/// From rows to JSON, without a database: a hundred records of the root, ten children of each.
fn encode(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let catalog = runtime.block_on(store());
    let limits = Limits::default();
    let schema = graphql::schema(&catalog, &Mutations::of(&catalog), limits, false).unwrap();
    let mut group = criterion.benchmark_group("encode");
    for query in Query::ALL {
        let selection = runtime.block_on(graphql::select(&schema, limits, &query.request(1))).unwrap();
        let plan = plan_read(&catalog, limits, &collect(&[&selection], &|_| true)[0]).unwrap();
        let read = Read::new(&catalog, Dialect::Sqlite, plan);
        let sample = sample(&read.plan);
        let bytes = sample.encode(&read, usize::MAX).unwrap();
        let json = [b"{", bytes.as_slice(), b"}"].concat();
        assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok(), "{}", String::from_utf8_lossy(&json));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(query.name(), |bencher| {
            bencher.iter(|| black_box(sample.encode(&read, usize::MAX).unwrap()));
        });
    }
    group.finish();
}

/// Rows for a plan; numbers tell them apart.
fn sample(plan: &ReadPlan) -> Sample {
    let mut counts: Vec<i64> = Vec::new();
    let mut rows = |step: &Step| {
        let plan::Query::Rows(rows) = &step.query else { panic!("none of the operations counts") };
        let parents = step.parent.as_ref().map(|parent| counts[parent.step]);
        let count = parents.map_or(100, |parents| parents * 10);
        counts.push(count);
        let row = |index: i64| {
            let cell = |column: &Column| match &column.ty {
                AttributeType::Int => Cell::Integer(index),
                _ => Cell::Text(format!("text {index}")),
            };
            let parent = parents.map(|_| Cell::Integer(index / 10));
            parent.into_iter().chain(rows.columns.iter().map(cell)).collect()
        };
        (0..count).map(row).collect()
    };
    Sample(plan.steps.iter().map(&mut rows).collect())
}

/// The catalog of the music store.
async fn store() -> Arc<Catalog> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.unwrap();
    data::fill(&connection, data::TRACKS).await;
    Gateway::builder(connection).discover(&[]).build().await.unwrap().catalog()
}

/// From drafts to a catalog, and from a catalog to a schema.
fn schemas(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("schema");
    group.sample_size(20);
    for entities in [10, 100] {
        let drafts: Vec<EntityDraft> = (0..entities).map(entity).collect();
        group.bench_with_input(BenchmarkId::new("catalog", entities), &drafts, |bencher, drafts| {
            bencher.iter(|| black_box(catalog::build(drafts.clone(), &[], &[]).unwrap()));
        });
        let catalog = Arc::new(catalog::build(drafts, &[], &[]).unwrap());
        group.bench_with_input(BenchmarkId::new("build", entities), &catalog, |bencher, catalog| {
            bencher.iter(|| {
                black_box(graphql::schema(catalog, &Mutations::of(catalog), Limits::default(), false).unwrap())
            });
        });
    }
    group.finish();
}

/// A table with ten columns, one of which points at the table before it.
fn entity(number: usize) -> EntityDraft {
    let table = |number: usize| Table { namespace: None, name: format!("item{number}") };
    let column = |name: &str, ty: AttributeType| ColumnDraft {
        name: name.to_owned(),
        ty: Some(ty),
        database_type: None,
        nullable: name != "id",
        has_default: false,
        generated: false,
        description: None,
    };
    let mut columns = vec![column("id", AttributeType::Int), column("previous_id", AttributeType::Int)];
    columns.extend((0..8).map(|index| column(&format!("text{index}"), AttributeType::Text)));
    let relation = |target: usize| RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: vec!["previous_id".to_owned()],
        target: table(target),
        target_columns: vec!["id".to_owned()],
        hierarchical: false,
        delete: None,
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    };
    EntityDraft {
        table: Some(table(number)),
        columns,
        primary_key: vec!["id".to_owned()],
        relations: number.checked_sub(1).map(relation).into_iter().collect(),
        ..EntityDraft::default()
    }
}
