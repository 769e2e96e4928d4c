--- The keys for suggestions. Each is mapped once, in front of what it did before, and does that whenever there is
--- nothing for it to do.
local M = {}

--- Whether a key did something; if not, it does what it did before.
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

local mark = "breadknife: "

local mapped = {} ---@type table<integer, boolean> buffers whose keys are mapped

--- Press a key that isn't mapped, and have Neovim do what it does when that is typed: <M-x> is <Esc>x then, and a blank
--- expands an abbreviation before it (here CTRL-] does).
---@param key string
local function press(key)
  local code = vim.keycode(key)
  local alt = code:match("^\128\252\8(.+)$")
  if alt then
    vim.api.nvim_feedkeys("\27" .. alt, "im", false)
    return
  end
  local expand = code:find("^[\t\r ]$") and vim.api.nvim_get_mode().mode == "i" and vim.keycode("<C-]>") or ""
  vim.api.nvim_feedkeys(expand .. code, "in", false)
end

--- Map a key in front of the mapping that it has in the current buffer, on the level (global or of the buffer) which
--- that one is on. Not an expression mapping: Neovim may evaluate those before what was typed in front of them is there.
---@param name string of the action
---@param key string
local function map(name, key)
  local own = vim.fn.maparg(key, "i", false, true)
  if vim.startswith(own.desc or "", mark) then
    return
  end
  local is_local = own.buffer == 1
  local before ---@type string?
  if own.lhs then
    -- The name tells the levels apart: a mapping of the buffer may go on to the global one.
    before = ("<Plug>(breadknife-before-%s%s)"):format(name, is_local and "-here" or "")
    local copy = vim.tbl_extend("force", own, { lhs = before, lhsraw = vim.keycode(before) })
    copy.lhsrawalt = nil
    vim.fn.mapset(copy)
  end
  vim.keymap.set("i", key, function()
    if actions[name]() then
      return
    elseif before then
      vim.api.nvim_feedkeys(vim.keycode(before), "im", false)
    else
      press(key)
    end
  end, { buffer = is_local, nowait = own.nowait == 1, desc = mark .. name })
end

--- Map the keys of the current buffer, once the first suggestion is there: so in front of what other plugins have mapped
--- by then, and of what they map for a buffer as it is opened or written to.
function M.map_all()
  local bufnr = vim.api.nvim_get_current_buf()
  if mapped[bufnr] then
    return
  end
  mapped[bufnr] = true
  for name, key in pairs(require("breadknife.options").values.keys) do
    if key and name ~= "suggest" then
      map(name, key)
    end
  end
end

--- Map the key that asks, unless the user has mapped it.
function M.map_suggest()
  local key = require("breadknife.options").values.keys.suggest
  if key and vim.fn.maparg(key, "i") == "" then
    map("suggest", key)
  end
end

return M
