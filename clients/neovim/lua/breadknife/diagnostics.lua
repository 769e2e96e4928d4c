--- What Neovim lacks around diagnostics and their fixes.
local M = {}

local api = vim.api

local METHOD = "textDocument/diagnostic"

--- Neovim asks for diagnostics after every key, and a check of a long file takes the server's time from the suggestions
--- that the keys wait for. So while somebody types, typing must pause this many times as long as the last check of the
--- buffer took, in milliseconds within these limits.
local TIMES, SHORTEST, LONGEST = 3, 150, 2000

local waiting = {} ---@type table<string, uv.uv_timer_t> by client, buffer and identifier
local took = {} ---@type table<integer, integer> the last check's milliseconds, by buffer

--- Ask for the diagnostics of every buffer of a client again.
---@param client vim.lsp.Client
local function pull(client)
  for bufnr in pairs(client.attached_buffers) do
    if api.nvim_buf_is_loaded(bufnr) and client:supports_method(METHOD, bufnr) then
      client:request(METHOD, { textDocument = vim.lsp.util.make_text_document_params(bufnr) }, nil, bufnr)
    end
  end
end

--- Handles `workspace/diagnostic/refresh`, where Neovim (0.11) doesn't.
---@type lsp.Handler
function M.on_refresh(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client then
    pull(client)
  end
  return vim.NIL
end

--- Call something once typing has paused, or at once when nobody types. The newest call for a key replaces the one before.
---@param key string
---@param bufnr integer
---@param call fun()
local function after_typing(key, bufnr, call)
  if waiting[key] then
    waiting[key]:stop()
    waiting[key]:close()
    waiting[key] = nil
  end
  if api.nvim_get_mode().mode:sub(1, 1) ~= "i" then
    return call()
  end
  waiting[key] = vim.defer_fn(function()
    waiting[key] = nil
    call()
  end, math.min(math.max(TIMES * (took[bufnr] or 0), SHORTEST), LONGEST))
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

---@param client vim.lsp.Client
---@param params lsp.CodeActionParams
---@return lsp.CodeActionParams
local function with_others(client, params)
  local encoding, bufnr = client.offset_encoding, vim.uri_to_bufnr(params.textDocument.uri)
  params = vim.deepcopy(params)
  params.range = place_of_fixes(bufnr, params.range, encoding)
  params.context.diagnostics = vim.list_extend(params.context.diagnostics or {}, others(bufnr, params.range, encoding))
  return params
end

--- Change what a client asks for:
---
--- - Code actions as in other editors: with other tools' diagnostics, since breadknife also repairs what pyright or mypy
---   found and Neovim sends a server only its own, and for the line when there is nothing at the cursor.
--- - Diagnostics once typing has paused.
---@param client vim.lsp.Client
function M.improve(client)
  local request = client.request
  ---@diagnostic disable-next-line: duplicate-set-field
  function client.request(self, method, params, handler, bufnr)
    if self == client and method == "textDocument/codeAction" then
      params = with_others(client, params)
    elseif self == client and method == METHOD and not handler and bufnr then
      local answer = client.handlers[METHOD] or vim.lsp.handlers[METHOD]
      after_typing(("%d/%d/%s"):format(client.id, bufnr, params.identifier or ""), bufnr, function()
        local began = vim.uv.now()
        if client.attached_buffers[bufnr] then
          request(self, method, params, function(...)
            took[bufnr] = vim.uv.now() - began
            return answer(...)
          end, bufnr)
        end
      end)
      return true
    end
    return request(self, method, params, handler, bufnr)
  end
end

return M
