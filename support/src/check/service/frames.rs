//! What a codec makes of bytes, in every way in which they can come, and what it writes.

use super::End;
use crate::check::observe::observe;
use crate::check::run::Run;
use crate::service::{Codec, LIMIT, framed};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::{sleep, timeout};

/// How long one would wait for a frame.
const PATIENCE: Duration = Duration::from_secs(1);

/// More frames than were ever sent.
const MANY: usize = 8;

pub(super) const FIRST: &[u8] = b"hi";
pub(super) const SECOND: &[u8] = b"there";

/// What came of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) frames: Vec<Vec<u8>>,
    pub(super) end: End,
}

/// What was read in all the ways.
#[derive(Debug)]
pub(super) struct Reading {
    /// One frame, all at once, and the end.
    pub(super) alone: Read,
    /// Two frames, and after which byte they were cut: after none, after one of them, after each.
    pub(super) cuts: Vec<(Cut, Read)>,
    /// A frame that ends after so many bytes.
    pub(super) ends: Vec<(usize, Read)>,
    /// A frame that is as long as allowed.
    pub(super) full: Read,
    /// One that is longer by a byte; one of which only the length came, a million; one whose length is small for who looks at
    /// its last two bytes alone; and, where these were refused, one whose length is negative for who takes it for an `i32`.
    pub(super) long: Vec<Read>,
}

/// Where bytes were cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Nowhere,
    After(usize),
    Everywhere,
}

/// What was seen of a codec.
#[derive(Debug)]
pub(super) struct Frames {
    pub(super) reading: Run<Reading>,
    /// The bytes that it wrote for `SECOND`, to a stream with room, and to one that takes three at a time.
    pub(super) writing: Run<[Vec<u8>; 2]>,
}

pub(super) fn look(codec: &(impl Codec + Sync)) -> Frames {
    let (reads, writes) = (codec.clone(), codec.clone());
    Frames {
        reading: observe("read_frame", move || all(reads.clone())),
        writing: observe("write_frame", move || both(writes.clone())),
    }
}

async fn all(codec: impl Codec) -> Reading {
    let two = [framed(FIRST), framed(SECOND)].concat();
    let whole = |bytes: &[u8]| vec![bytes.to_vec()];
    let alone = read(codec.clone(), whole(&framed(FIRST)), true).await;
    let mut cuts = vec![(Cut::Nowhere, read(codec.clone(), whole(&two), true).await)];
    for place in 1..two.len() {
        let parts = vec![two[..place].to_vec(), two[place..].to_vec()];
        cuts.push((Cut::After(place), read(codec.clone(), parts, true).await));
    }
    let bytes = two.iter().map(|byte| vec![*byte]).collect();
    cuts.push((Cut::Everywhere, read(codec.clone(), bytes, true).await));
    let mut ends = vec![];
    for place in 0..framed(FIRST).len() {
        let part = framed(FIRST)[..place].to_vec();
        ends.push((place, read(codec.clone(), vec![part], true).await));
    }
    let full = read(codec.clone(), whole(&framed(&[b'x'; LIMIT])), true).await;
    let longer = read(codec.clone(), whole(&framed(&[b'x'; LIMIT + 1])), false).await;
    let million = 1_000_000_u32.to_be_bytes();
    let million = read(codec.clone(), whole(&million), false).await;
    let wraps = [&0x0001_0005_u32.to_be_bytes()[..], SECOND].concat();
    let mut long = vec![
        longer,
        million,
        read(codec.clone(), whole(&wraps), false).await,
    ];
    // Whoever makes room for whatever is announced is not asked to make room for that.
    if long.iter().all(|read| read.end == End::Failed) {
        let negative = (i32::MIN.unsigned_abs() + 5).to_be_bytes();
        long.push(read(codec, whole(&negative), false).await);
    }
    Reading {
        alone,
        cuts,
        ends,
        full,
        long,
    }
}

/// Reads what comes in these parts, a moment apart, until it ends, or nothing more comes.
async fn read(mut codec: impl Codec, parts: Vec<Vec<u8>>, closes: bool) -> Read {
    let (mut ours, mut theirs) = duplex(4096);
    let sends = async {
        for part in parts {
            // A codec that has given up reads no more.
            let _ = ours.write_all(&part).await;
            sleep(Duration::from_millis(1)).await;
        }
        if closes {
            let _ = ours.shutdown().await;
        }
        std::future::pending().await
    };
    let receives = async {
        let mut frames = vec![];
        let end = loop {
            match timeout(PATIENCE, codec.read_frame(&mut theirs)).await {
                Ok(Ok(Some(frame))) => frames.push(frame),
                Ok(Ok(None)) => break End::Closed,
                Ok(Err(_)) => break End::Failed,
                Err(_) => break End::Silent,
            }
            if frames.len() > MANY {
                break End::Endless;
            }
        };
        Read { frames, end }
    };
    tokio::select! {
        biased;
        read = receives => read,
        never = sends => never,
    }
}

async fn both(codec: impl Codec) -> [Vec<u8>; 2] {
    [written(codec.clone(), 4096).await, written(codec, 3).await]
}

/// What arrives of a frame on a stream that holds so many bytes.
async fn written(mut codec: impl Codec, holds: usize) -> Vec<u8> {
    let (mut ours, mut theirs) = duplex(holds);
    let writes = async move {
        // That a stream in memory fails is not asked of it.
        let _ = codec.write_frame(&mut ours, SECOND).await;
        let _ = ours.flush().await;
    };
    let mut bytes = vec![];
    let reads = theirs.read_to_end(&mut bytes);
    // Whoever writes too little is not waited for.
    let _ = timeout(PATIENCE, async { tokio::join!(writes, reads) }).await;
    bytes
}
