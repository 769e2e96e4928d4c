"""The prose check: how a text becomes findings.

    CheckRequest
      │ plugin         takes the document's paragraphs, or those that an edit has changed (`edits`)
      ▼
    ProseText          a paragraph, with a map back to the document (`text/extract`)
      │ linting        asks each engine (`engine_set`): Harper at once, LanguageTool and Vale in the background
      ▼
    LintRequest ─▶ Lint             what one engine says of one paragraph
      │ check._merge   drops what is suppressed; the first engine that says something owns its place (`engines/merge`)
      ▼
    FindingCandidate                what all engines say of one place, with corrections; `ready`, or it waits
      │ check._finish  the small model scores corrections (`model/judge`, `likelihood`), and what counts or a frame
      │                of words speak for (`model/proposer`); `evidence/kinds.toml`, `model/thresholds` decide
      ▼
    ProseFinding ─▶ Finding         what is ready, at its span of the document, with fixes
                                    beside those of the rules about whole documents (`documents`)

What an engine has not read yet is asked in the background (`engines/background`, with a `request_queue`); once there is
news, the client is asked to look at the document again (`engines/refreshes`). `results` has what was found before, so
that findings neither wait nor flicker.
"""
