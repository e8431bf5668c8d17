// Nothing says what kind of error the block returns.
let text = "5";
let parsed = async {
    let number = text.parse::<u32>()?;
    Ok(number * 2) //~ E0282
};
println!("{:?}", parsed.await);
