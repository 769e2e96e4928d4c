--- Handles `window/showMessage`: Neovim asks for <Enter> after a notification that is longer than the screen is wide,
--- and opening a file must never do that.
local M = {}

local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }
local highlights = { "ErrorMsg", "WarningMsg", "None", "None" }

---@type lsp.Handler
function M.on_show(_, params)
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

return M
