---@brief
---
--- https://github.com/breadknife/breadknife
---
--- breadknife runs small language models on your own machine: code completion, null checks with verified fixes, and
--- prose corrections. Install it with `pipx install breadknife`; `breadknife setup` adds the engine and the models.
---
--- The plugin `breadknife.nvim` adds suggestions as ghost text, and commands such as `:Breadknife why`.
---
--- Settings are those of `breadknife.toml`:
--- ```lua
--- vim.lsp.config('breadknife', {
---   init_options = {
---     prose = { dialect = 'en-GB' },
---   },
--- })
--- ```

-- Where Neovim's name of a language isn't the protocol's.
local language_ids = { bash = 'shellscript', cs = 'csharp', sh = 'shellscript', text = 'plaintext' }

---@type vim.lsp.Config
return {
  cmd = { 'breadknife', 'serve' },
  filetypes = {
    'asciidoc',
    'bash',
    'c',
    'cpp',
    'cs',
    'css',
    'gitcommit',
    'go',
    'html',
    'java',
    'javascript',
    'javascriptreact',
    'json',
    'kotlin',
    'lua',
    'markdown',
    'mdx',
    'org',
    'php',
    'plaintex',
    'po',
    'python',
    'rst',
    'ruby',
    'rust',
    'sh',
    'sql',
    'tex',
    'text',
    'toml',
    'typescript',
    'typescriptreact',
    'typst',
    'yaml',
  },
  root_markers = { '.breadknife', 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml', '.git' },
  get_language_id = function(_, filetype)
    return language_ids[filetype] or filetype
  end,
}
