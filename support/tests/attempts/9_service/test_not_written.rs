// expects: not-written
async fn test(_room: Room) {
    todo!("what a right service does, and a broken one does not")
}
