//! The sockets of the front: five on which Jupyter reaches it, and those by which it reaches evcxr.
//!
//! Evcxr listens seconds after its ports were chosen. Until then they are held: Linux lets a socket listen on a port that
//! another one is bound to without listening, if both reuse addresses, and gives such a port to nobody who asks for just any.

use super::message::{Key, Message};
use anyhow::{Context, Result, anyhow, bail};
use fs_err as fs;
use rustix::fs::{Mode, OFlags};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use zeromq::util::PeerIdentity;
use zeromq::{
    DealerRecvHalf, DealerSendHalf, DealerSocket, RouterRecvHalf, RouterSendHalf, RouterSocket,
    Socket, SocketOptions, SocketRecv, SocketSend, SubSocket, XPubSocket, ZmqMessage,
};

/// The names of the ports in a connection file.
const PORTS: [&str; 5] = [
    "shell_port",
    "iopub_port",
    "stdin_port",
    "control_port",
    "hb_port",
];

/// What Jupyter says about how to reach a kernel.
#[derive(Debug)]
pub(crate) struct Connection(Value);

impl Connection {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let problem = || format!("the connection file `{}` could not be read", file.display());
        let text = fs::read_to_string(file).with_context(problem)?;
        let content: Value = serde_json::from_str(&text).with_context(problem)?;
        let connection = Connection(content);
        if connection.text("transport") != "tcp" {
            bail!(
                "the connection file `{}` asks for another transport than tcp\nhint: set `KernelManager.transport` to `tcp`",
                file.display()
            );
        }
        Ok(connection)
    }

    /// The key that messages are signed with.
    pub(crate) fn key(&self) -> &str {
        self.text("key")
    }

    fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }

    fn address(&self, port: &str) -> String {
        format!("{}:{}", self.text("ip"), self.0[port])
    }

    fn endpoint(&self, port: &str) -> String {
        format!("tcp://{}", self.address(port))
    }
}

/// The sockets on which Jupyter reaches us.
pub(crate) struct Jupyter {
    pub(crate) shell: (RouterSendHalf, RouterRecvHalf),
    pub(crate) control: (RouterSendHalf, RouterRecvHalf),
    pub(crate) stdin: (RouterSendHalf, RouterRecvHalf),
    pub(crate) heartbeat: (RouterSendHalf, RouterRecvHalf),
    /// Slow listeners are waited for, which a PUB socket would not do.
    pub(crate) iopub: XPubSocket,
}

impl Jupyter {
    pub(crate) async fn listen(connection: &Connection) -> Result<Self> {
        Ok(Jupyter {
            heartbeat: bound::<RouterSocket>(connection, "hb_port").await?.split(),
            shell: bound::<RouterSocket>(connection, "shell_port")
                .await?
                .split(),
            control: bound::<RouterSocket>(connection, "control_port")
                .await?
                .split(),
            stdin: bound::<RouterSocket>(connection, "stdin_port")
                .await?
                .split(),
            iopub: bound(connection, "iopub_port").await?,
        })
    }
}

async fn bound<S: Socket>(connection: &Connection, port: &str) -> Result<S> {
    let mut socket = S::new();
    let endpoint = connection.endpoint(port);
    socket.bind(&endpoint).await.with_context(|| {
        format!("{endpoint} is taken by another program\nhint: start the kernel again")
    })?;
    Ok(socket)
}

/// The ports that evcxr will listen on, and how to reach them.
pub(crate) struct Ports {
    _held: Vec<TcpSocket>,
    connection: Connection,
}

impl Ports {
    pub(crate) fn hold(key: &str) -> Result<Self> {
        let mut content = json!({
            "ip": "127.0.0.1", "transport": "tcp", "signature_scheme": "hmac-sha256", "key": key,
            "kernel_name": "async-lab",
        });
        let problem = "no port of 127.0.0.1 could be had for the kernel";
        let mut held = Vec::new();
        for name in PORTS {
            let socket = TcpSocket::new_v4().context(problem)?;
            socket.set_reuseaddr(true).context(problem)?;
            socket.bind(([127, 0, 0, 1], 0).into()).context(problem)?;
            content[name] = socket.local_addr().context(problem)?.port().into();
            held.push(socket);
        }
        if cfg!(not(target_os = "linux")) {
            // Elsewhere evcxr could not listen on them.
            held.clear();
        }
        Ok(Ports {
            _held: held,
            connection: Connection(content),
        })
    }

    /// Tells evcxr its ports. The file holds the key, so that nobody else may read it.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let problem = || format!("`{}` could not be written", file.display());
        // One that is there may be another kernel's, by a hard link.
        let _ = fs::remove_file(file);
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        let opened =
            rustix::fs::open(file, flags, Mode::RUSR | Mode::WUSR).with_context(problem)?;
        std::fs::File::from(opened)
            .write_all(self.connection.0.to_string().as_bytes())
            .with_context(problem)
    }
}

/// The sockets by which we reach evcxr.
pub(crate) struct Evcxr {
    pub(crate) shell: (DealerSendHalf, DealerRecvHalf),
    pub(crate) control: (DealerSendHalf, DealerRecvHalf),
    pub(crate) stdin: (DealerSendHalf, DealerRecvHalf),
    pub(crate) iopub: SubSocket,
}

impl Evcxr {
    /// Evcxr, and what it says of itself, once it answers and what it publishes arrives.
    pub(crate) async fn ready(ports: &Ports, key: &Key) -> Result<(Self, Value)> {
        let mut evcxr = Self::reach(ports).await?;
        loop {
            let probe = Message::request("kernel_info_request", &json!({}), key);
            let message = ZmqMessage::try_from(probe.frames())
                .map_err(|_| anyhow!("a message has no frames"))?;
            evcxr.shell.0.send(message).await?;
            let reply = evcxr.shell.1.recv().await?;
            // What is published before it knows of a listener is lost: then it is asked again.
            let heard = tokio::time::timeout(Duration::from_millis(200), evcxr.iopub.recv()).await;
            if heard.is_ok() {
                return Ok((evcxr, Message::read(reply.into_vec(), key)?.content()));
            }
        }
    }

    /// Connects as soon as evcxr listens. Whoever calls has to see whether it still lives.
    async fn reach(ports: &Ports) -> Result<Self> {
        let connection = &ports.connection;
        // The last on which it listens.
        while TcpStream::connect(connection.address("iopub_port"))
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut iopub = SubSocket::new();
        let problem = "evcxr's ports could not be reached";
        iopub
            .connect(&connection.endpoint("iopub_port"))
            .await
            .context(problem)?;
        iopub.subscribe("").await.context(problem)?;
        Ok(Evcxr {
            shell: dealer(connection, "shell_port").await?.split(),
            control: dealer(connection, "control_port").await?.split(),
            stdin: dealer(connection, "stdin_port").await?.split(),
            iopub,
        })
    }
}

/// All under one name: evcxr asks for input under the one that a cell came from.
async fn dealer(connection: &Connection, port: &str) -> Result<DealerSocket> {
    let mut options = SocketOptions::default();
    options.peer_identity(PeerIdentity::try_from(b"front".as_slice())?);
    let mut socket = DealerSocket::with_options(options);
    let endpoint = connection.endpoint(port);
    socket
        .connect(&endpoint)
        .await
        .with_context(|| format!("evcxr does not answer on {endpoint}"))?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn held_ports_are_nobody_elses_and_can_be_listened_on() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("connection.json");
        let ports = Ports::hold("a-key").expect("held");
        ports.write(&file).expect("written");
        let connection = Connection::read(&file).expect("it is whole");
        assert_eq!(connection.key(), "a-key");
        let _jupyter = Jupyter::listen(&connection).await.expect("they are ours");
        assert!(Jupyter::listen(&connection).await.is_err());
    }

    #[test]
    fn only_we_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("connection.json");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let _entered = runtime.enter();
        Ports::hold("")
            .expect("held")
            .write(&file)
            .expect("written");
        let mode = file.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
