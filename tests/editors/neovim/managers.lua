-- What plugin managers do to add a plugin, without their code: each is a function of the plugin's folder that is called
-- in `init.lua`. Seen in lazy.nvim 11.17, mini.deps 0.16, packer and Neovim 0.12's vim.pack.
local M = {}

local runtime = vim.env.VIMRUNTIME

--- Add a folder and source its files in `plugin/`.
local function load(folder)
  vim.opt.runtimepath:append(folder)
  for _, file in ipairs(vim.fn.glob(folder .. "/plugin/**/*.lua", false, true)) do
    vim.cmd.source(file)
  end
end

--- lazy.nvim: resets 'runtimepath' and 'packpath', keeps Neovim from sourcing any plugin by itself.
local function lazy_setup()
  vim.go.loadplugins = false
  vim.go.packpath = runtime
  vim.opt.runtimepath = { vim.fn.stdpath("config"), runtime }
end

--- Load at an event, then repeat the event for what was loaded by it.
local function load_at(event, pattern)
  return function(folder)
    lazy_setup()
    vim.api.nvim_create_autocmd(event, {
      pattern = pattern,
      once = true,
      nested = true,
      callback = function(data)
        load(folder)
        vim.api.nvim_exec_autocmds(event, { buffer = data.buf, modeline = false })
      end,
    })
  end
end

--- Neovim's packages: the folder as `pack/*/opt/breadknife.nvim`.
local function as_package(folder)
  local packages = vim.fn.stdpath("data") .. "/site/pack/test/opt"
  vim.fn.mkdir(packages, "p")
  vim.uv.fs_symlink(folder, packages .. "/breadknife.nvim")
end

M["lazy.nvim"] = function(folder)
  lazy_setup()
  load(folder)
end

M["lazy.nvim, ft"] = load_at("FileType", "python")
M["lazy.nvim, event InsertEnter"] = load_at("InsertEnter")
M["lazy.nvim, event BufReadPost"] = load_at("BufReadPost")

M["lazy.nvim, event VeryLazy"] = function(folder)
  lazy_setup()
  vim.api.nvim_create_autocmd("UIEnter", {
    once = true,
    callback = vim.schedule_wrap(function()
      load(folder)
    end),
  })
end

M["lazy.nvim after the line for a checkout"] = function(folder)
  vim.opt.runtimepath:append(folder)
  require("breadknife").setup()
  lazy_setup()
end

M["lazy.nvim before the line for a checkout"] = function(folder)
  lazy_setup()
  vim.opt.runtimepath:append(folder)
  require("breadknife").setup()
end

M["mini.deps"] = function(folder)
  as_package(folder)
  vim.cmd.packadd("breadknife.nvim")
end

M["mini.deps, later"] = function(folder)
  as_package(folder)
  vim.api.nvim_create_autocmd("VimEnter", {
    once = true,
    callback = vim.schedule_wrap(function()
      vim.cmd.packadd("breadknife.nvim")
    end),
  })
end

-- Also vim.pack and packer: Neovim sources the plugin itself, after `init.lua`.
M["vim.pack"] = function(folder)
  as_package(folder)
  vim.cmd.packadd({ "breadknife.nvim", bang = true })
end

return M
