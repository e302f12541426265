//! A gateway in a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// The command line's `serve`, over a database that is discovered.
pub(crate) struct Process {
    child: Child,
    /// Where it answers GraphQL requests.
    pub(crate) url: String,
}

impl Process {
    pub(crate) fn start(database: &str) -> Self {
        Self::start_with(database, &[])
    }

    pub(crate) fn start_with(database: &str, more: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_relata")), database, more)
    }

    /// One whose files may not become larger than so many blocks of the shell's: writes beyond that fail.
    #[cfg(unix)]
    pub(crate) fn start_within(database: &str, blocks: u32) -> Self {
        let mut shell = Command::new("sh");
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &limited, env!("CARGO_BIN_EXE_relata")]);
        Self::start_by(shell, database, &[])
    }

    fn start_by(mut command: Command, database: &str, more: &[&str]) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", database, "--pool-size", "8"])
            .args(more)
            .env_remove("RELATA_DATABASE_URL")
            .env("RUST_LOG", "relata=info")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (url, lines) = listening(&mut child);
        // Nobody reads on, and a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// SIGKILL: it learns nothing of it and puts nothing in order.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Where a gateway says on its standard error that it answers, and what it says after that.
pub(crate) fn listening(child: &mut Child) -> (String, impl Iterator<Item = String> + Send + use<>) {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("GraphQL at ")).expect("it says where it listens");
    let url = line.rsplit_once("GraphQL at ").unwrap().1.trim().trim_end_matches("\u{1b}[0m").to_owned();
    (url, lines)
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
