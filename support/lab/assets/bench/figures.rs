use support::chart::{self, Bar, Series};
use support::serde_json::{Value, from_str};

fn time(value: &Value) -> std::time::Duration {
    std::time::Duration::from_secs_f64(value.as_f64().unwrap_or_default())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn draw() -> Result<(), Box<dyn std::error::Error>> {
    let figures: Value = from_str(&std::fs::read_to_string("figures.json")?)?;
    let bars: Vec<Bar> = list(&figures["bars"]).map(|bar| Bar::new(text(&bar["name"]), time(&bar["seconds"]))).collect();
    std::fs::write("first-figure.svg", chart::bars("From the start of the kernel to the first figure", &bars).svg())?;
    for lines in list(&figures["lines"]) {
        let series: Vec<Series> = list(&lines["series"])
            .map(|one| {
                let points = list(&one["points"]).map(|point| (u32::try_from(point[0].as_u64().unwrap_or_default()).unwrap_or_default(), time(&point[1])));
                Series::new(text(&one["name"]), points)
            })
            .collect();
        std::fs::write(text(&lines["file"]), chart::scaling(&text(&lines["title"]), &text(&lines["counted"]), &series).svg())?;
    }
    Ok(())
}

draw().map(|()| "drawn")
