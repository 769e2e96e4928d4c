if vim.g.loaded_breadknife then
  return
end
vim.g.loaded_breadknife = true

if vim.fn.has("nvim-0.11") == 0 then
  vim.notify("breadknife needs Neovim 0.11 or newer.", vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command("Breadknife", function(arguments)
  local lines = arguments.range > 0 and { arguments.line1, arguments.line2 } or nil
  require("breadknife.command").run(arguments.fargs, lines)
end, {
  nargs = "*",
  range = true,
  desc = "breadknife: setup, status, why, models, shelf, recipe, trust, toggle, restart, log",
  complete = function(lead, line)
    return require("breadknife.command").complete(lead, line)
  end,
})

local function plug(name, desc, action)
  vim.keymap.set("i", ("<Plug>(breadknife-%s)"):format(name), action, { desc = "breadknife: " .. desc })
end

for name, amount in pairs({ accept = "all", ["accept-word"] = "word", ["accept-line"] = "line" }) do
  plug(name, ("accept the suggestion (%s)"):format(amount), function()
    require("breadknife").accept(amount)
  end)
end
for name, step in pairs({ next = 1, previous = -1 }) do
  plug(name, ("the %s suggestion"):format(name), function()
    require("breadknife").cycle(step)
  end)
end
plug("dismiss", "dismiss the suggestion", function()
  require("breadknife").dismiss()
end)
plug("suggest", "suggest something here", function()
  require("breadknife").suggest()
end)

local group = vim.api.nvim_create_augroup("breadknife", {})
local root = vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h"))

-- Before `vim.lsp.enable` makes its own autocommand, so that this one comes first.
vim.api.nvim_create_autocmd("FileType", {
  group = group,
  desc = "breadknife: before Neovim looks for a server",
  callback = function(event)
    -- lazy.nvim resets 'runtimepath': what was added to it by hand before is gone.
    if not vim.list_contains(vim.api.nvim_list_runtime_paths(), root) then
      vim.opt.runtimepath:append(root)
    end
    if vim.bo[event.buf].buftype == "" then
      require("breadknife.server").explain(event.match)
    end
  end,
})

require("breadknife.server").put_on_path()
vim.lsp.enable("breadknife")

-- A plugin manager may load this while Neovim starts, but after the first file's type is known.
local is_late = vim.v.vim_did_enter == 0
  and vim.iter(vim.api.nvim_list_bufs()):any(function(bufnr)
    return vim.bo[bufnr].filetype ~= ""
  end)
if is_late then
  vim.api.nvim_create_autocmd("VimEnter", {
    group = group,
    once = true,
    desc = "breadknife: serve the files that were open before",
    callback = function()
      if vim.lsp.is_enabled("breadknife") then
        vim.lsp.enable("breadknife")
      end
    end,
  })
end
