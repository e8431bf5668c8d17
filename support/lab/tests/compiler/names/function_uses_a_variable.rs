// A function uses a variable of the notebook.
let factor = 3;
fn triple(number: u32) -> u32 {
    number * factor //~ E0425 notebook
}
println!("{}", triple(2));
