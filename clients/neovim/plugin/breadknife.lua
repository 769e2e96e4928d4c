if vim.g.loaded_breadknife then
  return
end
vim.g.loaded_breadknife = true

if vim.fn.has("nvim-0.11") == 0 then
  vim.notify("breadknife needs Neovim 0.11 or newer.", vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command("Breadknife", function(arguments)
  require("breadknife.command").run(arguments.fargs)
end, {
  nargs = "+",
  desc = "breadknife: status, why, toggle, next, restart, log",
  complete = function(lead, line)
    return require("breadknife.command").complete(lead, line)
  end,
})

for name, amount in pairs({ accept = "all", ["accept-word"] = "word", ["accept-line"] = "line" }) do
  vim.keymap.set("i", ("<Plug>(breadknife-%s)"):format(name), function()
    require("breadknife").accept(amount)
  end, { desc = "breadknife: accept the suggestion (" .. amount .. ")" })
end
vim.keymap.set("i", "<Plug>(breadknife-dismiss)", function()
  require("breadknife").dismiss()
end, { desc = "breadknife: dismiss the suggestion" })
for name, step in pairs({ next = 1, previous = -1 }) do
  vim.keymap.set("i", ("<Plug>(breadknife-%s)"):format(name), function()
    require("breadknife").cycle(step)
  end, { desc = ("breadknife: the %s suggestion"):format(name) })
end
vim.keymap.set("i", "<Plug>(breadknife-suggest)", function()
  require("breadknife").suggest()
end, { desc = "breadknife: suggest something here" })

vim.lsp.enable("breadknife")

vim.api.nvim_create_autocmd("FileType", {
  desc = "breadknife: say once that its command is missing, which Neovim only logs",
  callback = function(event)
    return require("breadknife").is_explained(event.match)
  end,
})
