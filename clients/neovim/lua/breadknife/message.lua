--- What the server says on the command line. Neovim asks for <Enter> after a notification that is longer than the screen
--- is wide, and opening a file must never do that; progress it shows nowhere.
local M = {}

local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }
local highlights = { "ErrorMsg", "WarningMsg", "None", "None" }

--- Whether the last that was said is what is at work.
local at_work = false

--- Handles `window/showMessage`.
---@type lsp.Handler
function M.on_show(_, params)
  at_work = false
  local line = params.message:gsub("%s*\n%s*", " ")
  if vim.fn.strdisplaywidth(line) <= vim.v.echospace then
    vim.notify(line, levels[params.type])
  else -- cut in the middle on the screen (see 'shortmess', T), whole in `:messages`
    vim.cmd.echohl(highlights[params.type] or "None")
    vim.cmd.echomsg(vim.fn.string(line))
    vim.cmd.echohl("None")
  end
  return vim.NIL
end

--- Handles `$/progress`, besides what Neovim does.
---@type lsp.Handler
function M.on_progress(error, params, context)
  vim.lsp.handlers["$/progress"](error, params, context)
  local value = params.value
  if value.kind == "begin" and not vim.startswith(vim.api.nvim_get_mode().mode, "i") then
    local line = ("%s: %s"):format(value.title, value.message)
    local fits = vim.fn.strdisplaywidth(line) <= vim.v.echospace
    vim.api.nvim_echo({ { fits and line or value.title .. " is at work" } }, false, {})
    at_work = true
  elseif value.kind == "end" and at_work then
    vim.api.nvim_echo({ { "" } }, false, {})
    at_work = false
  end
end

return M
