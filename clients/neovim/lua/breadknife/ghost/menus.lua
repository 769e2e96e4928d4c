--- Completion menus that may be open beside a suggestion.
local M = {}

local api = vim.api

---@class breadknife.Menu
---@field is_open fun(): boolean?
---@field listen fun(changed: fun()) calls `changed` whenever the menu opens or closes
---@field is_listened_to? boolean

---@param events string|string[]
---@param pattern? string[]
---@return fun(changed: fun())
local function on(events, pattern)
  return function(changed)
    api.nvim_create_autocmd(events, { pattern = pattern, desc = "breadknife: a completion menu", callback = changed })
  end
end

---@type table<string, breadknife.Menu> by the module that has it; "" for Neovim's own
local menus = {
  [""] = {
    is_open = function()
      return vim.fn.pumvisible() == 1
    end,
    listen = on({ "CompleteChanged", "CompleteDone" }),
  },
  ["blink.cmp"] = {
    is_open = function()
      return package.loaded["blink.cmp"].is_menu_visible()
    end,
    listen = on("User", { "BlinkCmpMenuOpen", "BlinkCmpMenuClose" }),
  },
  ["cmp"] = {
    is_open = function()
      return package.loaded.cmp.visible()
    end,
    listen = function(changed)
      package.loaded.cmp.event:on("menu_opened", changed)
      package.loaded.cmp.event:on("menu_closed", changed)
    end,
  },
}

--- Whether a completion menu is open.
---@return boolean
function M.is_open()
  return vim.iter(menus):any(function(module, menu)
    return (module == "" or package.loaded[module] ~= nil) and menu.is_open() == true
  end)
end

--- Whether something else shows suggestions or is in the middle of completing: a menu's selected entry is in the buffer
--- already, but may be taken back.
---@param bufnr integer
---@return boolean
function M.is_someone_elses(bufnr)
  local native = vim.lsp.inline_completion
  if native and native.is_enabled({ bufnr = bufnr }) then
    return true
  end
  return vim.fn.pumvisible() == 1 and vim.fn.complete_info({ "selected" }).selected ~= -1
end

--- Have a function called whenever a menu opens or closes: those of the plugins that are loaded by now, once each.
---@param changed fun()
function M.listen(changed)
  for module, menu in pairs(menus) do
    if not menu.is_listened_to and (module == "" or package.loaded[module]) then
      menu.is_listened_to = true
      menu.listen(vim.schedule_wrap(changed))
    end
  end
end

return M
