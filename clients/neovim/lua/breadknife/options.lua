--- The options of `setup()`: their defaults, and what is wrong with those that a user gave.
local M = {}

---@alias breadknife.Ghost
---| true suggestions come by themselves
---| "manual" suggestions come only when asked for
---| false no suggestions

---@class breadknife.Keys
---Insert-mode keys; false for none.
---@field accept string|false
---@field accept_word string|false
---@field accept_line string|false
---@field dismiss string|false
---@field next string|false
---@field previous string|false
---@field suggest string|false

---@class breadknife.Options
---@field ghost breadknife.Ghost|fun(bufnr: integer): breadknife.Ghost how suggestions come, or that for each buffer
---@field hide_with_menu boolean hide suggestions while a completion menu is open
---@field keys breadknife.Keys
---@field cmd? string[] how to start the server
---@field wheels? string a folder with wheels, where `:Breadknife setup` looks before the package index

---@class breadknife.Setup
---@field cmd? string[] how to start the server
---@field settings? table what breadknife's other settings files hold too: `{ prose = { enabled = false } }`
---@field ghost? breadknife.Ghost|fun(bufnr: integer): breadknife.Ghost
---@field hide_with_menu? boolean
---@field keys? table<string, string|false> see `breadknife.Keys`
---@field wheels? string

---@type breadknife.Options
M.values = {
  ghost = true,
  hide_with_menu = false,
  keys = {
    accept = "<Tab>",
    accept_word = "<C-Right>",
    accept_line = "<C-l>",
    dismiss = "<C-e>",
    next = "<M-]>",
    previous = "<M-[>",
    suggest = "<M-Bslash>",
  },
}

local types = {
  cmd = "table",
  settings = "table",
  ghost = { "boolean", "string", "function" },
  hide_with_menu = "boolean",
  keys = "table",
  wheels = "string",
}

--- Take a user's options. Raises an error that names the option that is wrong.
---@param setup breadknife.Setup
function M.set(setup)
  vim.validate("setup", setup, "table")
  for name in pairs(setup) do
    assert(types[name], ("breadknife: no option is called `%s`; see `:help breadknife-setup`."):format(name))
  end
  for name, type in pairs(types) do
    vim.validate("setup." .. name, setup[name], type, true)
  end
  assert(
    type(setup.ghost) ~= "string" or setup.ghost == "manual",
    ('breadknife: `ghost = "%s"` isn\'t known; see `:help breadknife-setup`.'):format(setup.ghost)
  )
  for name in pairs(setup.keys or {}) do
    assert(M.values.keys[name] ~= nil, ("breadknife: no key is called `%s`; see `:help breadknife-keys`."):format(name))
  end
  M.values = vim.tbl_deep_extend("force", M.values, {
    cmd = setup.cmd,
    ghost = setup.ghost,
    hide_with_menu = setup.hide_with_menu,
    keys = setup.keys,
    wheels = setup.wheels,
  })
end

--- How suggestions come in a buffer: what `vim.b.breadknife` says, otherwise the option `ghost`.
---@param bufnr integer
---@return breadknife.Ghost
---@return string source what decided it
function M.ghost(bufnr)
  local value, source = vim.b[bufnr].breadknife, "vim.b.breadknife"
  if value == nil or value == vim.NIL then
    value, source = M.values.ghost, "the option `ghost`"
  end
  if type(value) == "function" then
    local ok, answer = pcall(value, bufnr)
    source = ok and "your function `ghost`" or ("an error in your function `ghost`: %s"):format(answer)
    value = ok and answer
  end
  if value == 0 then -- Vim script's false
    value = false
  end
  return value == "manual" and value or value ~= false, source
end

return M
