//! Starts `breadknife serve` as a language server: the program that the settings name, otherwise the one on the path.

use zed_extension_api::{self as zed, settings::LspSettings, LanguageServerId, Result, Worktree};

struct Breadknife;

impl zed::Extension for Breadknife {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree)?.binary;
        let (named, arguments) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = named
            .or_else(|| worktree.which("breadknife"))
            .ok_or("the program `breadknife` isn't installed; run `pipx install breadknife` in a terminal")?;
        Ok(zed::Command {
            command,
            args: arguments.unwrap_or_else(|| vec!["serve".into()]),
            env: worktree.shell_env(),
        })
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

zed::register_extension!(Breadknife);
