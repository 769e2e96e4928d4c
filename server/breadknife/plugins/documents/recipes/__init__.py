"""The recipes of this plugin: one TOML file for each action."""
