//! The command line. Errors of start-up are one line on standard error (of a configuration, a line for each mistake) and
//! exit code 1, wrong arguments are exit code 2.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};
use relata::{
    Config, Gateway,
    gateway::{BuildError, Builder},
    http,
};
use tokio::net::TcpListener;

#[path = "cli/connect.rs"]
mod connect;
#[path = "cli/inspect.rs"]
mod inspect;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/watch.rs"]
mod watch;

use connect::{connect, connect_replica};
use settings::ConfigFile;
use watch::Watch;

/// Serves a SQL database as a navigable GraphQL API over its relationships.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = false)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the demo domain, a small CRM on an embedded database. The default.
    #[cfg(feature = "demo")]
    Demo {
        #[command(flatten)]
        listen: Listen,
    },
    /// Serves a database that is discovered at start.
    Serve {
        #[command(flatten)]
        database: DatabaseArguments,
        /// A database that follows the other: queries go there. May be given several times.
        #[arg(
            long,
            value_name = "URL",
            env = "RELATA_READ_DATABASE_URL",
            hide_env_values = true,
            value_delimiter = ','
        )]
        read_database_url: Vec<String>,
        #[command(flatten)]
        listen: Listen,
    },
    /// Prints the GraphQL schema.
    Schema {
        #[command(flatten)]
        source: Source,
    },
    /// Prints the catalog: entities, attributes, keys and relationships.
    Inspect {
        #[command(flatten)]
        source: Source,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Print a configuration for what the tables do not tell, commented out.
        #[arg(long, conflicts_with = "json")]
        suggest: bool,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct Listen {
    /// Address and port to listen on; 127.0.0.1:8080 where nothing else is said.
    #[arg(long, value_name = "ADDR", env = "RELATA_LISTEN")]
    listen: Option<SocketAddr>,
}

/// Which database, where it must be named.
#[derive(Debug, Clone, clap::Args)]
struct DatabaseArguments {
    /// The database: `sqlite://file.db`, `postgres://user:password@host/name` or `mariadb://user:password@host/name`.
    #[arg(long, value_name = "URL", env = "RELATA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    #[command(flatten)]
    discovery: Discovery,
}

#[derive(Debug, Clone, clap::Args)]
struct Discovery {
    /// A PostgreSQL namespace or MariaDB database to serve; may be given several times.
    #[arg(long, value_name = "NAME")]
    namespace: Vec<String>,
    /// Connections to the database at most; 16 where nothing else is said.
    #[arg(long, value_name = "N")]
    pool_size: Option<u32>,
    #[command(flatten)]
    file: ConfigFile,
}

/// What is described: the demo domain or a database.
#[derive(Debug, Clone, clap::Args)]
struct Source {
    /// The demo domain.
    #[cfg(feature = "demo")]
    #[arg(long, required_unless_present_any = ["database_url", "config"])]
    demo: bool,
    /// The database: `sqlite://file.db`, `postgres://user:password@host/name` or `mariadb://user:password@host/name`.
    #[arg(long, value_name = "URL", env = "RELATA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    #[command(flatten)]
    discovery: Discovery,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("relata=info,warn,sqlx=error,sea_orm_migration=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in lines(&error) {
                say(std::io::stderr(), &format!("relata: {line}"));
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        // The demo without a word, so that its own defaults hold.
        #[cfg(feature = "demo")]
        None => Box::pin(run(Arguments::parse_from(["relata", "demo"]))).await,
        #[cfg(feature = "demo")]
        Some(Command::Demo { listen }) => demo(settings::listen(listen.listen, None)).await,
        #[cfg(not(feature = "demo"))]
        None => anyhow::bail!("name a command; --help lists them"),
        Some(Command::Serve { database, read_database_url, listen }) => {
            let config = database.discovery.file.read()?;
            let mut builder =
                discovered(database.database_url.as_deref(), &database.discovery, config.as_ref()).await?;
            for url in settings::read_urls(&read_database_url, config.as_ref())? {
                let size = settings::pool_size(database.discovery.pool_size, config.as_ref());
                builder = builder.read_from([connect_replica(&url, size).await?]);
            }
            let gateway = builder.build().await?;
            let address = settings::listen(listen.listen, config.as_ref());
            if let (Some(path), Some(config)) = (database.discovery.file.config, config) {
                tokio::spawn(Watch::new(gateway.clone(), path, config).run());
            }
            serve(gateway, address).await
        }
        Some(Command::Schema { source }) => {
            let gateway = described(&source).await?.build().await?;
            say(std::io::stdout(), gateway.sdl().trim_end());
            Ok(())
        }
        Some(Command::Inspect { source, suggest: true, .. }) => {
            let text = described(&source).await?.suggest().await?;
            say(std::io::stdout(), text.trim_end());
            Ok(())
        }
        Some(Command::Inspect { source, json, .. }) => {
            let catalog = described(&source).await?.catalog().await?;
            let text = if json { inspect::json(&catalog) } else { inspect::text(&catalog) };
            say(std::io::stdout(), text.trim_end());
            Ok(())
        }
    }
}

#[cfg(feature = "demo")]
async fn demo(listen: SocketAddr) -> Result<()> {
    // A file rather than memory, so that several connections see one database; it goes with the process.
    let folder = tempfile::tempdir().context("no temporary folder for the demo database")?;
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("demo.sqlite").display());
    let connection = connect(&url, 8).await?;
    relata::demo::prepare(&connection).await.context("the demo database could not be filled")?;
    let gateway = relata::demo::builder(connection).build().await?;
    serve(gateway, listen).await
}

async fn described(source: &Source) -> Result<Builder> {
    let config = source.discovery.file.read()?;
    #[cfg(feature = "demo")]
    if source.demo {
        let builder = relata::demo::builder(connect("sqlite::memory:", 1).await?);
        return Ok(configured(builder, config.as_ref()));
    }
    discovered(source.database_url.as_deref(), &source.discovery, config.as_ref()).await
}

async fn discovered(url: Option<&str>, discovery: &Discovery, config: Option<&Config>) -> Result<Builder> {
    let Some(url) = settings::database_url(url, config)? else {
        let message = "give --database-url, RELATA_DATABASE_URL or, in the configuration, a url of [database]";
        Arguments::command().error(ErrorKind::MissingRequiredArgument, message).exit()
    };
    let connection = connect(&url, settings::pool_size(discovery.pool_size, config)).await?;
    let builder = Gateway::builder(connection).read_directly().discover(&discovery.namespace);
    Ok(configured(builder, config))
}

fn configured(builder: Builder, config: Option<&Config>) -> Builder {
    match config {
        Some(config) => builder.config(config.clone()),
        None => builder,
    }
}

async fn serve(gateway: Gateway, listen: SocketAddr) -> Result<()> {
    for warning in &gateway.catalog().warnings {
        tracing::warn!("{warning}");
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("{listen} could not be listened on"))?;
    let address = listener.local_addr()?;
    tracing::info!("GraphiQL at http://{address}/ and GraphQL at http://{address}/graphql");
    let router = http::router(gateway, http::Options::default());
    http::serve(listener, router, http::shutdown_signal()).await.context("the server stopped")
}

/// What failed: all mistakes of a configuration, a line each, and of anything else one line.
fn lines(error: &anyhow::Error) -> Vec<String> {
    let text = match (error.downcast_ref::<relata::config::Error>(), error.downcast_ref::<BuildError>()) {
        (Some(error), _) | (None, Some(BuildError::Config(error))) => error.to_string(),
        _ => one_line(error),
    };
    text.lines().map(str::to_owned).collect()
}

/// What failed and the first cause of it. What lies between repeats the cause.
fn one_line(error: &anyhow::Error) -> String {
    let (outer, cause) = (error.to_string(), error.root_cause().to_string());
    let text = if outer == cause { outer } else { format!("{outer}: {cause}") };
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Writes a line; a closed pipe is the reader's way to say that it has read enough.
fn say(mut out: impl std::io::Write, text: &str) {
    let _ = writeln!(out, "{text}");
}
