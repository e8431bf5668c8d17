// expects: never-ends
async fn test(room: Room) {
    let mut anna = comes(&room).await;
    anna.say("hello").await.unwrap();
    assert_eq!(hears(&mut anna).await.as_deref(), Some("hello"));
    room.ended().await.unwrap();
}
