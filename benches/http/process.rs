//! The measured processes: started, asked what they took of the machine, and ended. What they took is in `/proc`; on a
//! system without it, it is nothing.

use std::{
    fs,
    net::SocketAddr,
    process::{Command, Stdio},
    time::Duration,
};

use clap::ValueEnum;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use super::server::Limit;

/// The clock that the system counts processors' time by, per second.
const TICKS: u32 = 100;

/// A server that ends when it is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// The gateway, over a database that it discovers or what else the arguments say.
    pub(crate) async fn gateway(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relata"));
        command.args(arguments).args(["--listen", "127.0.0.1:0"]);
        for (name, _) in std::env::vars() {
            if name.starts_with("RELATA_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        Self::start(command).await
    }

    /// The gateway over the database of a URL.
    pub(crate) async fn serving(url: &str, pool: u32) -> Self {
        Self::gateway(&["serve", "--database-url", url, "--pool-size", &pool.to_string()]).await
    }

    /// A hand-written server: this program with other arguments.
    pub(crate) async fn limit(limit: Limit, url: &str, pool: u32) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let name = limit.to_possible_value().unwrap();
        command.args(["limit-server", name.get_name(), url, &pool.to_string()]);
        Self::start(command).await
    }

    /// Waits until it says where it listens.
    async fn start(command: Command) -> Self {
        let mut command = tokio::process::Command::from(command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.split('/').next().unwrap().parse().unwrap();
                // Nobody reads what it says later, but it must be able to say it.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { process, address };
            }
            said = said + &line + "\n";
        }
        panic!("a server did not start: {said}");
    }

    /// The processor's time that it took so far.
    pub(crate) fn cpu(&self) -> Duration {
        self.process.id().and_then(Stat::read).map_or(Duration::ZERO, |stat| stat.own)
    }

    /// From here on, the peak is that of what comes.
    pub(crate) fn forget_peak(&self) {
        if let Some(id) = self.process.id() {
            _ = fs::write(format!("/proc/{id}/clear_refs"), "5");
        }
    }

    /// The most memory that it held, in MiB.
    pub(crate) fn peak(&self) -> f64 {
        self.memory("VmHWM:")
    }

    /// The memory that it holds, in MiB.
    pub(crate) fn resident(&self) -> f64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, which: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id().unwrap_or_default()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(which));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
    }

    pub(crate) async fn stop(mut self) {
        self.process.kill().await.unwrap();
    }
}

/// The processor's time that this process took so far.
pub(crate) fn own_cpu() -> Duration {
    Stat::read(std::process::id()).map_or(Duration::ZERO, |stat| stat.own)
}

/// The database server's processes, where it has any of its own on this machine.
pub(crate) struct DatabaseServer {
    parent: Option<u32>,
}

impl DatabaseServer {
    pub(crate) async fn find(connection: &DatabaseConnection) -> Self {
        if connection.get_database_backend() != DbBackend::Postgres {
            return Self { parent: None };
        }
        let ask = Statement::from_string(DbBackend::Postgres, "select pg_backend_pid()");
        let answer = connection.query_one_raw(ask).await.unwrap().unwrap();
        let backend: i32 = answer.try_get_by_index(0).unwrap();
        let stat = u32::try_from(backend).ok().and_then(Stat::read);
        Self { parent: stat.filter(|stat| stat.name.starts_with("postgres")).map(|stat| stat.parent) }
    }

    /// The processor's time that they took so far.
    pub(crate) fn cpu(&self) -> Duration {
        let Some(parent) = self.parent else { return Duration::ZERO };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let children: Duration =
            ids.filter_map(Stat::read).filter(|stat| stat.parent == parent).map(|stat| stat.own).sum();
        children + Stat::read(parent).map_or(Duration::ZERO, |stat| stat.own + stat.ended)
    }
}

/// What the system tells about a process.
struct Stat {
    name: String,
    parent: u32,
    own: Duration,
    /// Its children's that have ended.
    ended: Duration,
}

impl Stat {
    fn read(id: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name is in parentheses and may have any character in it.
        let (start, rest) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |first: usize| -> Option<Duration> {
            let ticks = fields.get(first)?.parse::<u32>().ok()? + fields.get(first + 1)?.parse::<u32>().ok()?;
            Some(Duration::from_secs(1) * ticks / TICKS)
        };
        let name = start.split_once('(')?.1.to_owned();
        Some(Self { name, parent: fields.get(1)?.parse().ok()?, own: ticks(11)?, ended: ticks(13)? })
    }
}
