// The macro itself awaits what is no future.
macro_rules! twice {
    ($value:expr) => {
        $value.await * 2 //~ E0277
    };
}
println!("{}", twice!(21));
