//! Every variable of the environment by which the parts of the lab speak to each other, and those of evcxr's that it sets.
//!
//! Programs in other languages spell them again; a test finds those that are not declared here.

/// The file in which checks note what is solved; empty, nothing is noted. Who starts a Jupyter may set it.
pub(crate) const PROGRESS: &str = "LAB_PROGRESS";

/// The address of an API for the exercises on HTTP, in place of the server that they start. Who starts a Jupyter may set it.
pub(crate) const API: &str = "LAB_API";

/// What the command logs to standard error, such as `debug` or `lab::kernel=trace`.
pub(crate) const LOG: &str = "ASYNC_LAB_LOG";

/// For a JupyterLab that may start kernels before notebooks ask for them.
pub(crate) const PRESTART: &str = "ASYNC_LAB_PRESTART";

/// For a kernel, or the hub of a trial, that ends with the program that started it.
pub(crate) const ENDS_WITH_PARENT: &str = "ASYNC_LAB_ENDS_WITH_PARENT";

/// The prepared folder that is being made, in which the kernel then works.
pub(crate) const PREPARING: &str = "ASYNC_LAB_PREPARING";

/// The variables of the set-up that change what compilers build, for its kernels, as JSON.
pub(crate) const BUILD_ENVIRONMENT: &str = "ASYNC_LAB_BUILD_ENVIRONMENT";

/// The Python that has JupyterLab, for cells that set asyncio beside Tokio.
pub(crate) const PYTHON: &str = "ASYNC_LAB_PYTHON";

/// In a kernel, the file with the whole lock file, whose copy beside the cells is emptied by the first build.
pub(crate) const LOCK: &str = "ASYNC_LAB_LOCK";

/// In a kernel, the folder in which cells make folders.
pub(crate) const SCRATCH: &str = "ASYNC_LAB_SCRATCH";

/// In a kernel, the `CARGO_HOME` that cells get back.
pub(crate) const CELLS_CARGO_HOME: &str = "ASYNC_LAB_CARGO_HOME";

/// In a kernel, the `PATH` that cells get back.
pub(crate) const CELLS_PATH: &str = "ASYNC_LAB_PATH";

/// In a kernel, the ends of the pipes by which its cells write, and hear its orders.
pub(crate) const OUTPUT: &str = "ASYNC_LAB_OUTPUT";

/// The file in which to note how cargo starts the compiler of a cell.
pub(crate) const INVOCATION: &str = "ASYNC_LAB_RUSTC_INVOCATION";

/// The prepared folder that the kernels of a class begin with, which belongs to another account and is never written into.
pub(crate) const PREPARED: &str = "ASYNC_LAB_PREPARED";

/// What the teacher of a class types to get in. Who starts a class may set it.
pub(crate) const CLASS_PASSWORD: &str = "ASYNC_LAB_CLASS_PASSWORD";

/// What learners of a class need to sign up. Who starts a class may set it.
pub(crate) const CLASS_CODE: &str = "ASYNC_LAB_CLASS_CODE";

/// What a class is like besides, as JSON: whom it trusts, what a learner may use, how it is reached.
pub(crate) const CLASS_SETTINGS: &str = "ASYNC_LAB_CLASS_SETTINGS";

/// The folder with the learners' folders.
pub(crate) const CLASS: &str = "ASYNC_LAB_CLASS";

/// The notebooks that learners get.
pub(crate) const CLASS_NOTEBOOKS: &str = "ASYNC_LAB_CLASS_NOTEBOOKS";

/// The folder of what is prepared, for a class.
pub(crate) const STATE: &str = "ASYNC_LAB_STATE";

/// For tests: the pages of the notebooks that have just run.
pub(crate) const SITE: &str = "ASYNC_LAB_SITE";

/// For tests: the lab's notebooks, without what a learner wrote.
pub(crate) const NOTEBOOKS: &str = "ASYNC_LAB_NOTEBOOKS";

/// Jupyter's: the number of the process that has started a kernel.
pub(crate) const JUPYTER: &str = "JPY_PARENT_PID";

/// Jupyter's: the notebook that a kernel is for, where a server has started it.
pub(crate) const NOTEBOOK: &str = "JPY_SESSION_NAME";

/// evcxr's: the folder in which it builds.
pub(crate) const EVCXR_FOLDER: &str = "EVCXR_TMPDIR";

/// evcxr's: the folder of its settings.
pub(crate) const EVCXR_CONFIG: &str = "EVCXR_CONFIG_DIR";

/// evcxr's: the file in which it looks for the path of what was built.
pub(crate) const EVCXR_PRODUCT: &str = "EVCXR_EXECUTION_SO_PATH";

#[cfg(test)]
mod tests {
    use crate::system::files;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// The names of our variables in a text.
    fn names(text: &str) -> BTreeSet<&str> {
        let word = |c: char| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit();
        text.split(|c: char| !word(c))
            .filter(|name| {
                let starts = ["ASYNC_LAB_", "LAB_", "EVCXR_"];
                starts
                    .iter()
                    .any(|start| name.len() > start.len() && name.starts_with(start))
            })
            .collect()
    }

    #[test]
    fn each_is_declared_here_and_spelled_nowhere_else_in_this_crate() {
        let here = include_str!("variables.rs");
        let (declared, _) = here.split_once("#[cfg(test)]").expect("tests follow");
        let declared = names(declared);
        let mut known = declared.clone();
        // Of others: evcxr's protocol on standard output, and what JupyterLab is told of its own.
        let others = [
            "EVCXR_BEGIN_CONTENT",
            "EVCXR_END_CONTENT",
            "EVCXR_ERROR_OCCURRED",
            "EVCXR_EXECUTION_COMPLETE",
            "EVCXR_INPUT_",
            "EVCXR_IS_RUNTIME",
            "EVCXR_LAB_",
            "EVCXR_LAB_PANIC",
            "EVCXR_LAB_RETURNED",
            "EVCXR_LAB_SHOWN_AS",
            "EVCXR_LAB_STARTED",
            "EVCXR_PANIC_NOTIFICATION",
            "EVCXR_VARIABLE_CHANGED_TYPE",
            "ASYNC_LAB_LEARNER",
            "LAB_SETTINGS_DIR",
            "LAB_WORKSPACES_DIR",
        ];
        known.extend(others);
        let lab = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = lab.ancestors().nth(2).expect("the checkout");
        let mut wrong = Vec::new();
        let is_seen =
            |path: &Path| !["target", ".git", "node_modules"].contains(&&*files::name(path));
        for folder in ["support", ".ci", ".devcontainer", "notebooks", ".github"] {
            for path in files::below(&root.join(folder), &is_seen).expect("a folder") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let ours = path.starts_with(lab.join("src")) && !path.ends_with("variables.rs");
                for name in names(&text) {
                    if !known.contains(name) {
                        wrong.push(format!("{} is not declared: {name}", path.display()));
                    } else if ours
                        && declared.contains(name)
                        && text.contains(&format!("\"{name}\""))
                    {
                        wrong.push(format!("{} spells {name} again", path.display()));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
