"""What the connected editor can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from lsprotocol import types as lsp

METHODS = (lsp.TEXT_DOCUMENT_HOVER, lsp.TEXT_DOCUMENT_CODE_LENS, lsp.TEXT_DOCUMENT_INLAY_HINT)
"""Features that a client is told of only if a plugin serves them: see `breadknife.lsp.offering`."""


@dataclass(frozen=True)
class Client:
    """What the connected editor can do."""

    inline_completion: bool = False
    refreshes_completion: bool = False
    """It asks for a completion again when told that it has grown."""
    offers_setup: bool = False
    """It asks its user about a missing engine or model by itself."""
    markdown: bool = False
    """It shows Markdown in the documentation of a completion."""
    pulls_diagnostics: bool = False
    """It pulls from each plugin, which takes dynamic registration: what plugins there are isn't known at
    `initialize`."""
    refreshes_diagnostics: bool = False
    resolves_edits: bool = False
    """It asks for the edits of an action when one is chosen."""
    versioned_edits: bool = False
    """It knows edits that name the version of the document that they are for."""
    confirms_edits: bool = False
    """It lets its user choose among the edits of an action (`changeAnnotationSupport`)."""
    configuration: bool = False
    """It answers when asked for its settings."""
    progress: bool = False
    """It has progress bars."""
    watches_files: bool = False
    watches_elsewhere: bool = False
    """It watches files also outside of the workspace."""

    shows_documents: bool = False
    opens_untitled: bool = False
    """It opens an `untitled:` URI as a new document that isn't saved, and lets edits be applied to it."""
    shows_text: bool = False
    """It opens a page for what is too long for a message."""
    shows_reasons: bool = False
    """It has buttons for what helps against a reason."""
    shows_disabled: bool = False
    """Its menu shows an entry that can't be chosen, with the reason."""
    hover_markdown: bool = False
    hover_pictures: bool = False
    """It shows pictures that Markdown has in itself, as VS Code does."""
    registers: frozenset[str] = frozenset()
    """Those of METHODS that a server may register for later: once it is known whether a plugin serves them."""
    asks: frozenset[str] = frozenset()
    """Those of METHODS that it knows at all."""
    refreshes_lenses: bool = False
    refreshes_inlays: bool = False

    second_menu: bool = False
    """It asks its user a question of the server's with several answers, and has an action's edits made when one is
    chosen: a client that has them all made at once has waited for all, and shows them in one menu. Helix 25 can't ask;
    eglot can, and doesn't say so."""

    @classmethod
    def of(cls, params: lsp.InitializeParams) -> Client:
        """Return what the client says that it can do."""
        text = params.capabilities.text_document or lsp.TextDocumentClientCapabilities()
        workspace = params.capabilities.workspace or lsp.WorkspaceClientCapabilities()
        window = params.capabilities.window
        file_watching = workspace.did_change_watched_files
        resolve = text.code_action.resolve_support if text.code_action else None
        resolves = resolve is not None and "edit" in resolve.properties
        item = text.completion.completion_item if text.completion else None
        hover = text.hover
        features = dict(zip(METHODS, (hover, text.code_lens, text.inlay_hint), strict=True))
        return cls(
            inline_completion=text.inline_completion is not None,
            refreshes_completion=_says(params.capabilities.experimental, "refreshCompletion"),
            offers_setup=_says(params.capabilities.experimental, "offersSetup"),
            markdown=bool(item and lsp.MarkupKind.Markdown in (item.documentation_format or ())),
            pulls_diagnostics=bool(text.diagnostic and text.diagnostic.dynamic_registration),
            refreshes_diagnostics=bool(workspace.diagnostics and workspace.diagnostics.refresh_support),
            resolves_edits=resolves,
            versioned_edits=bool(workspace.workspace_edit and workspace.workspace_edit.document_changes),
            confirms_edits=_confirms(workspace.workspace_edit),
            configuration=bool(workspace.configuration),
            progress=bool(window and window.work_done_progress),
            watches_files=bool(file_watching and file_watching.dynamic_registration),
            second_menu=resolves and (bool(window and window.show_message) or _is_eglot(params.client_info)),
            shows_documents=bool(window and window.show_document and window.show_document.support),
            opens_untitled=_says(params.capabilities.experimental, "opensUntitled"),
            shows_text=_says(params.capabilities.experimental, "showsText"),
            shows_reasons=_says(params.capabilities.experimental, "showsReasons"),
            shows_disabled=bool(text.code_action and text.code_action.disabled_support),
            hover_markdown=bool(hover and lsp.MarkupKind.Markdown in (hover.content_format or ())),
            hover_pictures=_is_marked(params.capabilities.general),
            registers=frozenset(name for name, feature in features.items() if feature and feature.dynamic_registration),
            asks=frozenset(name for name, feature in features.items() if feature),
            refreshes_lenses=bool(workspace.code_lens and workspace.code_lens.refresh_support),
            refreshes_inlays=bool(workspace.inlay_hint and workspace.inlay_hint.refresh_support),
            watches_elsewhere=bool(file_watching and file_watching.relative_pattern_support),
        )


def _is_eglot(client: lsp.ClientInfo | None) -> bool:
    return client is not None and client.name == "Eglot"


def _is_marked(general: lsp.GeneralClientCapabilities | None) -> bool:
    """Tell whether the client reads Markdown as VS Code does."""
    return bool(general and general.markdown and general.markdown.parser == "marked")


def _confirms(capabilities: lsp.WorkspaceEditClientCapabilities | None) -> bool:
    return bool(capabilities and capabilities.document_changes and capabilities.change_annotation_support)


def _says(experimental: object, name: str) -> bool:
    """Tell whether a capability of ours is true: `capabilities.experimental.breadknife.NAME`."""
    ours = cast("dict[str, object]", experimental).get("breadknife") if isinstance(experimental, dict) else None
    return isinstance(ours, dict) and cast("dict[str, object]", ours).get(name) is True
