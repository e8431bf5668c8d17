// expects: flaky-test
async fn test(room: Room) {
    let (mut anna, mut ben) = (comes(&room).await, comes(&room).await);

    ben.say("first").await.unwrap();
    anna.say("second").await.unwrap();
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("first"));
        assert_eq!(hears(client).await.as_deref(), Some("second"));
    }

    // Half a frame, another client, the other half.
    let bytes = frame("in two halves");
    anna.send_bytes(&bytes[..6]).await.unwrap();
    ben.say("meanwhile").await.unwrap();
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("meanwhile"));
    }
    anna.send_bytes(&bytes[6..]).await.unwrap();
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("in two halves"));
    }

    // A frame that is too long ends its client, and nobody else.
    let mut long = comes(&room).await;
    long.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.unwrap();
    assert_eq!(hears(&mut long).await, None);

    // Who has finished sending hears the rest.
    let mut leaves = comes(&room).await;
    leaves.say("goodbye").await.unwrap();
    leaves.finish().await.unwrap();
    assert_eq!(hears(&mut leaves).await.as_deref(), Some("goodbye"));
    assert_eq!(hears(&mut leaves).await, None);
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("goodbye"));
    }

    // Ben does not read. Anna goes on, and Ben learns how much he has missed.
    for number in 0..40 {
        anna.say(&number.to_string()).await.unwrap();
        assert_eq!(hears(&mut anna).await, Some(number.to_string()));
    }
    let mut accounted = 0;
    while accounted < 40 {
        let text = hears(&mut ben).await.expect("he is still in the room");
        accounted = match text.strip_prefix("missed ") {
            Some(count) => accounted + count.parse::<usize>().unwrap(),
            None => {
                assert_eq!(text, accounted.to_string());
                accounted + 1
            }
        };
    }
    assert_eq!(accounted, 40);

    // What waits for Ben when the service stops comes to him.
    let long_text = "x".repeat(60);
    for _ in 0..3 {
        anna.say(&long_text).await.unwrap();
        assert_eq!(hears(&mut anna).await, Some(long_text.clone()));
    }
    room.stop();
    for _ in 0..3 {
        assert_eq!(hears(&mut ben).await, Some(long_text.clone()));
    }
    assert_eq!(hears(&mut ben).await, None);
    assert_eq!(hears(&mut anna).await, None);
    timeout(Duration::from_secs(10), room.ended()).await.expect("it ends").unwrap();
}
