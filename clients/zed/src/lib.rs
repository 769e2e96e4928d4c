//! Starts `breadknife serve` as a language server: the program that the settings name, otherwise the one on the path,
//! otherwise one that this extension installs into its own folder.

mod environment;

use std::fs;

use environment::{last_words, Environment, PYTHONS};
use zed_extension_api::{
    self as zed, process, set_language_server_installation_status, settings::LspSettings, LanguageServerId,
    LanguageServerInstallationStatus, Os, Result, Worktree,
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

struct Breadknife;

impl zed::Extension for Breadknife {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree)?.binary;
        let (named, arguments) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = match named.or_else(|| worktree.which("breadknife")) {
            Some(command) => command,
            None => installed(id, worktree)?,
        };
        Ok(zed::Command { command, args: arguments.unwrap_or_else(|| vec!["serve".into()]), env: worktree.shell_env() })
    }

    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<zed::serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?.settings;
        Ok(settings.map(|settings| zed::serde_json::json!({ "breadknife": settings })))
    }
}

/// The program in this extension's own environment, which is made unless it is there.
fn installed(id: &LanguageServerId, worktree: &Worktree) -> Result<String> {
    let work_folder =
        std::env::current_dir().map_err(|error| format!("Zed doesn't say where its files go: {error}"))?;
    let is_windows = zed::current_platform().0 == Os::Windows;
    let environment = Environment::new(&work_folder.to_string_lossy(), VERSION, is_windows);
    if fs::metadata(environment.mark()).is_err() {
        set_language_server_installation_status(id, &LanguageServerInstallationStatus::Downloading);
        make(&environment, worktree)?;
        forget_others(&environment);
    }
    Ok(environment.program("breadknife"))
}

fn make(environment: &Environment, worktree: &Worktree) -> Result<()> {
    let python = PYTHONS
        .iter()
        .find_map(|name| worktree.which(name))
        .ok_or("breadknife needs Python 3.11 or newer, and there is none on the path: install it, and restart Zed")?;
    for step in environment.steps(&python) {
        let output = process::Command::new(step.program).args(step.arguments).envs(worktree.shell_env()).output()?;
        if output.status != Some(0) {
            let said = [output.stdout, output.stderr].concat(); // `venv` says on stdout what it lacks
            let said = String::from_utf8_lossy(&said);
            return Err(format!(
                "{}: {}; or install it yourself: `pipx install breadknife`",
                step.failure,
                last_words(&said)
            ));
        }
    }
    fs::write(environment.mark(), VERSION).map_err(|error| format!("{} can't be written: {error}", environment.mark()))
}

/// Deletes the environments of other versions.
fn forget_others(environment: &Environment) {
    for entry in fs::read_dir(".").into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("server-") && name != environment.name() {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

zed::register_extension!(Breadknife);
