//! What a class is like: how it is reached, whom it trusts, what a learner may use; and what may not be.
//!
//! JupyterHub's configuration reads it as JSON.

use crate::system::files;
use anyhow::{Context, Result, bail};
use fs_err::{self as fs, os::unix::fs::OpenOptionsExt};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The port of a class that is told none.
pub(super) const PORT: u16 = 8000;

/// The fewest characters of a password.
const SHORTEST: usize = 8;

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

/// Where a class is reached.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) tls: bool,
    host: String,
    port: Option<u16>,
}

impl Address {
    /// Reads one such as `http://:8000` or `https://class.example.org`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let problem = || {
            format!(
                "`{text}` is no address of a class\nhint: one like http://127.0.0.1:8000 or https://class.example.org"
            )
        };
        let (scheme, rest) = text.split_once("://").with_context(problem)?;
        let tls = match scheme {
            "http" => false,
            "https" => true,
            _ => bail!(problem()),
        };
        let rest = rest.trim_end_matches('/');
        if rest.contains('/') {
            bail!(problem());
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().ok().with_context(problem)?))
            }
            _ => (rest, None),
        };
        Ok(Address {
            tls,
            host: host.to_owned(),
            port,
        })
    }

    /// Whether nobody but this machine gets there.
    pub(super) fn is_of_this_machine(&self) -> bool {
        ["localhost", "[::1]"].contains(&&*self.host) || self.host.starts_with("127.")
    }

    fn shown(&self, port: u16) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}:{port}", self.host)
    }
}

/// How a class is to be reached, as the command line says it.
#[derive(Debug, Default)]
pub(super) struct Reach<'a> {
    pub(super) address: Option<&'a str>,
    pub(super) certificate: Option<&'a Path>,
    pub(super) plain: bool,
}

/// Where the proxy of a class listens, and what to say about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) bind: String,
    pub(super) secure: bool,
    pub(super) said: Vec<String>,
}

impl Reach<'_> {
    /// Decides it.
    ///
    /// # Errors
    ///
    /// Where passwords would go over a network in plain, and nobody said that they may; where the port is taken.
    pub(super) fn door(&self) -> Result<Door> {
        let Some(text) = self.address else {
            // Nobody has named a port, so any will do.
            let port = if is_free("127.0.0.1", PORT) {
                PORT
            } else {
                free_ports::<1>()?[0]
            };
            let scheme = if self.certificate.is_some() {
                "https"
            } else {
                "http"
            };
            return Ok(Door {
                bind: format!("{scheme}://127.0.0.1:{port}"),
                secure: self.certificate.is_some(),
                said: vec![format!("The class is at {scheme}://127.0.0.1:{port}.")],
            });
        };
        let address = Address::parse(text)?;
        match (address.tls, self.certificate) {
            (true, None) => {
                // Something in front has the certificate.
                let port = if is_free("127.0.0.1", PORT) {
                    PORT
                } else {
                    free_ports::<1>()?[0]
                };
                let bind = format!("http://127.0.0.1:{port}");
                let said = format!(
                    "The class is at {text}, once a server with the certificate of that name leads there to {bind}."
                );
                Ok(Door {
                    bind,
                    secure: true,
                    said: vec![said],
                })
            }
            (false, Some(_)) => bail!(
                "a certificate is for an address that begins with https://\nhint: `--address {}`",
                text.replacen("http", "https", 1)
            ),
            (tls, _) => {
                if !tls && !address.is_of_this_machine() && !self.plain {
                    bail!(
                        "without TLS, whoever is in the network between can read passwords and take over servers\n\
                         hint: `--certificate FILE --key FILE`, or an address with https:// and a server in front that has \
                         a certificate, or `--plain` if you trust that network"
                    );
                }
                let port = address.port.unwrap_or(if tls { 443 } else { PORT });
                if !is_free(&address.host, port) {
                    bail!(
                        "port {port} is taken\nhint: name another one, as in `--address http://127.0.0.1:8765`"
                    );
                }
                let mut said = vec![format!("The class is at {}.", address.shown(port))];
                if !tls && !address.is_of_this_machine() {
                    said.push("There is no TLS: whoever is in the network between can read everything, passwords too.".into());
                }
                Ok(Door {
                    bind: address.shown(port),
                    secure: tls,
                    said,
                })
            }
        }
    }
}

/// So many ports of 127.0.0.1 that nobody listens on.
pub(super) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    // All are held until the last is found: no number comes twice.
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
        *port = listener
            .local_addr()
            .context("a port has no number")?
            .port();
        held.push(listener);
    }
    Ok(ports)
}

fn is_free(host: &str, port: u16) -> bool {
    let host = match host.trim_matches(['[', ']']) {
        "" | "*" => "0.0.0.0",
        host => host,
    };
    TcpListener::bind((host, port)).is_ok()
}

/// The code of a class that was not told one: the one of before, or a new one.
pub(super) fn code(hub: &Path) -> Result<String> {
    let file = hub.join("code");
    match fs::read_to_string(&file) {
        Ok(known) if !known.trim().is_empty() => Ok(known.trim().to_owned()),
        _ => {
            let code = random_letters(8)?;
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
    }
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

    fn door(address: &str, certificate: Option<&Path>, plain: bool) -> Result<Door> {
        let address = Some(address);
        Reach {
            address,
            certificate,
            plain,
        }
        .door()
    }

    #[test]
    fn beyond_this_machine_there_is_tls_or_somebody_has_said_that_there_is_none() {
        let [port] = free_ports().expect("a port");
        let there = format!("http://:{port}");
        let refused = door(&there, None, false).expect_err("passwords in plain");
        assert!(format!("{refused:#}").contains("--plain"), "{refused:#}");
        let said = door(&there, None, true).expect("said out loud").said;
        assert!(said.iter().any(|line| line.contains("no TLS")), "{said:?}");
        let here = door(&format!("http://127.0.0.1:{port}"), None, false).expect("this machine");
        assert!(!here.secure && here.said.len() == 1);
        let file = Path::new("certificate.pem");
        let tls = door(&format!("https://:{port}"), Some(file), false).expect("TLS");
        assert!(tls.secure && tls.bind == format!("https://:{port}"));
        assert!(door(&there, Some(file), true).is_err());
    }

    #[test]
    fn behind_another_server_the_class_stays_on_this_machine() {
        let door = door("https://class.example.org", None, false).expect("in front is TLS");
        assert!(door.secure && door.bind.starts_with("http://127.0.0.1:"));
    }

    #[test]
    fn a_port_that_is_taken_is_named_and_another_is_found_where_none_is() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = taken.local_addr().expect("a number").port();
        let refused = door(&format!("http://127.0.0.1:{port}"), None, false).expect_err("taken");
        assert!(format!("{refused:#}").contains(&port.to_string()));
        assert!(Reach::default().door().is_ok());
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["8000", "ftp://x", "http://x:y", "http://x/class"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        assert!(
            Address::parse("http://[::1]:80")
                .expect("one")
                .is_of_this_machine()
        );
    }

    #[test]
    fn a_code_stays_and_nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let first = code(folder.path()).expect("made");
        assert_eq!(first.len(), 9, "{first}");
        assert_eq!(code(folder.path()).expect("kept"), first);
        let data = fs::metadata(folder.path().join("code")).expect("there");
        assert_eq!(data.permissions().mode() & 0o077, 0);
        assert_ne!(random_letters(8).expect("some"), first);
    }

    #[test]
    fn a_password_that_jupyterhub_would_refuse_is_refused_first() {
        let said = password_is_long_enough("seven77", "PASSWORD").expect_err("short");
        assert!(
            said.to_string().contains("7 characters") && format!("{said}").contains("at least 8")
        );
        assert!(password_is_long_enough("pässwört", "PASSWORD").is_ok());
    }
}
