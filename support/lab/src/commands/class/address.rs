//! How a class is reached: its address and its ports, and what may not be.

use anyhow::{Context, Result, bail};
use std::net::TcpListener;

/// The port of a class that is told none.
pub(super) const PORT: u16 = 8000;

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

    /// Whether it names no machine, as in `https://:8443`: the class is then reached by all that this one has.
    fn is_of_all(&self) -> bool {
        ["", "*", "0.0.0.0", "[::]"].contains(&&*self.host)
    }

    fn at(&self, host: &str, port: u16) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{host}:{port}")
    }
}

/// How a class is to be reached, as the command line says it.
#[derive(Debug, Default)]
pub(super) struct Reach<'a> {
    pub(super) address: Option<&'a str>,
    pub(super) certificate: bool,
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
    /// Reads it, and looks whether that may be.
    ///
    /// # Errors
    ///
    /// Where passwords would go over a network in plain, and nobody said that they may; where nothing has a certificate.
    pub(super) fn parsed(&self) -> Result<Option<Address>> {
        let Some(text) = self.address else {
            return Ok(None);
        };
        let address = Address::parse(text)?;
        match (address.tls, self.certificate) {
            (true, false) if address.is_of_all() || address.is_of_this_machine() => bail!(
                "`{text}` has no certificate\n\
                 hint: `--certificate FILE --key FILE`; or the name that learners use, as in https://class.example.org, where a \
                 server in front of the class has the certificate of that name"
            ),
            (false, true) => bail!(
                "a certificate is for an address that begins with https://\nhint: `--address {}`",
                text.replacen("http", "https", 1)
            ),
            (false, false) if !address.is_of_this_machine() && !self.plain => bail!(
                "without TLS, whoever is in the network between can read passwords and take over servers\n\
                 hint: `--certificate FILE --key FILE`, or an address with https:// and a server in front that has \
                 a certificate, or `--plain` if you trust that network"
            ),
            _ => Ok(Some(address)),
        }
    }

    /// Where the class listens, and what to say about it. `names` are those by which learners may know this machine, the best
    /// first.
    ///
    /// # Errors
    ///
    /// Where it may not be reached so, or the port is taken.
    pub(super) fn door(&self, names: &[String]) -> Result<Door> {
        let Some(address) = self.parsed()? else {
            let scheme = if self.certificate { "https" } else { "http" };
            let bind = format!("{scheme}://127.0.0.1:{}", usual_port()?);
            return Ok(Door {
                secure: self.certificate,
                said: vec![format!("The class is at {bind}, in some seconds.")],
                bind,
            });
        };
        if address.tls && !self.certificate {
            // Something in front has the certificate.
            let bind = format!("http://127.0.0.1:{}", usual_port()?);
            let said = format!(
                "The class is at {}, once a server with the certificate of that name leads there to {bind}.",
                self.address.unwrap_or_default()
            );
            return Ok(Door {
                bind,
                secure: true,
                said: vec![said],
            });
        }
        let port = address.port.unwrap_or(if address.tls { 443 } else { PORT });
        if !is_free(&address.host, port) {
            bail!(
                "port {port} is taken\nhint: end what has it, or name another one, as in `--address {}`",
                address.at(&address.host, port.saturating_add(1))
            );
        }
        let host = match names.first() {
            Some(name) if address.is_of_all() => name,
            _ => &address.host,
        };
        let mut said = vec![format!(
            "The class is at {}, in some seconds.",
            address.at(host, port)
        )];
        if address.is_of_all() {
            said.push("Learners need a name or an address by which their machines find this one, if that is another.".into());
        }
        if !address.tls && !address.is_of_this_machine() {
            said.push("There is no TLS: whoever is in the network between can read everything, passwords too.".into());
        }
        Ok(Door {
            bind: address.at(&address.host, port),
            secure: address.tls,
            said,
        })
    }
}

/// The port of a class that is told none. Any will do where that is taken.
fn usual_port() -> Result<u16> {
    if is_free("127.0.0.1", PORT) {
        return Ok(PORT);
    }
    free_ports::<1>().map(|[port]| port)
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

pub(super) fn is_free(host: &str, port: u16) -> bool {
    let host = match host.trim_matches(['[', ']']) {
        "" | "*" => "0.0.0.0",
        host => host,
    };
    TcpListener::bind((host, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(address: &str, certificate: bool, plain: bool) -> Result<Door> {
        let address = Some(address);
        let reach = Reach {
            address,
            certificate,
            plain,
        };
        reach.door(&["class.example.org".to_owned()])
    }

    #[test]
    fn beyond_this_machine_there_is_tls_or_somebody_has_said_that_there_is_none() {
        let [port] = free_ports().expect("a port");
        let there = format!("http://:{port}");
        let refused = door(&there, false, false).expect_err("passwords in plain");
        assert!(format!("{refused:#}").contains("--plain"), "{refused:#}");
        let said = door(&there, false, true).expect("said out loud").said;
        assert!(said.iter().any(|line| line.contains("no TLS")), "{said:?}");
        let here = door(&format!("http://127.0.0.1:{port}"), false, false).expect("this machine");
        assert!(!here.secure && here.said.len() == 1);
        let tls = door(&format!("https://:{port}"), true, false).expect("TLS");
        assert!(tls.secure && tls.bind == format!("https://:{port}"));
        assert!(door(&there, true, true).is_err());
    }

    #[test]
    fn an_address_of_all_is_said_with_a_name_and_needs_a_certificate() {
        let [port] = free_ports().expect("a port");
        let there = format!("https://:{port}");
        let said = door(&there, true, false).expect("TLS").said;
        assert_eq!(
            said[0],
            format!("The class is at https://class.example.org:{port}, in some seconds.")
        );
        for address in [&*there, "https://127.0.0.1:8443", "https://0.0.0.0"] {
            let refused = door(address, false, true).expect_err("no certificate");
            assert!(refused.to_string().contains("--certificate"), "{refused}");
        }
    }

    #[test]
    fn behind_another_server_the_class_stays_on_this_machine() {
        let door = door("https://class.example.org", false, false).expect("in front is TLS");
        assert!(door.secure && door.bind.starts_with("http://127.0.0.1:"));
    }

    #[test]
    fn a_port_that_is_taken_is_named_and_another_is_found_where_none_is() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = taken.local_addr().expect("a number").port();
        let refused = door(&format!("http://127.0.0.1:{port}"), false, false).expect_err("taken");
        assert!(format!("{refused:#}").contains(&port.to_string()));
        assert!(Reach::default().door(&[]).is_ok());
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
}
