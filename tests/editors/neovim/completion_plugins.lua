-- How completion plugins map <Tab>, without their code: each is a function that is called in `init.lua`. Its <Tab> counts
-- in `_G.menus` that it was asked, chooses from an open menu, and otherwise goes on to what was mapped before it.
-- Seen in nvim-cmp a1d5048 (utils/keymap.lua) and blink.cmp 73ea297 (keymap/apply.lua, keymap/fallback.lua).
local M = {}

_G.menus = 0

--- Whenever Insert mode begins, in front of any mapping that isn't its own, on the level which that one is on.
M["nvim-cmp"] = function()
  local mark = "cmp.utils.keymap.set_map"
  vim.api.nvim_create_autocmd("InsertEnter", {
    callback = function()
      local existing = vim.fn.maparg("<Tab>", "i", false, true)
      if existing.desc == mark then
        return
      end
      vim.keymap.set("i", "<Tab>", function()
        _G.menus = _G.menus + 1
        if _G.menu_is_open then
          vim.api.nvim_feedkeys("chosen", "in", true)
        elseif existing.callback and existing.expr ~= 1 then
          existing.callback()
        elseif existing.callback then
          vim.api.nvim_feedkeys(vim.keycode(existing.callback() or ""), "in", true)
        else
          vim.api.nvim_feedkeys(vim.keycode("<Tab>"), "in", true)
        end
      end, { buffer = existing.buffer == 1, desc = mark })
    end,
  })
end

--- Once in each buffer, when Insert mode begins there first; as an expression.
M["blink.cmp"] = function()
  vim.api.nvim_create_autocmd("InsertEnter", {
    callback = function()
      local existing = vim.fn.maparg("<Tab>", "i", false, true)
      if existing.buffer == 1 and existing.desc == "blink.cmp" then
        return
      end
      vim.keymap.set("i", "<Tab>", function()
        _G.menus = _G.menus + 1
        if _G.menu_is_open then
          return "chosen"
        elseif existing.callback and existing.expr ~= 1 then
          vim.schedule(existing.callback)
          return ""
        end
        return vim.keycode(existing.callback and existing.callback() or "<Tab>")
      end, { buffer = true, expr = true, replace_keycodes = false, desc = "blink.cmp" })
    end,
  })
end

return M
