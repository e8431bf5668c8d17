// expects: passed
use tokio::task::JoinHandle;

struct Group<T> {
    handles: Vec<JoinHandle<T>>,
}

impl<T: Send + 'static> Group<T> {
    fn new() -> Self {
        Group { handles: Vec::new() }
    }

    fn add(&mut self, future: BoxFuture<'static, T>) {
        self.handles.push(tokio::spawn(future));
    }

    async fn gather(self) -> Vec<Result<T, String>> {
        let mut results = Vec::new();
        for handle in self.handles {
            results.push(handle.await.map_err(|error| error.to_string()));
        }
        results
    }
}

async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let mut group = Group::new();
    for id in ids {
        group.add(fetch_user(id).boxed());
    }
    group.gather().await.into_iter().map(|user| user.expect("fetch_user does not panic")).collect()
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let mut group = Group::new();
    for job in jobs {
        group.add(job);
    }
    group.gather().await
}
