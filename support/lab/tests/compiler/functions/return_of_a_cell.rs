// A cell is left with a value.
let pages = vec![1, 2];
if pages.len() > 1 {
    return 5; //~ E0308 notebook
}
