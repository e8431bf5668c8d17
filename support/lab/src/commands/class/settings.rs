//! What a class is like: how it is reached, whom it trusts, what a learner may use; and what may not be.
//!
//! JupyterHub's configuration reads it as JSON.

use super::address::{free_ports, is_free};
use crate::system::files;
use anyhow::{Result, bail};
use fs_err::{self as fs, os::unix::fs::OpenOptionsExt};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The fewest characters of a password.
const SHORTEST: usize = 8;

/// The fewest letters and digits of a code.
const SHORTEST_CODE: usize = 6;

/// The letters of a code that is read aloud: none looks or sounds like another.
const LETTERS: &[u8] = b"abcdefghkmnprstuvwxyz23456789";

/// What JupyterHub is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Settings {
    /// Where its proxy listens.
    pub(super) bind: String,
    /// Whether browsers reach it by TLS.
    pub(super) secure: bool,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    /// Whether all servers run under one account.
    pub(super) trusting: bool,
    pub(super) teacher: String,
    /// What one learner may use: bytes of memory, processes with their threads, cores, bytes of the disk.
    pub(super) memory: u64,
    pub(super) processes: u64,
    pub(super) cores: f64,
    pub(super) disk: u64,
    #[serde(flatten)]
    pub(super) ports: Ports,
}

/// The ports between JupyterHub and what it started. Servers that outlive a hub that was killed know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ports {
    pub(super) hub_port: u16,
    pub(super) proxy_port: u16,
}

impl Ports {
    /// Those of the last time, where they are free, else others.
    pub(super) fn of(hub: &Path) -> Result<Self> {
        let file = hub.join("ports.json");
        let known: Option<Ports> = fs::read_to_string(&file)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok());
        if let Some(ports) = known.filter(|ports| {
            [ports.hub_port, ports.proxy_port]
                .into_iter()
                .all(|port| is_free("127.0.0.1", port))
        }) {
            return Ok(ports);
        }
        let [hub_port, proxy_port] = free_ports()?;
        let ports = Ports {
            hub_port,
            proxy_port,
        };
        files::write_json(&file, &ports)?;
        Ok(ports)
    }
}

/// The code of a class: the one that it is told, else the one of before, else a new one. It stays for the next time.
pub(super) fn code(hub: &Path, told: Option<&str>) -> Result<String> {
    let file = hub.join("code");
    let known = fs::read_to_string(&file).unwrap_or_default();
    let code = match (told, known.trim()) {
        (Some(told), _) => told.to_owned(),
        (None, "") => random_letters(8)?,
        (None, known) => known.to_owned(),
    };
    let mut new = fs::OpenOptions::new();
    let mut new = new
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    new.write_all(code.as_bytes())?;
    Ok(code)
}

/// Fails where everybody would guess a code. Neither spaces nor signs between its letters count.
pub(super) fn code_is_long_enough(code: &str, variable: &str) -> Result<()> {
    let length = code.chars().filter(|one| one.is_alphanumeric()).count();
    if length < SHORTEST_CODE {
        bail!(
            "the code of the class has {length} letters and digits\nhint: set {variable} to at least {SHORTEST_CODE}, or to nothing \
             for one that the class makes up"
        )
    }
    Ok(())
}

/// Letters that nobody can guess, in groups of four.
pub(super) fn random_letters(number: usize) -> Result<String> {
    let mut source = fs::File::open("/dev/urandom")?;
    let mut text = String::new();
    let mut byte = [0];
    while text.replace('-', "").len() < number {
        source.read_exact(&mut byte)?;
        // Bytes beyond the last whole round would prefer the first letters.
        let place = usize::from(byte[0]);
        if place < 256 / LETTERS.len() * LETTERS.len() {
            if text.len() % 5 == 4 {
                text.push('-');
            }
            text.push(char::from(LETTERS[place % LETTERS.len()]));
        }
    }
    Ok(text)
}

/// Reads a number of bytes such as `1500000000`, `1500M` or `1.5G`: decimal units, as disks are sold by.
pub(super) fn bytes(text: &str) -> Result<u64> {
    let text = text.trim().trim_end_matches(['b', 'B']);
    let (number, unit) = match text.chars().next_back() {
        Some('k' | 'K') => (&text[..text.len() - 1], 1e3),
        Some('m' | 'M') => (&text[..text.len() - 1], 1e6),
        Some('g' | 'G') => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    match number.trim().parse::<f64>() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and far below what a u64 holds"
        )]
        Ok(number) if number > 0.0 && number * unit < 1e18 => Ok((number * unit) as u64),
        _ => bail!("a number of bytes is one like 1500M or 2G"),
    }
}

/// Fails where a password is shorter than JupyterHub takes it.
pub(super) fn password_is_long_enough(password: &str, variable: &str) -> Result<()> {
    let length = password.chars().count();
    if length < SHORTEST {
        bail!(
            "the teacher's password has {length} characters\nhint: set {variable} to at least {SHORTEST}"
        )
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stays_and_nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let code = |told| code(folder.path(), told);
        let first = code(None).expect("made");
        assert_eq!(first.len(), 9, "{first}");
        assert_eq!(code(None).expect("kept"), first);
        assert_eq!(code(Some("on the board")).expect("told"), "on the board");
        assert_eq!(code(None).expect("kept, too"), "on the board");
        let data = fs::metadata(folder.path().join("code")).expect("there");
        assert_eq!(data.permissions().mode() & 0o077, 0);
        assert_ne!(random_letters(8).expect("some"), first);
    }

    #[test]
    fn bytes_may_have_a_unit() {
        for (text, number) in [
            ("2G", 2_000_000_000),
            ("1.5 GB", 1_500_000_000),
            ("800m", 800_000_000),
            ("1500000000", 1_500_000_000),
        ] {
            assert_eq!(bytes(text).expect(text), number);
        }
        for text in ["", "G", "-1G", "two", "NaN", "1e30"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_that_jupyterhub_would_refuse_is_refused_first() {
        let said = password_is_long_enough("seven77", "PASSWORD").expect_err("short");
        assert!(
            said.to_string().contains("7 characters") && format!("{said}").contains("at least 8")
        );
        assert!(password_is_long_enough("pässwört", "PASSWORD").is_ok());
        assert!(code_is_long_enough("- a b c -", "CODE").is_err());
        assert!(code_is_long_enough("kamel-7", "CODE").is_ok());
    }
}
