--- Accepted text is typed, as a paste that Neovim sees in its input: so `.` repeats it, a macro that is being recorded
--- holds it, and neither mappings nor 'autoindent' nor 'textwidth' change it.
local M = {}

local api = vim.api

local paste_start, paste_end, delete = vim.keycode("<t_PS>"), vim.keycode("<t_PE>"), vim.keycode("<Del>")

--- Type text at the cursor, before whatever keys are waiting, and delete what it replaces behind the cursor.
---@param text string
---@param replaced string
function M.type(text, replaced)
  vim.bo.undolevels = vim.bo.undolevels -- so that undo takes back this, and not what was typed before
  local escaped = text:gsub("\128", "\128\254X") -- the byte that begins a special key in Neovim's input
  local deletes = delete:rep(vim.fn.strchars(replaced, true))
  api.nvim_feedkeys(paste_start .. escaped .. paste_end .. deletes, "int", false)
end

--- Whether a macro is being replayed in which the key that is being handled has accepted something: the accepted text
--- comes next there, and nothing is to be done.
---@return boolean
function M.is_replayed()
  if vim.fn.reg_executing() == "" or vim.fn.getchar(1) ~= 0x80 then
    return false
  end
  local key = vim.fn.getcharstr(0)
  api.nvim_feedkeys(key, key == paste_start and "in" or "i", false)
  return key == paste_start
end

return M
