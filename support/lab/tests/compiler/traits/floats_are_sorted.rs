// Floats have no order that always holds.
async fn measure() -> Vec<f64> {
    vec![0.3, 0.1, 0.2]
}
let mut seconds = measure().await;
seconds.sort(); //~ E0277
println!("{seconds:?}");
