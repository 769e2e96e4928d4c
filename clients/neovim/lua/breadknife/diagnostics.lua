--- What Neovim 0.11 lacks around diagnostics and their fixes.
local M = {}

--- Ask for the diagnostics of every buffer of a client again.
---@param client vim.lsp.Client
function M.pull(client)
  for bufnr in pairs(client.attached_buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
      client:request("textDocument/diagnostic", params, nil, bufnr)
    end
  end
end

--- Handles `workspace/diagnostic/refresh`.
---@type lsp.Handler
function M.on_refresh(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client then
    M.pull(client)
  end
  return vim.NIL
end

---@param diagnostic vim.Diagnostic
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Diagnostic
local function to_lsp(diagnostic, encoding)
  local function position(row, column)
    local line = vim.api.nvim_buf_get_lines(diagnostic.bufnr, row, row + 1, false)[1] or ""
    return { line = row, character = vim.str_utfindex(line, encoding, column, false) }
  end
  return {
    range = {
      start = position(diagnostic.lnum, diagnostic.col),
      ["end"] = position(diagnostic.end_lnum or diagnostic.lnum, diagnostic.end_col or diagnostic.col),
    },
    severity = diagnostic.severity,
    message = diagnostic.message,
    source = diagnostic.source,
    code = diagnostic.code,
  }
end

--- The diagnostics that other tools have on some lines.
---@param bufnr integer
---@param range lsp.Range
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Diagnostic[]
local function others(bufnr, range, encoding)
  return vim
    .iter(vim.diagnostic.get(bufnr))
    :filter(function(diagnostic) ---@param diagnostic vim.Diagnostic
      local owner = vim.diagnostic.get_namespace(diagnostic.namespace).name
      local inside = diagnostic.lnum >= range.start.line and diagnostic.lnum <= range["end"].line
      return inside and not owner:find(".breadknife.", 1, true)
    end)
    :map(function(diagnostic)
      return to_lsp(diagnostic, encoding)
    end)
    :totable()
end

--- The cursor's place if a finding is there, otherwise its line: people ask for fixes anywhere on a line.
---@param bufnr integer
---@param range lsp.Range
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Range
local function place_of_fixes(bufnr, range, encoding)
  local row = range.start.line
  local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1]
  if not line or not vim.deep_equal(range.start, range["end"]) then
    return range
  end
  local column = vim.str_byteindex(line, encoding, range.start.character, false)
  for _, diagnostic in ipairs(vim.diagnostic.get(bufnr, { lnum = row })) do
    if diagnostic.col <= column and (diagnostic.end_lnum > row or column <= diagnostic.end_col) then
      return range
    end
  end
  return {
    start = { line = row, character = 0 },
    ["end"] = { line = row, character = vim.str_utfindex(line, encoding, #line, false) },
  }
end

--- Ask for code actions as other editors do: with other tools' diagnostics, since breadknife also repairs what pyright
--- or mypy found and Neovim sends a server only its own, and for the line when there is nothing at the cursor.
---@param client vim.lsp.Client
function M.improve_code_actions(client)
  local request = client.request
  ---@diagnostic disable-next-line: duplicate-set-field
  function client.request(self, method, params, handler, bufnr)
    if self == client and method == "textDocument/codeAction" then
      local encoding = client.offset_encoding
      local buffer = vim.uri_to_bufnr(params.textDocument.uri)
      params = vim.deepcopy(params)
      params.range = place_of_fixes(buffer, params.range, encoding)
      params.context.diagnostics =
        vim.list_extend(params.context.diagnostics or {}, others(buffer, params.range, encoding))
    end
    return request(self, method, params, handler, bufnr)
  end
end

return M
