--- The functions for configurations and other plugins: see `:help breadknife-lua`.
local M = {}

--- Everything has a default, so calling this is optional. Where the plugin was added to 'runtimepath' by hand, it also
--- starts it. Raises an error that names an option that doesn't exist.
---@param setup? breadknife.Setup
function M.setup(setup)
  require("breadknife.options").set(setup or {})
  if setup and setup.settings then
    vim.lsp.config("breadknife", { settings = { breadknife = setup.settings } })
  end
  vim.cmd.runtime("plugin/breadknife.lua") -- does nothing the second time
end

--- The client of a buffer, if breadknife is at work there.
---@param bufnr? integer default: the current buffer
---@return vim.lsp.Client?
function M.client(bufnr)
  return require("breadknife.server").client(bufnr)
end

--- What breadknife is doing in a buffer. Cheap enough for a statusline.
---@param bufnr? integer default: the current buffer
---@return breadknife.Status
function M.status(bufnr)
  return require("breadknife.status").get(bufnr)
end

--- A few words for 'statusline': `%{v:lua.require'breadknife'.statusline()}`. It is the window's own buffer there.
---@return string
function M.statusline()
  return M.status().text
end

--- Whether a suggestion is on the screen.
---@return boolean
function M.is_visible()
  return require("breadknife.ghost").is_visible()
end

--- Type the suggestion on the screen, or a part of it. Also for expression mappings.
---@param amount? "all"|"word"|"line" default: "all"
---@return boolean accepted false when there is none
function M.accept(amount)
  return require("breadknife.ghost").accept(amount or "all")
end

--- Take the suggestion off the screen.
---@return boolean dismissed false when there is none
function M.dismiss()
  return require("breadknife.ghost").dismiss()
end

--- Show the next suggestion for the same place, or the previous one. Where there is none, ask for one.
---@param step? 1|-1 default: 1
---@return boolean shown_or_asked false when a menu hides the suggestion, or breadknife isn't at work in the buffer
function M.cycle(step)
  return require("breadknife.ghost").cycle(step or 1)
end

--- Ask for suggestions at the cursor, in Insert mode: also where none come by themselves, and for several.
---@return boolean asked false when breadknife isn't at work in the buffer
function M.suggest()
  return require("breadknife.ghost").suggest()
end

--- Switch a plugin of the server on or off, for as long as the server runs.
---@param plugin? string default: "completion"
---@param bufnr? integer default: the current buffer
---@return boolean? enabled nil when breadknife isn't at work in the buffer
function M.toggle(plugin, bufnr)
  return require("breadknife.server").toggle(plugin or "completion", bufnr)
end

--- Stop the server and start it again for the buffers that are open.
function M.restart()
  require("breadknife.server").restart()
end

return M
