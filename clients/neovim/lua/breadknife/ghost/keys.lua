--- The keys for suggestions. They are mapped for the buffer while a suggestion is on the screen, and only then: so they
--- act on it whatever else is mapped, and at all other times each key does what another mapping makes of it, also one
--- that a completion plugin makes anew whenever Insert mode begins.
local options = require("breadknife.options")

local M = {}

local api = vim.api

--- Whether a key did something; if not, it does what it does without us.
---@alias breadknife.Action fun(): boolean

---@type table<string, breadknife.Action>
local actions = {
  accept = function()
    return require("breadknife").accept("all")
  end,
  accept_word = function()
    return require("breadknife").accept("word")
  end,
  accept_line = function()
    return require("breadknife").accept("line")
  end,
  dismiss = function()
    return require("breadknife").dismiss()
  end,
  next = function()
    return require("breadknife").cycle(1)
  end,
  previous = function()
    return require("breadknife").cycle(-1)
  end,
  suggest = function()
    return require("breadknife").suggest()
  end,
}

--- The keys that ask where nothing is on the screen.
local ASKING = { "suggest", "next", "previous" }

local mark = "breadknife: "

---@class breadknife.Front a key that is mapped in front of what it does without us
---@field key string
---@field own table the mapping that it had, as `maparg` gives it; empty if it had none

---@class breadknife.Fronts
---@field bufnr integer
---@field keys breadknife.Front[]

local fronts ---@type breadknife.Fronts? there is one cursor

--- Press a key that isn't mapped, and have Neovim do what it does when that is typed: a blank expands an abbreviation
--- before it (here CTRL-] does). Not an Alt key, which would leave Insert mode.
---@param key string
local function press(key)
  local code = vim.keycode(key)
  if vim.startswith(code, "\128\252\8") then
    return
  end
  local expand = code:find("^[\t\r ]$") and api.nvim_get_mode().mode == "i" and vim.keycode("<C-]>") or ""
  api.nvim_feedkeys(expand .. code, "in", false)
end

--- Do what a key does without us.
---@param front breadknife.Front
local function do_own(front)
  if not front.own.lhs then
    return press(front.key)
  end
  local name = "<Plug>(breadknife-before)"
  local copy = vim.tbl_extend("force", front.own, { lhs = name, lhsraw = vim.keycode(name), buffer = 1 })
  copy.lhsrawalt = nil
  vim.fn.mapset(copy)
  api.nvim_feedkeys(vim.keycode(name), "im", false)
end

--- The mapping of a key in the current buffer.
---@param key string
---@return table
local function mapping_of(key)
  return vim.fn.maparg(key, "i", false, true)
end

---@param mapping table
---@return boolean
local function is_ours(mapping)
  return vim.startswith(mapping.desc or "", mark)
end

--- Map a key in the current buffer. Not an expression mapping: Neovim may evaluate those before what was typed in front
--- of them is there.
---@param name string of the action
---@param key string
---@return breadknife.Front? front nil where the key is mapped by us already
local function map(name, key)
  local own = mapping_of(key)
  if is_ours(own) then
    return nil
  end
  local front = { key = key, own = own } ---@type breadknife.Front
  vim.keymap.set("i", key, function()
    if not actions[name]() then
      do_own(front)
    end
  end, { buffer = 0, nowait = true, desc = mark .. name })
  return front
end

--- Give a key back to the mapping that it had. One that another plugin has mapped meanwhile stays as that has it.
---@param front breadknife.Front
local function unmap(front)
  if not is_ours(mapping_of(front.key)) then
    return
  end
  vim.keymap.del("i", front.key, { buffer = 0 })
  if front.own.buffer == 1 then
    vim.fn.mapset(front.own)
  end
end

--- Map the keys that act on a suggestion, in the current buffer.
function M.map_all()
  local bufnr = api.nvim_get_current_buf()
  if fronts and fronts.bufnr ~= bufnr then
    M.unmap_all()
  end
  fronts = fronts or { bufnr = bufnr, keys = {} }
  for name, key in pairs(options.values.keys) do
    local front = key and name ~= "suggest" and map(name, key)
    if front then
      table.insert(fronts.keys, 1, front) -- the newest is the first to go
    end
  end
end

--- Give the keys back, in the buffer where they are mapped.
function M.unmap_all()
  local was = fronts
  fronts = nil
  if was and api.nvim_buf_is_valid(was.bufnr) then
    api.nvim_buf_call(was.bufnr, function()
      vim.iter(was.keys):each(unmap)
    end)
  end
end

--- Map the keys that ask, in the current buffer, unless the user has mapped them.
function M.map_asking()
  for _, name in ipairs(ASKING) do
    local key = options.values.keys[name]
    if key and not mapping_of(key).lhs then
      map(name, key)
    end
  end
end

--- Take the keys that ask away from the current buffer.
function M.unmap_asking()
  for _, name in ipairs(ASKING) do
    local key = options.values.keys[name]
    if key then
      unmap({ key = key, own = {} })
    end
  end
end

--- A macro holds the key that accepted something, and behind it what was accepted: while it is replayed, no suggestion
--- is on the screen, and the key has to be taken out all the same.
api.nvim_create_autocmd("InsertEnter", {
  group = api.nvim_create_augroup("breadknife.keys", {}),
  desc = "breadknife: map the keys while a macro is replayed",
  callback = function()
    if vim.fn.reg_executing() ~= "" then
      M.map_all()
      api.nvim_create_autocmd("InsertLeave", { once = true, callback = M.unmap_all })
    end
  end,
})

return M
