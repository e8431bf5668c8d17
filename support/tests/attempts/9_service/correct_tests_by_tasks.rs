// expects: passed
/// Each part has clients of its own, and all of them have a minute.
async fn test(room: Room) {
    let parts = async {
        tokio::join!(cut_in_pieces(&room), too_long(&room), says_goodbye(&room));
        late(&room).await;
        room.stop();
        room.ended().await.expect("a good end");
    };
    timeout(Duration::from_secs(60), parts).await.expect("it does not hang");
}

async fn heard(client: &mut Client, wanted: &str) {
    while client.hear().await.expect("whole frames").expect("still in the room") != wanted {}
}

async fn cut_in_pieces(room: &Room) {
    let (mut one, mut other) = (comes(room).await, comes(room).await);
    for byte in frame("in pieces") {
        one.send_bytes(&[byte]).await.unwrap();
        other.say("!").await.unwrap();
        heard(&mut other, "!").await;
    }
    heard(&mut one, "in pieces").await;
}

async fn too_long(room: &Room) {
    let mut client = comes(room).await;
    client.send_bytes(&u32::MAX.to_be_bytes()).await.unwrap();
    while hears(&mut client).await.is_some() {}
}

async fn says_goodbye(room: &Room) {
    let mut client = comes(room).await;
    client.say("goodbye").await.unwrap();
    client.finish().await.unwrap();
    heard(&mut client, "goodbye").await;
    while client.hear().await.expect("a good end").is_some() {}
}

async fn late(room: &Room) {
    let (mut one, mut late) = (comes(room).await, comes(room).await);
    for number in 0..50 {
        one.say(&number.to_string()).await.unwrap();
        heard(&mut one, &number.to_string()).await;
    }
    room.stop();
    let mut place = 0;
    while let Some(text) = late.hear().await.expect("a good end") {
        match text.strip_prefix("missed ") {
            Some(count) => place += count.parse::<u32>().unwrap(),
            None => {
                assert_eq!(text, place.to_string());
                place += 1;
            }
        }
    }
    assert_eq!(place, 50);
}
