//! `LAB_API` with an https address: the notebook's requests go to a TLS server, whose certificate is checked.

mod common;

use common::{code, dependencies, run_in};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use tempfile::TempDir;

const POST: &str = r#"{"id":1,"userId":7,"title":"over TLS","body":"nobody else has read this"}"#;

/// Starts a server for `localhost` that answers every request with one post; returns its port and writes what a client
/// needs to trust it. It ends with the test.
fn server(trusted: &Path) -> u16 {
    let issued =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    fs::write(trusted, issued.cert.pem()).expect("it is written");
    let chain: Vec<CertificateDer<'static>> = vec![issued.cert.der().clone()];
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("they belong together");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection =
                ServerConnection::new(config.clone()).expect("the configuration holds");
            let mut tls = StreamOwned::new(connection, stream);
            let mut request = [0; 4096];
            // A client that does not trust us hangs up; the next one may.
            if tls.read(&mut request).is_ok_and(|read| read > 0) {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{POST}",
                    POST.len()
                );
                let _ = tls.write_all(answer.as_bytes()).and_then(|()| tls.flush());
            }
        }
    });
    port
}

#[test]
fn a_real_service_is_reached_over_https_and_its_certificate_is_checked() {
    let folder = TempDir::new().expect("a folder");
    let (trusted, nothing) = (
        folder.path().join("trusted.pem"),
        folder.path().join("none.pem"),
    );
    let address = format!("https://localhost:{}", server(&trusted));
    fs::write(
        &nothing,
        rcgen::generate_simple_self_signed(["elsewhere".to_owned()])
            .expect("another")
            .cert
            .pem(),
    )
    .expect("it is written");
    let cells = [
        code(format!(
            "{}\nuse support::*;\nuse support::server::{{Post, Settings}};",
            dependencies()
        )),
        code(
            "let api = server::api(Settings::default())?;\n\
             let answer = reqwest::get(api.url(\"/posts/1\")).await;\n\
             match answer {\n    \
                 Ok(answer) => println!(\"{:?} {}\", answer.json::<Post>().await?.title, api.summary()),\n    \
                 Err(error) => println!(\"refused: {}\", error.is_connect()),\n\
             }",
        ),
    ];
    let said = |certificates: &Path| {
        let saved = folder.path().join("saved");
        let option = saved.display().to_string();
        let variables = [
            ("LAB_API", Path::new(&address)),
            ("SSL_CERT_FILE", certificates),
        ];
        let ran = run_in(folder.path(), &cells, &["--save", &option], &variables);
        ran.assert_ok();
        let copies: Vec<_> = fs::read_dir(&saved)
            .expect("it is saved")
            .flatten()
            .collect();
        fs::read_to_string(copies[0].path()).expect("the copy is there")
    };
    let good = said(&trusted);
    assert!(
        good.contains("over TLS") && good.contains("unknown: "),
        "{good}"
    );
    let bad = said(&nothing);
    assert!(bad.contains("refused: true"), "{bad}");
}
