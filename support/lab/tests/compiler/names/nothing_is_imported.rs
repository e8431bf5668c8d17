// Neither the function nor the type is imported.
async fn pause() {
    sleep(Duration::from_millis(10)).await; //~ E0425 E0433
}
pause().await;
