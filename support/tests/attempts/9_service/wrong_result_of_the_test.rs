// expects: wrong-result
async fn test(room: Room) {
    let (mut anna, mut ben) = (comes(&room).await, comes(&room).await);
    anna.say("hello").await.unwrap();
    assert_eq!(hears(&mut ben).await.as_deref(), Some("hello"));
    ben.say("you, too").await.unwrap();
    assert_eq!(hears(&mut anna).await.as_deref(), Some("you, too"));
}
