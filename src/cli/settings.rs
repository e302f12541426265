//! What the command line, the environment and the configuration say together: the first of them that says something
//! wins.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result};
use relata::Config;

/// Where a gateway listens when nobody says anything.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

const POOL_SIZE: u32 = 16;

/// The configuration, where one is given.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ConfigFile {
    /// What is said of the database beside the database: a TOML file, see docs/configuration.md.
    #[arg(long, value_name = "PATH", env = "RELATA_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

impl ConfigFile {
    pub(crate) fn read(&self) -> Result<Option<Config>> {
        Ok(self.config.as_ref().map(Config::read).transpose()?)
    }
}

/// The database's address: the argument's, or else the configuration's.
pub(crate) fn database_url(argument: Option<&str>, config: Option<&Config>) -> Result<Option<String>> {
    match argument {
        Some(url) => Ok(Some(url.to_owned())),
        None => config.and_then(Config::database_url).map(configured_url).transpose(),
    }
}

/// The addresses of databases that queries go to: the arguments', or else the configuration's.
pub(crate) fn read_urls(arguments: &[String], config: Option<&Config>) -> Result<Vec<String>> {
    match config {
        Some(config) if arguments.is_empty() => config.read_urls().iter().map(|url| configured_url(url)).collect(),
        _ => Ok(arguments.to_vec()),
    }
}

/// The address that a configuration says, or that is in the environment variable that it names.
fn configured_url(url: &str) -> Result<String> {
    match url.strip_prefix("env:") {
        None => Ok(url.to_owned()),
        Some(name) => std::env::var(name).with_context(|| {
            format!("the configuration takes the database's URL from the environment variable {name}, which says none")
        }),
    }
}

pub(crate) fn listen(argument: Option<SocketAddr>, config: Option<&Config>) -> SocketAddr {
    argument.or_else(|| config?.listen()).unwrap_or(LISTEN)
}

pub(crate) fn pool_size(argument: Option<u32>, config: Option<&Config>) -> u32 {
    argument.or_else(|| config?.pool_size()).unwrap_or(POOL_SIZE)
}
