--- Fixes that are checked before anybody asks for them: while the cursor stands on a finding, as in VS Code.
local M = {}

local api = vim.api

local METHOD = "textDocument/codeAction"
local AUTOMATIC = 2 -- `CodeActionTriggerKind`: nobody has opened a menu, so no model writes for it

--- For which the cursor has to stand still, in milliseconds.
local PAUSE = 150

local group = api.nvim_create_augroup("breadknife.fixes_ahead", {})
local waiting ---@type uv.uv_timer_t? there is one cursor
local asked ---@type string? for what fixes were asked last: a line, its text, and how much is found there

--- The server's own of these diagnostics, as it has told them.
---@param diagnostics vim.Diagnostic[]
---@return lsp.Diagnostic[]
local function own(diagnostics)
  return vim
    .iter(diagnostics)
    :filter(function(diagnostic) ---@param diagnostic vim.Diagnostic
      local owner = vim.diagnostic.get_namespace(diagnostic.namespace).name
      return owner:find(".breadknife.", 1, true) ~= nil
    end)
    :map(function(diagnostic) ---@param diagnostic vim.Diagnostic
      return vim.tbl_get(diagnostic, "user_data", "lsp")
    end)
    :totable()
end

---@param bufnr integer
local function ask(bufnr)
  local client = require("breadknife.server").client(bufnr)
  if not client or api.nvim_get_current_buf() ~= bufnr or api.nvim_get_mode().mode ~= "n" then
    return
  end
  local row = api.nvim_win_get_cursor(0)[1] - 1
  local found = vim.diagnostic.get(bufnr, { lnum = row })
  local here = ("%d/%d/%d/%d"):format(bufnr, api.nvim_buf_get_changedtick(bufnr), row, #found)
  if here == asked or #found == 0 or not client:supports_method(METHOD, bufnr) then
    return
  end
  asked = here
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding) --[[@as lsp.CodeActionParams]]
  params.context = { diagnostics = own(found), triggerKind = AUTOMATIC }
  client:request(METHOD, params, function() end, bufnr)
end

--- Ask for the fixes at the cursor whenever it comes to rest on a finding of a buffer.
---@param bufnr integer
function M.attach(bufnr)
  api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  api.nvim_create_autocmd({ "CursorMoved", "InsertLeave", "DiagnosticChanged" }, {
    group = group,
    buffer = bufnr,
    desc = "breadknife: check the fixes of what is found at the cursor",
    callback = function()
      if waiting then
        waiting:stop()
        waiting:close()
      end
      waiting = vim.defer_fn(function()
        waiting = nil
        ask(bufnr)
      end, PAUSE)
    end,
  })
end

return M
