-- How Neovim starts and talks to breadknife: see `:help breadknife-configuration`.

local diagnostics = require("breadknife.diagnostics")
local message = require("breadknife.message")
local options = require("breadknife.options")
local server = require("breadknife.server")

-- Where Neovim's name of a language isn't the protocol's.
local language_ids = { bash = "shellscript", cs = "csharp", sh = "shellscript", text = "plaintext" }

---@param method "textDocument/publishDiagnostics"|"textDocument/diagnostic"
---@return lsp.Handler
local function without_duplicates(method)
  return function(...)
    return require("breadknife.duplicates").handler(method)(...)
  end
end

---@type vim.lsp.Config
return {
  cmd = server.spawn,
  -- stylua: ignore
  filetypes = {
    "asciidoc", "bash", "c", "cpp", "cs", "css", "gitcommit", "go", "html", "java", "javascript", "javascriptreact",
    "json", "kotlin", "lua", "markdown", "mdx", "org", "php", "plaintex", "po", "python", "rst", "ruby", "rust", "sh",
    "sql", "tex", "text", "toml", "typescript", "typescriptreact", "typst", "yaml",
  },
  root_markers = { ".breadknife", "pyproject.toml", "package.json", "go.mod", "Cargo.toml", ".git" },
  get_language_id = function(_, filetype)
    return language_ids[filetype] or filetype
  end,
  before_init = function(params, config)
    local capabilities = params.capabilities
    capabilities.textDocument.inlineCompletion = options.values.ghost and { dynamicRegistration = false } or nil
    capabilities.workspace.diagnostics = { refreshSupport = true }
    capabilities.experimental = { breadknife = { refreshCompletion = true, showsReasons = true } }
    -- Without `trusted`: these may be a project's settings. Folders are trusted by `:Breadknife trust`.
    local settings = vim.deepcopy(vim.tbl_get(config, "settings", "breadknife"))
    if settings then
      settings.trusted = nil
    end
    params.initializationOptions = settings
  end,
  handlers = {
    ["$/progress"] = message.on_progress,
    ["window/showMessage"] = message.on_show,
    ["textDocument/publishDiagnostics"] = without_duplicates("textDocument/publishDiagnostics"),
    ["textDocument/diagnostic"] = without_duplicates("textDocument/diagnostic"),
    ["breadknife/showReason"] = function(_, reason)
      require("breadknife.reason").show(reason)
    end,
    ["workspace/diagnostic/refresh"] = not vim.lsp.handlers["workspace/diagnostic/refresh"] and diagnostics.on_refresh
      or nil,
    ["breadknife/refreshCompletion"] = function(...)
      require("breadknife.ghost").on_refresh(...)
    end,
  },
  on_init = diagnostics.improve,
  on_attach = function(client, bufnr)
    if options.values.ghost then
      require("breadknife.ghost").attach(client, bufnr)
    end
    require("breadknife.listening").watch(bufnr)
    require("breadknife.fixes_ahead").attach(bufnr)
    require("breadknife.status").changed()
  end,
  on_exit = function()
    vim.schedule(require("breadknife.status").on_exit)
  end,
}
