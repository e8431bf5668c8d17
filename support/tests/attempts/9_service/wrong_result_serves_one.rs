// expects: wrong-result
async fn serve(mut listener: Listener, _stop: CancellationToken) -> io::Result<()> {
    let mut stream = listener.accept().await?;
    let mut codec = Lengths::default();
    codec.write_frame(&mut stream, b"welcome").await?;
    if let Some(frame) = codec.read_frame(&mut stream).await? {
        codec.write_frame(&mut stream, &frame).await?;
    }
    Ok(())
}
