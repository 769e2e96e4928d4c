"""Settings: layers of TOML or JSON, checked against the plugins' own types, merged into one frozen value.

Later layers win: defaults < the user's `config.toml` < the workspace's `breadknife.toml` (or `[tool.breadknife]` of its
`pyproject.toml`) < the editor < the command line. In each layer `[[overrides]]` that fit a document win over the rest.
"""

from breadknife.host.settings.layers import Author, Layer, file_layers, load_file
from breadknife.host.settings.resolve import load, resolve
from breadknife.host.settings.values import PluginTypes, Settings

__all__ = ["Author", "Layer", "PluginTypes", "Settings", "file_layers", "load", "load_file", "resolve"]
