//! The Python environment of this extension's own, with the server in it. Knows nothing of Zed, so that it can be tested
//! by itself: `rustc --test src/environment.rs`.

/// The releases that every library of breadknife has wheels for come first.
pub const PYTHONS: [&str; 6] = ["python3.13", "python3.12", "python3.14", "python3.11", "python3", "python"];

/// A program to run, and what Zed says meanwhile if it fails.
#[derive(Debug, PartialEq)]
pub struct Step {
    pub program: String,
    pub arguments: Vec<String>,
    pub failure: &'static str,
}

/// One version of breadknife in a folder below the extension's own.
pub struct Environment {
    name: String,
    folder: String,
    version: String,
    is_windows: bool,
}

impl Environment {
    /// `work_folder` is the extension's own, absolute.
    pub fn new(work_folder: &str, version: &str, is_windows: bool) -> Self {
        // WASI puts a slash before a drive's letter.
        let work_folder = if is_windows { work_folder.trim_start_matches('/') } else { work_folder };
        let name = format!("server-{version}");
        Self { folder: format!("{work_folder}/{name}"), name, version: version.into(), is_windows }
    }

    /// The folder's name, as the extension itself reaches it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that says that the environment was made to its end.
    pub fn mark(&self) -> String {
        format!("{}/complete", self.name)
    }

    /// A program of the environment, as Zed reaches it.
    pub fn program(&self, name: &str) -> String {
        if self.is_windows {
            format!("{}/Scripts/{name}.exe", self.folder)
        } else {
            format!("{}/bin/{name}", self.folder)
        }
    }

    /// What makes it, with a Python 3.11 or newer.
    pub fn steps(&self, python: &str) -> [Step; 2] {
        let server = format!("breadknife=={}", self.version);
        let quiet = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", &server];
        [
            Step {
                program: python.into(),
                arguments: ["-I", "-m", "venv", "--clear", &self.folder].map(String::from).into(),
                failure: "Python couldn't make an environment",
            },
            Step {
                program: self.program("python"),
                arguments: quiet.map(String::from).into(),
                failure: "pip couldn't install breadknife",
            },
        ]
    }
}

/// What a program said last: of pip's lines the first that names an error.
pub fn last_words(said: &str) -> &str {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| line.starts_with("ERROR:"));
    let words = error.or_else(|| lines.next_back()).unwrap_or("it didn't say why");
    words.trim_start_matches("ERROR:").trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_made_and_then_filled() {
        let made = Environment::new("/home/me/work dir", "1.0", false);
        let [venv, pip] = made.steps("/usr/bin/python3");
        assert_eq!(
            (venv.program.as_str(), venv.arguments.join(" ").as_str()),
            ("/usr/bin/python3", "-I -m venv --clear /home/me/work dir/server-1.0")
        );
        assert_eq!(pip.program, "/home/me/work dir/server-1.0/bin/python");
        assert_eq!(pip.arguments.last().unwrap(), "breadknife==1.0");
        assert_eq!(made.mark(), "server-1.0/complete");
    }

    #[test]
    fn on_windows_paths_begin_with_the_drive() {
        let made = Environment::new("/C:/Users/me", "1.0", true);
        assert_eq!(made.program("breadknife"), "C:/Users/me/server-1.0/Scripts/breadknife.exe");
    }

    #[test]
    fn pips_first_error_says_why() {
        assert_eq!(
            last_words("Collecting\nERROR: No matching distribution\nERROR: more\n"),
            "No matching distribution"
        );
        assert_eq!(last_words("one\ntwo\n\n"), "two");
        assert_eq!(last_words(""), "it didn't say why");
    }
}
