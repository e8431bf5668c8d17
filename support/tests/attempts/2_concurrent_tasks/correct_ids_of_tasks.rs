// expects: passed
use std::collections::HashMap;

async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let mut set = JoinSet::new();
    for (place, id) in ids.into_iter().enumerate() {
        set.spawn(async move { (place, fetch_user(id).await) });
    }
    let mut users = set.join_all().await;
    users.sort_by_key(|(place, _)| *place);
    users.into_iter().map(|(_, user)| user).collect()
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let mut set = JoinSet::new();
    let mut places = HashMap::new();
    let mut results: Vec<Result<String, String>> = Vec::new();
    for (place, job) in jobs.into_iter().enumerate() {
        places.insert(set.spawn(job).id(), place);
        results.push(Err("not run".to_owned()));
    }
    while let Some(ended) = set.join_next_with_id().await {
        match ended {
            Ok((id, text)) => results[places[&id]] = Ok(text),
            Err(error) => results[places[&error.id()]] = Err(error.to_string()),
        }
    }
    results
}
